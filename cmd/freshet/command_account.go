package main

import (
	"fmt"
	"strconv"

	"github.com/freshet/freshet/internal/extapi"
)

type accountCommands struct {
	Create accountCreate `cmd:"" help:"Make an account with a key of its root, whose secret is shown once."`
	List   accountList   `cmd:"" help:"List accounts."`
	Show   accountShow   `cmd:"" help:"Show an account."`
	Alias  accountAlias  `cmd:"" help:"Give an account another alias, or none."`
	Delete accountDelete `cmd:"" help:"Delete an account that has no users, roles and policies. Its streams stay."`
}

type accountCreate struct {
	ID    string `placeholder:"DIGITS" help:"Its number (random)."`
	Alias string `help:"Its alias."`
	Output
	asking
}

func (c accountCreate) Run(p *program) error {
	in := &extapi.CreateAccountRequest{ID: c.ID, Alias: c.Alias}
	return ask(p, c.asking, in, func(out *extapi.NewAccount) {
		if c.said() {
			fmt.Fprintf(p.stdout, "Created account %s\n", out.Account.ID)
		}
		c.print(p.stdout, &out.RootKey)
	})
}

type accountList struct{ asking }

func (c accountList) Run(p *program) error {
	return ask(p, c.asking, &extapi.ListAccountsRequest{}, func(out *extapi.Accounts) {
		var rows [][]string
		for _, a := range out.Accounts {
			rows = append(rows, []string{a.ID, a.Alias, day(a.Created), strconv.Itoa(a.Users), strconv.Itoa(a.Roles), strconv.Itoa(a.Policies), operator(a)})
		}
		table(p.stdout, "ACCOUNT ALIAS CREATED USERS ROLES POLICIES OPERATOR", rows)
	})
}

func operator(a extapi.Account) string {
	if a.Operator {
		return "yes"
	}
	return ""
}

type accountShow struct {
	ID string `arg:"" optional:"" help:"Its number (one's own)."`
	asking
}

func (c accountShow) Run(p *program) error {
	return ask(p, c.asking, &extapi.GetAccountRequest{Account: c.ID}, func(a *extapi.Account) { printAccount(p, a) })
}

func printAccount(p *program, a *extapi.Account) {
	printFacts(p.stdout, "Account", a.ID, "Alias", a.Alias, "Operator", operator(*a), "Created", day(a.Created), "Users", strconv.Itoa(a.Users),
		"Roles", strconv.Itoa(a.Roles), "Policies", strconv.Itoa(a.Policies), "Root keys", strconv.Itoa(a.RootKeys))
}

type accountAlias struct {
	ID    string `arg:"" help:"Its number."`
	Alias string `arg:"" optional:"" help:"Its alias (none)."`
	asking
}

func (c accountAlias) Run(p *program) error {
	return ask(p, c.asking, &extapi.UpdateAccountRequest{Account: c.ID, Alias: c.Alias}, func(a *extapi.Account) { printAccount(p, a) })
}

type accountDelete struct {
	ID string `arg:"" help:"Its number."`
	asking
}

func (c accountDelete) Run(p *program) error {
	return ask(p, c.asking, &extapi.DeleteAccountRequest{Account: c.ID}, func(*extapi.Nothing) {
		fmt.Fprintf(p.stdout, "Deleted account %s\n", c.ID)
	})
}
