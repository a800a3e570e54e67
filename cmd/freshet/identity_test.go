package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/extapi"
)

// administered is a running server, and a data folder's owner at his terminal.
type administered struct {
	t    *testing.T
	dir  string
	at   string // host:port
	env  map[string]string
	flag []string // that lead to the server
}

func administer(t *testing.T) *administered {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	screen, signals, code, lines := linesOf(t, "serve", "--data", dir, "--account", "123456789012")
	go func() {
		for range lines {
		}
	}()
	t.Cleanup(func() {
		signals <- os.Interrupt
		if code := <-code; code != 0 {
			t.Errorf("the server exits with %d", code)
		}
	})
	at := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(screen)
	return &administered{t, dir, at, nil, []string{"--data", dir, "--listen", at}}
}

// run types a command, in words that blanks separate, or as they are.
func (a *administered) run(want int, line string, more ...string) string {
	a.t.Helper()
	args := append(append(strings.Fields(line), more...), a.flag...)
	var out bytes.Buffer
	p := testProgram(&out, a.env)
	p.signals = make(chan os.Signal)
	if code := p.run(args); code != want {
		a.t.Errorf("freshet %s exits with %d: %s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

// says types a command that must print want, in which … is anything.
func (a *administered) says(want, line string, more ...string) {
	a.t.Helper()
	if printed := a.run(0, line, more...); !matchLines(want+"\n", printed) {
		a.t.Errorf("freshet %s prints\n%s\nwant\n%s", line, printed, want)
	}
}

// refuses types a command that must fail with want.
func (a *administered) refuses(want, line string, more ...string) {
	a.t.Helper()
	if printed := a.run(exitFailed, line, more...); !matchLine("freshet: "+want, strings.TrimSpace(printed)) {
		a.t.Errorf("freshet %s prints\n%s\nwant\n%s", line, printed, want)
	}
}

// as lets what follows be asked for by a key, over the network.
func (a *administered) as(k extapi.NewKey) *administered {
	b := *a
	b.env = map[string]string{
		"AWS_ACCESS_KEY_ID": k.ID, "AWS_SECRET_ACCESS_KEY": string(k.Secret), "AWS_CA_BUNDLE": freshet.CAFile(a.dir),
	}
	b.flag = []string{"--endpoint", "https://" + a.at}
	return &b
}

func (a *administered) key(line string) (k extapi.NewKey) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.run(0, line+" --output json")), &k); err != nil {
		a.t.Fatal(err)
	}
	return k
}

func TestAdministration(t *testing.T) {
	a := administer(t)
	const arn = "arn:aws:iam::123456789012:"
	a.says("Created "+arn+"user/alice\nIt may: write:orders-*\nMake a key: freshet key create alice", "user create alice --grant write:orders-*")
	a.says("USER   ARN…CREATED     KEYS  POLICIES\nalice  "+arn+"user/alice  20…  0     grants", "user list")
	a.says("allowed by statement #1 of grants (identity-based policy)",
		"policy simulate --principal alice --action kinesis:PutRecord --resource arn:aws:kinesis:us-east-1:123456789012:stream/orders-eu")
	if printed := a.run(exitFailed, "policy simulate --principal alice --action kinesis:DeleteStream"); printed != "denied: no identity-based policy allows it\n" {
		t.Errorf("it prints %q", printed)
	}
	a.says("Created "+arn+"policy/office", "policy create office", `{"Version":"2012-10-17","Statement":[{"Sid":"away","Effect":"Deny","Action":"*","Resource":"*",
		"Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}`)
	a.says("Changed "+arn+"user/alice", "policy attach office alice")
	for from, want := range map[string]string{
		"10.1.2.3":  "allowed by statement #1 of grants (identity-based policy)\n",
		"192.0.2.1": "denied by statement away of " + arn + "policy/office (identity-based policy)\n",
	} {
		code := map[bool]int{true: 0, false: exitFailed}[strings.HasPrefix(want, "allowed")]
		line := "policy simulate --principal alice --action kinesis:PutRecord --resource arn:aws:kinesis:us-east-1:123456789012:stream/orders-eu --context aws:SourceIp="
		if printed := a.run(code, line+from); printed != want {
			t.Errorf("from %s: %q", from, printed)
		}
	}
	a.refuses("DeleteConflict: Cannot delete entity, must detach all policies first.", "user delete alice")
	if printed := a.run(exitConfig, "user create bob --grant put:orders"); !strings.HasPrefix(printed, `freshet: --grant: ValidationError: "put:orders" is no grant`) {
		t.Errorf("a grant that is none: %s", printed)
	}
	a.refuses("NoSuchEntity: The user with name bob cannot be found.", "user show bob")
	a.refuses(`MalformedPolicyDocument: …`, "policy create broken {}")
	a.says("Deleted user alice", "user delete alice --with-all")
	a.says("Created "+arn+"role/reader", "role create reader --grant read:*", "--trust", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}`)
	a.says("Deleted role reader", "role delete reader --with-all")
}

func TestKeysOverTheNetwork(t *testing.T) {
	a := administer(t)
	a.run(0, "user create alice")
	first := a.key("key create alice --description laptop --expires 90d")
	alice := a.as(first)
	alice.refuses("AccessDeniedException: User: arn:aws:iam::123456789012:user/alice is not authorized to perform: freshet:ListUsers on resource: …", "user list")
	blind := *alice
	blind.env = maps.Clone(alice.env)
	delete(blind.env, "AWS_CA_BUNDLE")
	if printed := blind.run(exitFailed, "user list"); !strings.Contains(printed, "unknown authority.\nName the server's authority in AWS_CA_BUNDLE") {
		t.Errorf("who does not know the authority is told: %s", printed)
	}
	a.run(0, "policy put alice admin", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"freshet:*","Resource":"*"}]}`)
	alice.says("USER   ARN…\nalice…", "user list")
	alice.refuses("AccessDeniedException: … only a root may", "key create --root")
	second := a.key("key rotate " + first.ID)
	a.says("Key "+first.ID+" is inactive", "key disable "+first.ID)
	alice.refuses("UnrecognizedClientException: The security token included in the request is invalid.", "user list")
	alice = a.as(second)
	alice.says("KEY…\nAKIA…(root)…\n"+first.ID+"  alice   Inactive…laptop\n"+second.ID+"  alice   Active…freshet,us-east-1…", "key list")
	printed := alice.run(0, "key list --json")
	if strings.Contains(printed, string(first.Secret)) || strings.Contains(printed, string(second.Secret)) {
		t.Error("a list shows a secret")
	}
	root := *alice
	root.env = map[string]string{"AWS_SHARED_CREDENTIALS_FILE": freshet.RootCredentialsFile(a.dir), "AWS_CA_BUNDLE": freshet.CAFile(a.dir)}
	root.says("Account    123456789012\nOperator   yes\n…\nUsers      1\nRoles      0\nPolicies   0\nRoot keys  1", "account show")
	root.env["AWS_PROFILE"] = "another"
	if printed := root.run(exitConfig, "account show"); !strings.Contains(printed, "AWS_ACCESS_KEY_ID") {
		t.Errorf("without credentials it prints %q", printed)
	}
	wrong := second
	wrong.Secret = first.Secret
	a.as(wrong).refuses("InvalidSignatureException: …", "user list")
}

func TestOtherAccounts(t *testing.T) {
	a := administer(t)
	root := a.key("account create --id 210987654321 --alias them")
	a.says("ACCOUNT…\n123456789012…yes\n210987654321  them…", "account list")
	them := a.as(root)
	if second := a.key("key create --root --account 210987654321"); second.Account != "210987654321" || second.User != "" {
		t.Errorf("%v", second)
	}
	them.says("Created arn:aws:iam::210987654321:user/bob\nMake a key: freshet key create bob", "user create bob")
	them.says("ACCOUNT…\n210987654321  them…", "account list")
	them.refuses("AccessDeniedException: …", "user list --account 123456789012")
	a.refuses("DeleteConflict: Cannot delete account 210987654321: it has 1 users, 0 roles and 0 policies.", "account delete 210987654321")
	a.says("Deleted user bob", "user delete bob --account 210987654321")
	a.says("Deleted account 210987654321", "account delete 210987654321")
	them.refuses("UnrecognizedClientException: …", "user list")
}

func TestCredentialsOfAProfile(t *testing.T) {
	const file = "# keys\n[default]\naws_access_key_id = A\naws_secret_access_key=b=\n\n[ other ]\naws_access_key_id=C\naws_secret_access_key=d\naws_session_token = e\n"
	if c := credentialsOf(file, "default"); c.AccessKeyID != "A" || c.SecretAccessKey != "b=" || c.SessionToken != "" {
		t.Errorf("default: %v", c)
	}
	if c := credentialsOf(file, "other"); c.AccessKeyID != "C" || c.SecretAccessKey != "d" || c.SessionToken != "e" {
		t.Errorf("other: %v", c)
	}
	if credentialsOf(file, "none").HasKeys() {
		t.Error("a profile that is not there has keys")
	}
}

// dev has nobody.
func TestDevHasNoIdentities(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	screen, signals, code := dev(t, "--data", dir)
	at := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(screen)
	printed := undisturbed(t, exitFailed, "user", "list", "--data", dir, "--listen", at)
	if want := "freshet: data folder " + dir + ": freshet serve has not used it, and freshet dev takes any credentials: there are no users and no keys\n"; printed != want {
		t.Errorf("it prints %q", printed)
	}
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
}
