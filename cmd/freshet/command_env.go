package main

import (
	"fmt"
	"io"
)

type envCommand struct {
	where
}

// Run prints lines for a POSIX shell: eval "$(freshet env)".
func (c envCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	at, err := endpoint(s)
	if err != nil {
		return err
	}
	printEnv(p.stdout, "", at)
	return nil
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
