package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"text/tabwriter"
	"time"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/identity"
)

// asking are the flags of the commands about accounts, users, roles, keys and policies.
type asking struct {
	where
	Endpoint string `placeholder:"URL" help:"Ask the server there, with credentials that the environment has or names (AWS_ACCESS_KEY_ID …), and not that of the data folder with its token."`
	Account  string `placeholder:"DIGITS" help:"Account that is meant, if it is not one's own."`
	JSON     bool   `name:"json" help:"Print what the server answers."`

	// then is done when the answer is there, before it is printed.
	then func(context.Context) error
}

// granting is a whose answer is followed by giving principal a policy of grants. What is
// wrong with them is said before anything is made.
func (a asking) granting(p *program, principal string, grants []string) (asking, error) {
	if len(grants) == 0 {
		return a, nil
	}
	if err := identity.CheckGrants(grants); err != nil {
		return a, configError{fmt.Errorf("--grant: %w", err)}
	}
	in := &extapi.PutInlinePolicyRequest{Account: a.Account, Principal: principal, Name: "grants", Grants: grants}
	a.then = func(ctx context.Context) error {
		if err := a.call(ctx, p, pathOf(in), in, &extapi.Permitted{}); err != nil {
			return fmt.Errorf("%s was made, and may do nothing: %w", principal, err)
		}
		return nil
	}
	return a, nil
}

// pathOf is where the request in, a pointer to one of extapi's, goes to.
func pathOf(in any) string {
	return extapi.IdentityPath + "/" + identity.Operation(reflect.TypeOf(in).Elem())
}

// ask asks the server for what in, a pointer to a request of extapi, is the request of,
// and prints the answer if that is to be as JSON. Else show does.
func ask[Out any](p *program, a asking, in any, show func(out *Out)) error {
	return askAnd(p, a, in, func(out *Out) {
		if !a.JSON {
			show(out)
		}
	})
}

// askAnd is ask for who wants the answer in any case.
func askAnd[Out any](p *program, a asking, in any, read func(out *Out)) error {
	ctx, release := p.untilSignal()
	defer release()
	var out Out
	if err := a.call(ctx, p, pathOf(in), in, &out); err != nil {
		return err
	}
	if a.then != nil {
		if err := a.then(ctx); err != nil {
			return err
		}
	}
	read(&out)
	if a.JSON {
		return printJSON(p.stdout, out)
	}
	return nil
}

// call asks the server at the endpoint, or the one of the data folder.
func (a asking) call(ctx context.Context, p *program, path string, in, out any) error {
	if a.Endpoint != "" {
		return p.callSigned(ctx, strings.TrimSuffix(a.Endpoint, "/")+path, in, out)
	}
	s, err := p.settings(a.where)
	if err != nil {
		return err
	}
	served, err := freshet.Served(s.Server.DataDir)
	if err == nil && !served {
		err = errors.New("freshet serve has not used it, and freshet dev takes any credentials: there are no users and no keys")
	}
	if err != nil {
		return fmt.Errorf("data folder %s: %w", s.Server.DataDir, err)
	}
	api, err := p.serverAPI(s)
	if err != nil {
		return err
	}
	return api.call(ctx, http.MethodPost, path, in, out)
}

// text reads a policy: a file, or the policy itself.
func text(arg string) (string, error) {
	if strings.HasPrefix(strings.TrimSpace(arg), "{") {
		return arg, nil
	}
	content, err := os.ReadFile(arg)
	return string(content), err
}

// whom makes user/alice of alice: a name without more is a user's.
func whom(arg string) string {
	if strings.ContainsAny(arg, ":/") {
		return arg
	}
	return "user/" + arg
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table prints rows below a head, aligned.
func table(w io.Writer, head string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ReplaceAll(head, " ", "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush() // of what prints to a terminal or a pipe
}

// day is a time for a table.
func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// printFacts prints names and what they are, those that are empty left out.
func printFacts(w io.Writer, pairs ...string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(t, "%s\t%s\n", pairs[i], pairs[i+1])
		}
	}
	_ = t.Flush() // of what prints to a terminal or a pipe
}
