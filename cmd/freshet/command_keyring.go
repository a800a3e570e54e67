package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/keys/keyfile"
)

type keyringCommands struct {
	List    keyringListCommand    `cmd:"" help:"Show the keys, without their secrets."`
	Create  keyringCreateCommand  `cmd:"" help:"Make a key."`
	Rotate  keyringRotateCommand  `cmd:"" help:"Let a new version of a key encrypt from now on."`
	Disable keyringDisableCommand `cmd:"" help:"Let a key be refused, until it is enabled."`
	Enable  keyringEnableCommand  `cmd:"" help:"Undo disable."`
}

// keyringFile are the flags that say which keyring is meant. A running server sees
// what changed with its next look at a key.
type keyringFile struct {
	Config  string `placeholder:"FILE" help:"Configuration file, like the annotated freshet.yaml (FRESHET_CONFIG)."`
	Data    string `placeholder:"DIR" help:"Data folder (./freshet-data)."`
	Keyring string `placeholder:"FILE" help:"The keyring (keyring in the data folder)."`
}

// open returns the keyring, and where it is.
func (k keyringFile) open(p *program) (*keyfile.File, string, error) {
	s, err := p.settings(where{Config: k.Config, Data: k.Data})
	if err != nil {
		return nil, "", err
	}
	o := s.Server
	if k.Keyring != "" {
		o.Encryption = freshet.Encryption{Keyring: k.Keyring}
	}
	path := o.KeyringFile()
	switch {
	case o.Encryption.Provider != freshet.KeysInFile && k.Keyring == "":
		return nil, "", configError{fmt.Errorf("encryption.provider is %s: its keys are changed with its own tools", o.Encryption.Provider)}
	case path == "":
		return nil, "", configError{errors.New("data.durability is memory: such a server has no keyring that others see; say with --keyring which is meant")}
	}
	return keyfile.New(keyfile.Options{Path: path}), path, nil
}

// keyringKey is a key of a keyring.
type keyringKey struct {
	keyringFile
	Key string `arg:"" help:"Its id, alias or ARN."`
}

// change changes the key and shows it.
func (k keyringKey) change(p *program, alter func(*keyfile.File, context.Context, string) (keyfile.Entry, error)) error {
	f, _, err := k.open(p)
	if err != nil {
		return err
	}
	changed, err := alter(f, context.Background(), k.Key)
	if err != nil {
		return err
	}
	return printKeys(p.stdout, changed)
}

type keyringListCommand struct{ keyringFile }

// Run shows the keys of a keyring, the oldest first.
func (c keyringListCommand) Run(p *program) error {
	f, path, err := c.open(p)
	if err != nil {
		return err
	}
	all, err := f.List(context.Background())
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no keyring %s yet: create a key, or let a server make the default one at its first use", path)
	}
	if err != nil {
		return err
	}
	return printKeys(p.stdout, all...)
}

type keyringCreateCommand struct {
	keyringFile
	Alias string `placeholder:"alias/NAME" help:"What clients may call it besides its id and ARN."`
}

// Run makes a key, and the keyring if there is none.
func (c keyringCreateCommand) Run(p *program) error {
	f, _, err := c.open(p)
	if err != nil {
		return err
	}
	made, err := f.Create(context.Background(), c.Alias)
	if err != nil {
		return err
	}
	return printKeys(p.stdout, made)
}

type keyringRotateCommand struct{ keyringKey }

// Run adds a version to a key.
func (c keyringRotateCommand) Run(p *program) error { return c.change(p, (*keyfile.File).Rotate) }

type keyringDisableCommand struct{ keyringKey }

// Run disables a key.
func (c keyringDisableCommand) Run(p *program) error { return c.change(p, (*keyfile.File).Disable) }

type keyringEnableCommand struct{ keyringKey }

// Run enables a key.
func (c keyringEnableCommand) Run(p *program) error { return c.change(p, (*keyfile.File).Enable) }

// printKeys prints a line for each key.
func printKeys(to io.Writer, all ...keyfile.Entry) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTATE\tVERSION\tSINCE\tALIASES")
	for _, e := range all {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", e.ID, e.State, e.Versions, e.Rotated.UTC().Format(time.RFC3339),
			cmp.Or(strings.Join(e.Aliases, " "), "-"))
	}
	return w.Flush()
}
