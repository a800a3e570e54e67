package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/extapi"
)

type userCommands struct {
	Create userCreate `cmd:"" help:"Make a user, who may do what --grant says, or nothing yet."`
	List   userList   `cmd:"" help:"List users."`
	Show   userShow   `cmd:"" help:"Show a user with policies and keys."`
	Delete userDelete `cmd:"" help:"Delete a user."`
	Tag    userTag    `cmd:"" help:"Give a user these tags and no others."`
}

type userCreate struct {
	Name     string            `arg:"" help:"The name."`
	Grant    []string          `placeholder:"LEVEL:STREAM" help:"What the user may do: read, write or admin, and a stream or a pattern, as in write:orders-*."`
	Path     string            `help:"A path for the ARN, as in /apps/ (/)."`
	Boundary string            `placeholder:"POLICY" help:"The managed policy that bounds what others allow."`
	Tag      map[string]string `placeholder:"KEY=VALUE" mapsep:"," help:"Tags."`
	asking
}

func (c userCreate) Run(p *program) error {
	in := &extapi.CreateUserRequest{Account: c.Account, Name: c.Name, Path: c.Path, Boundary: c.Boundary, Tags: c.Tag}
	granting, err := c.asking.granting(p, "user/"+c.Name, c.Grant)
	if err != nil {
		return err
	}
	return ask(p, granting, in, func(u *extapi.User) {
		fmt.Fprintf(p.stdout, "Created %s\n", u.ARN)
		if len(c.Grant) > 0 {
			fmt.Fprintf(p.stdout, "It may: %s\n", strings.Join(c.Grant, ", "))
		}
		fmt.Fprintf(p.stdout, "Make a key: freshet key create %s\n", u.Name)
	})
}

type userList struct {
	Path string `help:"Only those whose paths begin so."`
	asking
}

func (c userList) Run(p *program) error {
	return ask(p, c.asking, &extapi.ListUsersRequest{Account: c.Account, PathPrefix: c.Path}, func(out *extapi.Users) {
		var rows [][]string
		for _, u := range out.Users {
			rows = append(rows, []string{u.Name, u.ARN, day(u.Created), strconv.Itoa(len(u.Keys)), policiesOf(u.Permissions)})
		}
		table(p.stdout, "USER ARN CREATED KEYS POLICIES", rows)
	})
}

// policiesOf names the policies of p in a cell.
func policiesOf(p extapi.Permissions) string {
	names := slices.Sorted(maps.Keys(p.Inline))
	for _, arn := range p.Attached {
		names = append(names, arn[strings.LastIndexByte(arn, '/')+1:])
	}
	return strings.Join(names, ",")
}

type userShow struct {
	Name string `arg:"" help:"The name."`
	asking
}

func (c userShow) Run(p *program) error {
	return ask(p, c.asking, &extapi.GetUserRequest{Account: c.Account, Name: c.Name}, func(u *extapi.User) {
		printFacts(p.stdout, "User", u.Name, "ARN", u.ARN, "ID", u.ID, "Created", day(u.Created))
		printPermissions(p.stdout, u.Permissions)
		if len(u.Keys) > 0 {
			fmt.Fprintln(p.stdout)
			printAccessKeys(p.stdout, u.Keys)
		}
	})
}

func printPermissions(w io.Writer, p extapi.Permissions) {
	printFacts(w, "Boundary", p.Boundary)
	for _, arn := range p.Attached {
		printFacts(w, "Policy", arn)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Inline)) {
		fmt.Fprintf(w, "Policy %s of its own:\n%s\n", name, strings.TrimSpace(p.Inline[name]))
	}
	for _, key := range slices.Sorted(maps.Keys(p.Tags)) {
		printFacts(w, "Tag", key+"="+p.Tags[key])
	}
}

type userDelete struct {
	Name    string `arg:"" help:"The name."`
	WithAll bool   `help:"Delete the user's keys and policies as well."`
	asking
}

func (c userDelete) Run(p *program) error {
	return ask(p, c.asking, &extapi.DeleteUserRequest{Account: c.Account, Name: c.Name, WithAll: c.WithAll}, func(*extapi.Nothing) {
		fmt.Fprintf(p.stdout, "Deleted user %s\n", c.Name)
	})
}

type userTag struct {
	Name string            `arg:"" help:"The name."`
	Tags map[string]string `arg:"" optional:"" help:"KEY=VALUE; without any, no tags stay."`
	asking
}

func (c userTag) Run(p *program) error {
	return ask(p, c.asking, &extapi.SetTagsRequest{Account: c.Account, Principal: "user/" + c.Name, Tags: c.Tags}, printPermitted(p))
}

// printPermitted prints who may do something else than before.
func printPermitted(p *program) func(*extapi.Permitted) {
	return func(out *extapi.Permitted) {
		fmt.Fprintf(p.stdout, "Changed %s\n", out.ARN)
		for _, w := range out.Warnings {
			fmt.Fprintf(p.stderr, "warning: %s\n", w)
		}
	}
}
