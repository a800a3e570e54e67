package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
)

type checkCommand struct {
	where
}

// Run reads the configuration and every byte of the data folder, and changes
// nothing. It prints a line for each part, and says no if one is damaged.
func (c checkCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err == nil {
		// Whether the address is allowed is for the command that listens.
		o := s.Server
		o.InsecureOpen = true
		err = o.Validate()
	}
	if err != nil {
		return configError{err}
	}
	fmt.Fprintf(p.stdout, "ok    configuration\n")
	dir := s.Server.DataDir
	if s.Server.Durability == freshet.DurabilityMemory {
		fmt.Fprintf(p.stdout, "ok    data: in memory, nothing to check\n")
		return nil
	}
	if _, err := os.Stat(dir); c.Data != "" && errors.Is(err, fs.ErrNotExist) {
		// The default may not be there yet; a name that is given is a slip then.
		fmt.Fprintf(p.stdout, "FAIL  data folder %s: there is no such folder\n", dir)
		return errSaidNo
	}
	release, err := keepServersOut(filepath.Join(dir, "log"))
	if err == nil {
		defer release()
		err = freshet.CheckFolder(dir)
	}
	if !p.part("data folder "+dir, "", err) {
		return errSaidNo
	}
	detail, err := verifyLog(filepath.Join(dir, "log"), s.Server.KeyringFile())
	sound := p.part("log", detail, err)
	if !p.part("store", "", sqlitemeta.Check(filepath.Join(dir, "meta.db"))) || !sound {
		return errSaidNo
	}
	return nil
}

// part prints what a check of one part found, and reports whether it is sound.
// What is not there yet is.
func (p *program) part(name, detail string, err error) bool {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(p.stdout, "ok    %s: not there yet\n", name)
		return true
	case err != nil:
		fmt.Fprintf(p.stdout, "FAIL  %s: %v\n", name, err)
		return false
	case detail != "":
		fmt.Fprintf(p.stdout, "ok    %s: %s\n", name, detail)
	default:
		fmt.Fprintf(p.stdout, "ok    %s\n", name)
	}
	return true
}
