package main

import (
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/extapi"
)

type roleCommands struct {
	Create roleCreate `cmd:"" help:"Make a role that others assume for a time."`
	List   roleList   `cmd:"" help:"List roles."`
	Show   roleShow   `cmd:"" help:"Show a role: who may assume it, and what it may do."`
	Trust  roleTrust  `cmd:"" help:"Say who may assume a role."`
	Delete roleDelete `cmd:"" help:"Delete a role and end its sessions."`
}

type roleCreate struct {
	Name        string            `arg:"" help:"The name."`
	Trust       string            `required:"" placeholder:"FILE" help:"Who may assume it: a trust policy, as a file or as text."`
	Grant       []string          `placeholder:"LEVEL:STREAM" help:"What it may do: read, write or admin, and a stream or a pattern, as in write:orders-*."`
	Description string            `help:"What it is for."`
	MaxSession  time.Duration     `placeholder:"TIME" help:"How long a session may last, 1h to 12h (1h)."`
	Path        string            `help:"A path for the ARN, as in /apps/ (/)."`
	Boundary    string            `placeholder:"POLICY" help:"The managed policy that bounds what others allow."`
	Tag         map[string]string `placeholder:"KEY=VALUE" mapsep:"," help:"Tags."`
	asking
}

func (c roleCreate) Run(p *program) error {
	trust, err := text(c.Trust)
	if err != nil {
		return err
	}
	in := &extapi.CreateRoleRequest{
		Account: c.Account, Name: c.Name, Path: c.Path, Description: c.Description, Trust: trust,
		MaxSessionDuration: int(c.MaxSession / time.Second), Boundary: c.Boundary, Tags: c.Tag,
	}
	granting, err := c.asking.granting(p, "role/"+c.Name, c.Grant)
	if err != nil {
		return err
	}
	return ask(p, granting, in, func(r *extapi.Role) {
		fmt.Fprintf(p.stdout, "Created %s\n", r.ARN)
	})
}

type roleList struct {
	Path string `help:"Only those whose paths begin so."`
	asking
}

func (c roleList) Run(p *program) error {
	return ask(p, c.asking, &extapi.ListRolesRequest{Account: c.Account, PathPrefix: c.Path}, func(out *extapi.Roles) {
		var rows [][]string
		for _, r := range out.Roles {
			rows = append(rows, []string{r.Name, r.ARN, day(r.Created), policiesOf(r.Permissions), r.Description})
		}
		table(p.stdout, "ROLE ARN CREATED POLICIES DESCRIPTION", rows)
	})
}

type roleShow struct {
	Name string `arg:"" help:"The name."`
	asking
}

func (c roleShow) Run(p *program) error {
	return ask(p, c.asking, &extapi.GetRoleRequest{Account: c.Account, Name: c.Name}, func(r *extapi.Role) {
		printFacts(p.stdout, "Role", r.Name, "ARN", r.ARN, "ID", r.ID, "Created", day(r.Created), "Description", r.Description,
			"Longest session", (time.Duration(r.MaxSessionDuration) * time.Second).String())
		printPermissions(p.stdout, r.Permissions)
		fmt.Fprintf(p.stdout, "Trust:\n%s\n", r.Trust)
	})
}

type roleTrust struct {
	Name string `arg:"" help:"The name."`
	File string `arg:"" help:"A trust policy, as a file or as text."`
	asking
}

func (c roleTrust) Run(p *program) error {
	trust, err := text(c.File)
	if err != nil {
		return err
	}
	return ask(p, c.asking, &extapi.UpdateRoleRequest{Account: c.Account, Name: c.Name, Trust: &trust}, func(r *extapi.Role) {
		fmt.Fprintf(p.stdout, "Changed %s\n", r.ARN)
	})
}

type roleDelete struct {
	Name    string `arg:"" help:"The name."`
	WithAll bool   `help:"Delete the role's policies as well."`
	asking
}

func (c roleDelete) Run(p *program) error {
	return ask(p, c.asking, &extapi.DeleteRoleRequest{Account: c.Account, Name: c.Name, WithAll: c.WithAll}, func(*extapi.Nothing) {
		fmt.Fprintf(p.stdout, "Deleted role %s\n", c.Name)
	})
}
