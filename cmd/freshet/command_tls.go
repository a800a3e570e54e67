package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

type tlsCommands struct {
	CA    tlsCACommand    `cmd:"" name:"ca" help:"Print the certificate of the authority that clients must trust."`
	Trust tlsTrustCommand `cmd:"" help:"Let this machine trust it, for programs that go by the system's store."`
}

type tlsCACommand struct {
	where
	Path bool `help:"Print the name of the file instead."`
}

// Run prints the certificate, PEM.
func (c tlsCACommand) Run(p *program) error {
	file, err := p.authority(c.where)
	if err != nil {
		return err
	}
	if c.Path {
		fmt.Fprintln(p.stdout, file)
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(text)
	return err
}

// authority is the file of the authority of the data folder that w says.
func (p *program) authority(w where) (string, error) {
	s, err := p.settings(w)
	if err != nil {
		return "", err
	}
	file, err := authorityFile(s.Server)
	if err == nil && file == "" {
		err = configError{errors.New("server.tls_cert names a certificate of yours: whoever issued it is to be trusted, and the server has no authority of its own")}
	}
	return file, err
}

type tlsTrustCommand struct {
	where
	DryRun bool `name:"dry-run" help:"Print what would be done, and do nothing."`
	Undo   bool `help:"Take the trust back."`
}

// Run does the steps of the machine's store, one after the other, and says each. If
// one fails it says what is left to do.
func (c tlsTrustCommand) Run(p *program) error {
	file, err := p.authority(c.where)
	if err != nil {
		return err
	}
	anchor, err := anchorOf(file)
	if err != nil {
		return err
	}
	steps, err := trustSteps(runtime.GOOS, isThere, anchor, c.Undo)
	if err != nil {
		return err
	}
	for i, step := range steps {
		if c.DryRun {
			fmt.Fprintf(p.stdout, "would %s\n", step)
			continue
		}
		fmt.Fprintf(p.stdout, "%s\n", step)
		err := step.do(p)
		if step.remove != "" && errors.Is(err, fs.ErrNotExist) {
			return errors.New("there is nothing to take back: this machine's store has no such certificate")
		}
		if err != nil {
			return fmt.Errorf("%w\nDo it by hand, as a user who may:\n%s", err, byHand(steps[i:]))
		}
	}
	if !c.Undo && !c.DryRun {
		fmt.Fprint(p.stdout, "\nSome programs have lists of their own: the AWS CLI and Python want the file in AWS_CA_BUNDLE, Node.js in"+
			" NODE_EXTRA_CA_CERTS\n(freshet env --https prints both), Java in its key store (keytool -importcert).\n")
	}
	return nil
}
