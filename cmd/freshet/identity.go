package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
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

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/identity"
)

// asking are the flags of the commands about accounts, users, roles, keys and policies.
type asking struct {
	where
	Endpoint string `placeholder:"URL" help:"Ask the server there, with the credentials that are in the environment (AWS_ACCESS_KEY_ID …), and not that of the data folder with its token."`
	Account  string `placeholder:"DIGITS" help:"Account that is meant, if it is not one's own."`
	JSON     bool   `name:"json" help:"Print what the server answers."`

	// then is done when the answer is there, before it is printed.
	then func(context.Context) error
}

// granting is a whose answer is followed by giving principal a policy of grants.
func (a asking) granting(p *program, principal string, grants []string) asking {
	if len(grants) == 0 {
		return a
	}
	in := &extapi.PutInlinePolicyRequest{Account: a.Account, Principal: principal, Name: "grants", Grants: grants}
	a.then = func(ctx context.Context) error {
		if err := a.call(ctx, p, pathOf(in), in, &extapi.Permitted{}); err != nil {
			return fmt.Errorf("%s was made, and may do nothing: %w", principal, err)
		}
		return nil
	}
	return a
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

// callSigned asks for a page with credentials of the environment.
func (p *program) callSigned(ctx context.Context, url string, in, out any) error {
	credentials, region, err := p.credentials()
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return configError{fmt.Errorf("--endpoint: %w", err)}
	}
	r.Header.Set("Content-Type", "application/json")
	client, err := p.trusting()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), "freshet", region, time.Now()); err != nil {
		return fmt.Errorf("sign the request: %w", err)
	}
	reply, err := client.Do(r)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if reply.StatusCode == http.StatusOK {
		return json.NewDecoder(reply.Body).Decode(out)
	}
	return refusal(reply)
}

// refusal is what a server said that did not do what it was asked.
func refusal(reply *http.Response) error {
	var said extapi.Error
	if err := json.NewDecoder(reply.Body).Decode(&said); err != nil || said.Message == "" {
		said.Message = "status " + reply.Status
	}
	return errors.New(strings.TrimPrefix(said.Code+": "+said.Message, ": "))
}

// credentials are those of the environment, and the region they sign for.
func (p *program) credentials() (aws.Credentials, string, error) {
	get := func(names ...string) string {
		for _, name := range names {
			if v, _ := p.lookup(name); v != "" {
				return v
			}
		}
		return ""
	}
	c := aws.Credentials{AccessKeyID: get("AWS_ACCESS_KEY_ID"), SecretAccessKey: get("AWS_SECRET_ACCESS_KEY"), SessionToken: get("AWS_SESSION_TOKEN")}
	if !c.HasKeys() {
		return c, "", configError{errors.New("--endpoint wants credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")}
	}
	region := get("AWS_REGION", "AWS_DEFAULT_REGION")
	if region == "" {
		region = "us-east-1"
	}
	return c, region, nil
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

// trusting is a client that trusts the authority in AWS_CA_BUNDLE, as AWS's tools do.
func (p *program) trusting() (*http.Client, error) {
	file, _ := p.lookup("AWS_CA_BUNDLE")
	if file == "" {
		return http.DefaultClient, nil
	}
	authority, err := os.ReadFile(file)
	if err != nil {
		return nil, configError{fmt.Errorf("AWS_CA_BUNDLE: %w", err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, configError{fmt.Errorf("AWS_CA_BUNDLE: %s: it holds no certificate", file)}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
	return &http.Client{Transport: transport}, nil
}
