package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	freshet "github.com/freshet/freshet"
)

type envCommand struct {
	where
	HTTPS bool `name:"https" help:"Point them to it over TLS, and to the authority that they must trust."`
}

// Run prints lines for a POSIX shell: eval "$(freshet env)". Of a folder in
// production they are those of TLS.
func (c envCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	at, err := endpoint(s)
	if err != nil {
		return err
	}
	served, err := freshet.Served(s.Server.DataDir)
	if err != nil {
		served = false // a server says what is wrong with its folder
	}
	served = served && s.Server.Durability != freshet.DurabilityMemory
	if served && s.Server.TLS == freshet.TLSOff || !served && !c.HTTPS {
		return p.printEnvOf(s.Server, served, at, "")
	}
	ca, err := authorityFile(s.Server)
	if err != nil {
		return err
	}
	return p.printEnvOf(s.Server, served, "https"+strings.TrimPrefix(at, "http"), ca)
}

// printEnvOf prints what points AWS tools to the server that o describes, to the
// authority to trust, and in production to the key of the root as long as that lies
// where the first start put it: who has another key has set it.
func (p *program) printEnvOf(o freshet.Options, served bool, at, ca string) error {
	w := p.stdout
	if !served {
		printEnv(w, "", at)
	} else if err := printServedEnv(w, o, at); err != nil {
		return err
	}
	if ca != "" {
		// The first is read by the AWS CLI and most SDKs, the second by Node.js.
		for _, name := range []string{"AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"} {
			fmt.Fprintf(w, "export %s=%s\n", name, quoted(ca))
		}
	}
	return nil
}

func printServedEnv(w io.Writer, o freshet.Options, at string) error {
	fmt.Fprintf(w, "export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=%s\nexport AWS_DEFAULT_REGION=%s\n", at, o.Regions[0], o.Regions[0])
	root, err := filepath.Abs(freshet.RootCredentialsFile(o.DataDir))
	if err != nil {
		return err
	}
	if _, err := os.Stat(root); err != nil {
		return nil // it was moved away
	}
	// Keys in the environment come before those of the file.
	fmt.Fprintf(w, "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE\n")
	fmt.Fprintf(w, "export AWS_SHARED_CREDENTIALS_FILE=%s\n", quoted(root))
	return nil
}

// authorityFile is the file that clients of the server that o describes must
// trust, "" if they know its authority.
func authorityFile(o freshet.Options) (string, error) {
	switch {
	case o.TLS == freshet.TLSOff:
		return "", configError{errors.New("server.tls is off: such a server cannot be reached over TLS")}
	case o.TLSCert != "":
		return "", nil
	case o.Durability == freshet.DurabilityMemory:
		return "", configError{errors.New("the server keeps everything in memory, its authority too: get " + caPage + " from it, and name that file in AWS_CA_BUNDLE")}
	}
	file, err := filepath.Abs(freshet.CAFile(o.DataDir))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("%w; the server makes it at its first start", err)
	}
	return file, nil
}

// quoted is s for a POSIX shell.
func quoted(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// printEnv prints what points AWS tools to endpoint. The region is there twice:
// Python's tools read the second name only, all others the first.
func printEnv(w io.Writer, indent, endpoint string) {
	for _, line := range []string{
		"AWS_ENDPOINT_URL=" + endpoint,
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
	} {
		fmt.Fprintf(w, "%sexport %s\n", indent, line)
	}
}
