package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/extapi"
)

type keyCommands struct {
	Create  keyCreate  `cmd:"" help:"Make an access key; its secret is shown once."`
	List    keyList    `cmd:"" help:"List access keys, and when they were used last."`
	Rotate  keyRotate  `cmd:"" help:"Make another key for the owner of a key; the old one is good until it is disabled."`
	Disable keyDisable `cmd:"" help:"Refuse what is signed with a key, from now on."`
	Enable  keyEnable  `cmd:"" help:"Take what is signed with a key again."`
	Delete  keyDelete  `cmd:"" help:"Delete a key."`
}

// Output says how a new key is shown.
type Output struct {
	Output string `enum:"text,json,env" default:"text" help:"How to show the key: ${enum}."`
}

// said reports whether more than the key may be shown.
func (o Output) said() bool { return o.Output == "text" }

// print shows a key with its secret.
func (o Output) print(w io.Writer, k *extapi.NewKey) {
	switch o.Output {
	case "json":
		_ = printJSON(w, k) // to a terminal or a pipe, as all that is printed
	case "env":
		fmt.Fprintf(w, "export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", k.ID, string(k.Secret))
	default:
		printFacts(w, "Access key", k.ID, "Secret key", string(k.Secret))
		fmt.Fprintln(w, "Nothing shows the secret again.")
	}
}

type keyCreate struct {
	User        string `arg:"" optional:"" help:"Whose key it is."`
	Root        bool   `help:"Make a key of the account's root."`
	Description string `help:"What it is for."`
	Expires     string `placeholder:"AGE" help:"How long it is good: 90d, 12h; or a time like 2027-01-01T00:00:00Z (for ever)."`
	Output
	asking
}

func (c keyCreate) Run(p *program) error {
	in := &extapi.CreateKeyRequest{Account: c.Account, User: c.User, Root: c.Root, Description: c.Description}
	if c.Expires != "" {
		at, err := later(c.Expires, time.Now())
		if err != nil {
			return configError{fmt.Errorf("--expires: %w", err)}
		}
		in.Expires = &at
	}
	return ask(p, c.asking, in, func(k *extapi.NewKey) { c.print(p.stdout, k) })
}

// later reads an age or a time.
func later(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if digits, ok := strings.CutSuffix(text, "d"); ok {
		if days, err := strconv.Atoi(digits); err == nil && days > 0 {
			return now.AddDate(0, 0, days), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	return time.Time{}, errors.New(strconv.Quote(text) + ": must be like 90d, 12h or 2027-01-01T00:00:00Z")
}

type keyList struct {
	User string `arg:"" optional:"" help:"Whose keys (everybody's)."`
	asking
}

func (c keyList) Run(p *program) error {
	return ask(p, c.asking, &extapi.ListKeysRequest{Account: c.Account, User: c.User}, func(out *extapi.Keys) { printAccessKeys(p.stdout, out.Keys) })
}

func printAccessKeys(w io.Writer, keys []extapi.Key) {
	var rows [][]string
	for _, k := range keys {
		owner, used := k.User, ""
		if owner == "" {
			owner = "(root)"
		}
		if k.LastUsed != nil {
			used = k.LastUsed.At.UTC().Format("2006-01-02T15:04Z") + "," + k.LastUsed.Service + "," + k.LastUsed.Region
		}
		rows = append(rows, []string{k.ID, owner, status(k), day(k.Created), expiry(k), used, k.Description})
	}
	table(w, "KEY OWNER STATUS CREATED EXPIRES USED DESCRIPTION", rows)
}

func status(k extapi.Key) string {
	if k.Expired {
		return "Expired"
	}
	return k.Status
}

func expiry(k extapi.Key) string {
	if k.Expires == nil {
		return ""
	}
	return day(*k.Expires)
}

type oneKey struct {
	ID string `arg:"" help:"Its id."`
	asking
}

type keyRotate struct {
	ID string `arg:"" help:"The id of the old key."`
	Output
	asking
}

func (c keyRotate) Run(p *program) error {
	return ask(p, c.asking, &extapi.RotateKeyRequest{Key: c.ID}, func(k *extapi.NewKey) {
		c.print(p.stdout, k)
		if c.said() {
			fmt.Fprintf(p.stdout, "%s is good until you say: freshet key disable %s\n", c.ID, c.ID)
		}
	})
}

type keyDisable struct{ oneKey }

func (c keyDisable) Run(p *program) error { return c.set(p, "Inactive") }

type keyEnable struct{ oneKey }

func (c keyEnable) Run(p *program) error { return c.set(p, "Active") }

func (c oneKey) set(p *program, status string) error {
	in := &extapi.UpdateKeyRequest{Key: c.ID, Status: &status}
	return ask(p, c.asking, in, func(k *extapi.Key) { fmt.Fprintf(p.stdout, "Key %s is %s\n", k.ID, strings.ToLower(k.Status)) })
}

type keyDelete struct{ oneKey }

func (c keyDelete) Run(p *program) error {
	return ask(p, c.asking, &extapi.DeleteKeyRequest{Key: c.ID}, func(*extapi.Nothing) {
		fmt.Fprintf(p.stdout, "Deleted key %s\n", c.ID)
	})
}
