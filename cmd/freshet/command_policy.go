package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/extapi"
)

type policyCommands struct {
	Create   policyCreate   `cmd:"" help:"Make a managed policy, to be attached to several users and roles."`
	Update   policyUpdate   `cmd:"" help:"Give a managed policy another text, for all that have it."`
	List     policyList     `cmd:"" help:"List managed policies."`
	Show     policyShow     `cmd:"" help:"Show a managed policy, and who has it."`
	Delete   policyDelete   `cmd:"" help:"Delete a managed policy that nobody has."`
	Attach   policyAttach   `cmd:"" help:"Attach a managed policy to a user or a role."`
	Detach   policyDetach   `cmd:"" help:"Take it off again."`
	Put      policyPut      `cmd:"" help:"Give a user or a role a policy of its own."`
	Remove   policyRemove   `cmd:"" help:"Take a policy of its own from a user or a role."`
	Bound    policyBound    `cmd:"" help:"Bound what a user or a role may do, whatever its policies allow."`
	Simulate policySimulate `cmd:"" help:"Say what would become of a request, and which statement decides."`
}

type policyCreate struct {
	Name        string `arg:"" help:"The name."`
	File        string `arg:"" help:"The policy, as a file or as text."`
	Description string `help:"What it is for."`
	Path        string `help:"A path for the ARN, as in /apps/ (/)."`
	asking
}

func (c policyCreate) Run(p *program) error {
	document, err := text(c.File)
	if err != nil {
		return err
	}
	in := &extapi.CreatePolicyRequest{Account: c.Account, Name: c.Name, Path: c.Path, Description: c.Description, Document: document}
	return ask(p, c.asking, in, func(m *extapi.Policy) { printWritten(p, "Created", m) })
}

// printWritten prints that a policy was, and what in it is hardly meant.
func printWritten(p *program, done string, m *extapi.Policy) {
	fmt.Fprintf(p.stdout, "%s %s\n", done, m.ARN)
	for _, w := range m.Warnings {
		fmt.Fprintf(p.stderr, "warning: %s\n", w)
	}
}

type policyUpdate struct {
	Policy string `arg:"" help:"Its name or ARN."`
	File   string `arg:"" help:"The policy, as a file or as text."`
	asking
}

func (c policyUpdate) Run(p *program) error {
	document, err := text(c.File)
	if err != nil {
		return err
	}
	in := &extapi.UpdatePolicyRequest{Account: c.Account, Policy: c.Policy, Document: document}
	return ask(p, c.asking, in, func(m *extapi.Policy) { printWritten(p, "Changed", m) })
}

type policyList struct{ asking }

func (c policyList) Run(p *program) error {
	return ask(p, c.asking, &extapi.ListPoliciesRequest{Account: c.Account}, func(out *extapi.Policies) {
		var rows [][]string
		for _, m := range out.Policies {
			rows = append(rows, []string{m.Name, m.ARN, day(m.Updated), strconv.Itoa(len(m.AttachedTo)), m.Description})
		}
		table(p.stdout, "POLICY ARN CHANGED ATTACHED DESCRIPTION", rows)
	})
}

type onePolicy struct {
	Policy string `arg:"" help:"Its name or ARN."`
	asking
}

type policyShow struct{ onePolicy }

func (c policyShow) Run(p *program) error {
	return ask(p, c.asking, &extapi.GetPolicyRequest{Account: c.Account, Policy: c.Policy}, func(m *extapi.Policy) {
		printFacts(p.stdout, "Policy", m.Name, "ARN", m.ARN, "Created", day(m.Created), "Changed", day(m.Updated), "Description", m.Description,
			"Attached to", strings.Join(m.AttachedTo, ", "), "Boundary of", strings.Join(m.BoundaryOf, ", "))
		fmt.Fprintln(p.stdout, strings.TrimSpace(m.Document))
	})
}

type policyDelete struct{ onePolicy }

func (c policyDelete) Run(p *program) error {
	return ask(p, c.asking, &extapi.DeletePolicyRequest{Account: c.Account, Policy: c.Policy}, func(*extapi.Nothing) {
		fmt.Fprintf(p.stdout, "Deleted policy %s\n", c.Policy)
	})
}

type policyAttach struct {
	Policy string `arg:"" help:"Its name or ARN."`
	To     string `arg:"" help:"Who gets it: a user's name, role/NAME or an ARN."`
	asking
}

func (c policyAttach) Run(p *program) error {
	in := &extapi.AttachPolicyRequest{Account: c.Account, Principal: whom(c.To), Policy: c.Policy}
	return ask(p, c.asking, in, printPermitted(p))
}

type policyDetach struct {
	Policy string `arg:"" help:"Its name or ARN."`
	From   string `arg:"" help:"Who has it: a user's name, role/NAME or an ARN."`
	asking
}

func (c policyDetach) Run(p *program) error {
	in := &extapi.DetachPolicyRequest{Account: c.Account, Principal: whom(c.From), Policy: c.Policy}
	return ask(p, c.asking, in, printPermitted(p))
}

type policyPut struct {
	To    string   `arg:"" help:"Who gets it: a user's name, role/NAME or an ARN."`
	Name  string   `arg:"" help:"Its name."`
	File  string   `arg:"" optional:"" help:"The policy, as a file or as text."`
	Grant []string `placeholder:"LEVEL:STREAM" help:"Or what it allows: read, write or admin, and a stream or a pattern, as in write:orders-*."`
	asking
}

func (c policyPut) Run(p *program) (err error) {
	in := &extapi.PutInlinePolicyRequest{Account: c.Account, Principal: whom(c.To), Name: c.Name, Grants: c.Grant}
	if c.File != "" {
		if in.Document, err = text(c.File); err != nil {
			return err
		}
	}
	return ask(p, c.asking, in, printPermitted(p))
}

type policyRemove struct {
	From string `arg:"" help:"Who has it: a user's name, role/NAME or an ARN."`
	Name string `arg:"" help:"Its name."`
	asking
}

func (c policyRemove) Run(p *program) error {
	in := &extapi.DeleteInlinePolicyRequest{Account: c.Account, Principal: whom(c.From), Name: c.Name}
	return ask(p, c.asking, in, printPermitted(p))
}

type policyBound struct {
	Whom   string `arg:"" help:"A user's name, role/NAME or an ARN."`
	Policy string `arg:"" optional:"" help:"The name or ARN of the managed policy that bounds (none)."`
	asking
}

func (c policyBound) Run(p *program) error {
	in := &extapi.SetBoundaryRequest{Account: c.Account, Principal: whom(c.Whom), Policy: c.Policy}
	return ask(p, c.asking, in, printPermitted(p))
}
