package main

import (
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/extapi"
)

type policySimulate struct {
	Principal      string   `required:"" help:"Who asks: a user's name, role/NAME, an ARN, or root."`
	Action         string   `required:"" help:"What for, as in kinesis:PutRecord."`
	Resource       string   `default:"*" help:"The ARN of what is asked for."`
	ResourcePolicy string   `placeholder:"FILE" help:"The policy of the resource, as a file or as text."`
	Context        []string `sep:"none" placeholder:"KEY=VALUE" help:"What conditions ask for, as in aws:SourceIp=10.0.0.1; a key with several values comes several times."`
	asking
}

// Run prints what would become of the request, and fails if it would be denied.
func (c policySimulate) Run(p *program) error {
	in := &extapi.SimulatePolicyRequest{Account: c.Account, Principal: simulated(c.Principal), Action: c.Action, Resource: c.Resource}
	if c.ResourcePolicy != "" {
		var err error
		if in.ResourcePolicy, err = text(c.ResourcePolicy); err != nil {
			return err
		}
	}
	in.Context = map[string][]string{}
	for _, pair := range c.Context {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return configError{fmt.Errorf("--context: %q: must be KEY=VALUE", pair)}
		}
		in.Context[key] = append(in.Context[key], value)
	}
	allowed := false
	read := func(out *extapi.Simulation) {
		allowed = out.Allowed
		if !c.JSON {
			fmt.Fprintln(p.stdout, explained(out))
		}
	}
	if err := askAnd(p, c.asking, in, read); err != nil {
		return err
	}
	if !allowed {
		return errSaidNo
	}
	return nil
}

// simulated is whom, or the root.
func simulated(principal string) string {
	if principal == "root" {
		return principal
	}
	return whom(principal)
}

// explained says what was decided, and by what.
func explained(s *extapi.Simulation) string {
	switch {
	case s.Statement != "":
		verb := map[bool]string{true: "allowed", false: "denied"}[s.Allowed]
		return fmt.Sprintf("%s by statement %s of %s (%s)", verb, s.Statement, s.Policy, s.Layer)
	case s.Allowed:
		return "allowed: " + s.Layer
	}
	return "denied: no " + s.Layer + " allows it"
}
