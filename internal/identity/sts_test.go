package identity

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/extapi"
)

// trusting is a trust policy that lets in whom these names name, for all that a session may be begun with.
func trusting(names, condition string) string {
	return document(`{"Effect":"Allow","Principal":{"AWS":[` + names + `]},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]` + condition + `}`)
}

const (
	alice    = "arn:aws:iam::" + ours + ":user/alice"
	readers  = "arn:aws:iam::" + ours + ":role/readers"
	mayTouch = `{"Effect":"Allow","Action":"kinesis:GetRecords","Resource":"*"}`
)

// role makes a role of our account that may what statements say.
func (w *world) role(name, trust, statements string) {
	w.t.Helper()
	must(ask(w, w.root, w.CreateRole, &extapi.CreateRoleRequest{Name: name, Trust: trust, MaxSessionDuration: 7200}))(w.t)
	if statements != "" {
		must(ask(w, w.root, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "role/" + name, Name: "may", Document: document(statements)}))(w.t)
	}
}

// key makes a key of a user of ours.
func (w *world) key(user string) string {
	w.t.Helper()
	return must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: user}))(w.t).ID
}

// assume does what the server does with an AssumeRole of p.
func (w *world) assume(p *access.Principal, keyID string, in *sts.AssumeRoleRequest) (*sts.AssumeRoleResponse, error) {
	if in.RoleSessionName == nil {
		in.RoleSessionName = new("test")
	}
	r, err := w.TouchesRole(p, in)
	if err != nil {
		return nil, err
	}
	caller, err := access.AuthorizeRequest(access.Verified(p, keyID, "eu-west-1", access.Facts{}), r)
	if err != nil {
		return nil, err
	}
	return w.AssumeRole(w.t.Context(), caller, in)
}

// found is whom credentials name.
func (w *world) found(c *sts.Credentials) (Found, error) {
	return w.Authenticate(*c.AccessKeyId, *c.SessionToken)
}

// may says whether p may do an action on something of ours.
func may(p *access.Principal, action string) bool {
	_, err := access.Authorize(access.Verified(p, "ASIATEST", "eu-west-1", access.Facts{}), action,
		access.Resource{ARN: "arn:aws:kinesis:eu-west-1:" + ours + ":stream/s", Account: ours})
	return err == nil
}

func callerOf(t *testing.T, p *access.Principal, keyID string) access.Caller {
	t.Helper()
	c, err := access.Authorize(access.Verified(&access.Principal{
		Kind: p.Kind, ARN: p.ARN, ID: p.ID, Account: p.Account, UserName: p.UserName, Begun: p.Begun, Policies: everythingOf(t),
	}, keyID, "eu-west-1", access.Facts{}), "sts:GetSessionToken", access.Resource{ARN: "*"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAssumeRole(t *testing.T) {
	onEachStoreWorld(t, func(t *testing.T, w *world) {
		a, keyID := w.user("alice", ""), w.key("alice")
		w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
		out := must(w.assume(a, keyID, &sts.AssumeRoleRequest{
			RoleArn: new(readers), RoleSessionName: new("tuesday"), SourceIdentity: new("Alice"),
			Tags: []sts.Tag{{Key: new("team"), Value: new("data")}},
		}))(t)
		if *out.AssumedRoleUser.Arn != "arn:aws:sts::"+ours+":assumed-role/readers/tuesday" || *out.SourceIdentity != "Alice" || *out.PackedPolicySize < 1 {
			t.Errorf("answered %+v", out)
		}
		c := out.Credentials
		if len(*c.AccessKeyId) != 20 || !strings.HasPrefix(*c.AccessKeyId, "ASIA") || len(*c.SecretAccessKey) != 40 || time.Until(*c.Expiration) > time.Hour {
			t.Errorf("credentials %s, %v", *c.AccessKeyId, c.Expiration)
		}
		f := must(pointer(w.found(c)))(t)
		p := f.Principal
		if p.ARN != *out.AssumedRoleUser.Arn || p.ID != *out.AssumedRoleUser.AssumedRoleId || p.Kind != access.AssumedRole || p.Role != readers ||
			p.Tags["team"] != "data" || p.Begun.SourceIdentity != "Alice" || f.Secret.Reveal() != *c.SecretAccessKey || f.Issued.IsZero() {
			t.Errorf("found %+v", p)
		}
		if !may(p, "kinesis:GetRecords") || may(p, "kinesis:PutRecord") {
			t.Error("the session may not what the role may, or more")
		}
		who := must(w.GetCallerIdentity(t.Context(), callerOf(t, p, *c.AccessKeyId), nil))(t)
		if *who.Arn != p.ARN || *who.UserId != p.ID || *who.Account != ours {
			t.Errorf("GetCallerIdentity = %s %s %s", *who.Arn, *who.UserId, *who.Account)
		}
	})
}

// Each of the conditions that a trust policy of a customer's has.
func TestWhoMayAssumeARole(t *testing.T) {
	w := newMemoryWorld(t)
	a, b := w.user("alice", ""), w.user("bob", `{"Effect":"Allow","Action":"sts:*","Resource":"*"}`)
	w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
	w.role("account", trusting(`"`+ours+`"`, ""), mayTouch)
	w.role("guarded", trusting(`"`+ours+`"`, `,"Condition":{"StringEquals":{"sts:ExternalId":"open sesame"},"StringLike":{"sts:RoleSessionName":"b*"}}`), mayTouch)
	w.role("untagged", document(`{"Effect":"Allow","Principal":{"AWS":"`+ours+`"},"Action":"sts:AssumeRole"}`), mayTouch)
	foreign := w.theirAdministrator()
	w.role("foreign", trusting(`"`+foreign.ARN+`"`, ""), mayTouch)
	const prefix = "arn:aws:iam::" + ours + ":role/"
	f := func(p *access.Principal, role, session string, want bool, change ...func(*sts.AssumeRoleRequest)) {
		t.Helper()
		in := &sts.AssumeRoleRequest{RoleArn: new(prefix + role), RoleSessionName: &session}
		for _, fn := range change {
			fn(in)
		}
		out, err := w.assume(p, "AKIATEST", in)
		if (err == nil) != want {
			t.Errorf("%s as %s: %v", p.ARN, role, err)
		}
		if err != nil {
			refused(out, err)(t, "AccessDeniedException")
		}
	}
	f(a, "readers", "s1", true)
	f(b, "readers", "s1", false) // his own policy is not enough
	f(a, "account", "s1", false) // to trust his account is not enough
	f(b, "account", "s1", true)
	f(w.root, "account", "s1", false)
	f(w.root, "readers", "s1", false)
	f(b, "guarded", "bob", false)
	f(b, "guarded", "bob", true, func(in *sts.AssumeRoleRequest) { in.ExternalId = new("open sesame") })
	f(b, "guarded", "eve", false, func(in *sts.AssumeRoleRequest) { in.ExternalId = new("open sesame") })
	f(b, "guarded", "bob", false, func(in *sts.AssumeRoleRequest) { in.ExternalId = new("open sesamE") })
	f(b, "untagged", "bob", true)
	f(b, "untagged", "bob", false, func(in *sts.AssumeRoleRequest) { in.Tags = []sts.Tag{{Key: new("a"), Value: new("b")}} })
	f(b, "untagged", "bob", false, func(in *sts.AssumeRoleRequest) { in.SourceIdentity = new("bob") })
	f(foreign, "foreign", "s1", true)
	f(foreign, "account", "s1", false)
	f(b, "nobody", "s1", false) // which is not there
	f(foreign, "nobody", "s1", false)
}

func TestAssumeRoleRefuses(t *testing.T) {
	w := newMemoryWorld(t)
	a := w.user("alice", "")
	w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
	must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: "p", Document: document(mayTouch)}))(t)
	f := func(code, text string, change func(*sts.AssumeRoleRequest)) {
		t.Helper()
		in := &sts.AssumeRoleRequest{RoleArn: new(readers)}
		change(in)
		_, err := w.assume(a, "AKIATEST", in)
		if e, ok := errors.AsType[*awsapi.Error](err); !ok || e.Code != code || !strings.Contains(e.Message, text) {
			t.Errorf("got %v, want %s: %s", err, code, text)
		}
	}
	tag := func(key, value string) sts.Tag { return sts.Tag{Key: &key, Value: &value} }
	f("ValidationError", "Request ARN is invalid", func(in *sts.AssumeRoleRequest) { in.RoleArn = new("arn:aws:iam::123:role/readers") })
	f("ValidationError", "Request ARN is invalid", func(in *sts.AssumeRoleRequest) { in.RoleArn = new("arn:aws:iam::" + ours + ":user/readers") })
	f("ValidationError", "exceeds the MaxSessionDuration set for this role", func(in *sts.AssumeRoleRequest) { in.DurationSeconds = new(int32(7201)) })
	f("MalformedPolicyDocument", "", func(in *sts.AssumeRoleRequest) { in.Policy = new("{") })
	f("ValidationError", "does not exist", func(in *sts.AssumeRoleRequest) {
		in.PolicyArns = []sts.PolicyDescriptorType{{Arn: new("arn:aws:iam::" + theirs + ":policy/p")}}
	})
	f("ValidationError", "exceeds the limit", func(in *sts.AssumeRoleRequest) { in.PolicyArns = make([]sts.PolicyDescriptorType, 11) })
	f("ValidationError", "Duplicate tag keys", func(in *sts.AssumeRoleRequest) { in.Tags = []sts.Tag{tag("a", "1"), tag("A", "2")} })
	f("ValidationError", "Duplicate tag keys", func(in *sts.AssumeRoleRequest) { in.Tags = []sts.Tag{tag("a", "1"), tag("a", "2")} })
	f("ValidationError", "reserved", func(in *sts.AssumeRoleRequest) { in.Tags = []sts.Tag{tag("aws:a", "1")} })
	f("ValidationError", "none of the session's tags", func(in *sts.AssumeRoleRequest) { in.TransitiveTagKeys = []string{"a"} })
	f("AccessDeniedException", "MultiFactorAuthentication", func(in *sts.AssumeRoleRequest) { in.TokenCode = new("123456") })
	f("PackedPolicyTooLarge", "of allotted space", func(in *sts.AssumeRoleRequest) {
		for range 50 {
			in.Tags = append(in.Tags, tag(random32(100), random32(200)))
		}
	})
}

// Security-and-ops.md, section 8: child credentials never exceed the parent, and a
// session's policies only take away.
func TestSessionPoliciesOnlyTakeAway(t *testing.T) {
	w := newMemoryWorld(t)
	a := w.user("alice", "")
	w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
	must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: "puts", Document: document(`{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"*"}`)}))(t)
	must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: "all", Document: document(everything)}))(t)
	begin := func(in *sts.AssumeRoleRequest) *sts.Credentials {
		t.Helper()
		in.RoleArn = new(readers)
		return must(w.assume(a, "AKIATEST", in))(t).Credentials
	}
	w.noKey(t, begin)
	keyID := w.key("alice")
	f := func(in *sts.AssumeRoleRequest, want bool) *sts.Credentials {
		t.Helper()
		in.RoleArn = new(readers)
		c := must(w.assume(a, keyID, in))(t).Credentials
		p := must(pointer(w.found(c)))(t).Principal
		if may(p, "kinesis:GetRecords") != want || may(p, "kinesis:PutRecord") || may(p, "freshet:CreateUser") {
			t.Errorf("a session with %+v", in)
		}
		return c
	}
	arn := func(names ...string) (all []sts.PolicyDescriptorType) {
		for _, name := range names {
			all = append(all, sts.PolicyDescriptorType{Arn: new("arn:aws:iam::" + ours + ":policy/" + name)})
		}
		return all
	}
	f(&sts.AssumeRoleRequest{}, true)
	f(&sts.AssumeRoleRequest{Policy: new(document(everything))}, true)
	f(&sts.AssumeRoleRequest{Policy: new(document(`{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"*"}`))}, false)
	f(&sts.AssumeRoleRequest{PolicyArns: arn("puts")}, false)
	c := f(&sts.AssumeRoleRequest{PolicyArns: arn("puts", "all")}, true)
	// When what bounds a session is no more, the session is over: nobody knows what it may.
	must(ask(w, w.root, w.DeletePolicy, &extapi.DeletePolicyRequest{Policy: "all"}))(t)
	if _, err := w.found(c); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("without the policy that bounds it: %v", err)
	}
}

// noKey: a session that a key began that is none is none.
func (w *world) noKey(t *testing.T, begin func(*sts.AssumeRoleRequest) *sts.Credentials) {
	t.Helper()
	if _, err := w.found(begin(&sts.AssumeRoleRequest{})); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("a session of a key that nobody has: %v", err)
	}
}

func TestRoleChaining(t *testing.T) {
	w := newMemoryWorld(t)
	a, keyID := w.user("alice", ""), w.key("alice")
	w.role("first", trusting(`"`+alice+`"`, ""), `{"Effect":"Allow","Action":"sts:*","Resource":"*"}`)
	w.role("second", trusting(`"arn:aws:iam::`+ours+`:role/first"`, ""), mayTouch)
	const first, second = "arn:aws:iam::" + ours + ":role/first", "arn:aws:iam::" + ours + ":role/second"
	tag := func(key, value string) sts.Tag { return sts.Tag{Key: &key, Value: &value} }
	one := must(w.assume(a, keyID, &sts.AssumeRoleRequest{RoleArn: new(first), SourceIdentity: new("Alice"), DurationSeconds: new(int32(7200)),
		Tags: []sts.Tag{tag("team", "data"), tag("desk", "4")}, TransitiveTagKeys: []string{"team"}}))(t).Credentials
	p := must(pointer(w.found(one)))(t).Principal

	refuse := func(code string, in *sts.AssumeRoleRequest) {
		t.Helper()
		in.RoleArn = new(second)
		refused(w.assume(p, *one.AccessKeyId, in))(t, code)
	}
	refuse("ValidationError", &sts.AssumeRoleRequest{DurationSeconds: new(int32(3601))})
	refuse("AccessDeniedException", &sts.AssumeRoleRequest{SourceIdentity: new("Bob")})
	refuse("ValidationError", &sts.AssumeRoleRequest{Tags: []sts.Tag{tag("Team", "other")}})

	// A source identity goes on to a role that takes one, and no further.
	w.role("silent", document(`{"Effect":"Allow","Principal":{"AWS":"`+first+`"},"Action":["sts:AssumeRole","sts:TagSession"]}`), mayTouch)
	refused(w.assume(p, *one.AccessKeyId, &sts.AssumeRoleRequest{RoleArn: new("arn:aws:iam::" + ours + ":role/silent")}))(t, "AccessDeniedException")
	w.role("others", trusting(`"`+first+`"`, `,"Condition":{"StringEquals":{"sts:SourceIdentity":"Bob"}}`), mayTouch)
	refused(w.assume(p, *one.AccessKeyId, &sts.AssumeRoleRequest{RoleArn: new("arn:aws:iam::" + ours + ":role/others")}))(t, "AccessDeniedException")

	two := must(w.assume(p, *one.AccessKeyId, &sts.AssumeRoleRequest{RoleArn: new(second), DurationSeconds: new(int32(3600))}))(t).Credentials
	q := must(pointer(w.found(two)))(t).Principal
	want := map[string]string{"team": "data"}
	if !maps.Equal(q.Tags, want) || !maps.Equal(q.Begun.Transitive, want) || q.Begun.SourceIdentity != "Alice" || q.Begun.Key != keyID {
		t.Errorf("the second session has %+v, begun %+v", q.Tags, q.Begun)
	}
	// The key at the beginning ends all.
	must(ask(w, w.root, w.UpdateKey, &extapi.UpdateKeyRequest{Key: keyID, Status: new("Inactive")}))(t)
	for _, c := range []*sts.Credentials{one, two} {
		if _, err := w.found(c); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("a session of a disabled key: %v", err)
		}
	}
}

func TestGetSessionToken(t *testing.T) {
	w := newMemoryWorld(t)
	a, keyID := w.user("alice", mayTouch), w.key("alice")
	caller := callerOf(t, a, keyID)
	out := must(w.GetSessionToken(t.Context(), caller, &sts.GetSessionTokenRequest{}))(t).Credentials
	if left := time.Until(*out.Expiration); left > 12*time.Hour || left < 11*time.Hour {
		t.Errorf("it lasts %v", left)
	}
	p := must(pointer(w.found(out)))(t).Principal
	if p.ARN != alice || p.ID != a.ID || p.Kind != access.User || !may(p, "kinesis:GetRecords") || may(p, "kinesis:PutRecord") {
		t.Errorf("found %+v", p)
	}
	refused(w.GetSessionToken(t.Context(), callerOf(t, p, *out.AccessKeyId), &sts.GetSessionTokenRequest{}))(t, "AccessDeniedException")

	root := must(w.GetSessionToken(t.Context(), callerOf(t, w.root, w.catalog.now().accounts[ours].keys[0].id), &sts.GetSessionTokenRequest{DurationSeconds: new(int32(7200))}))(t).Credentials
	if left := time.Until(*root.Expiration); left > time.Hour {
		t.Errorf("a root's lasts %v", left)
	}
	if p := must(pointer(w.found(root)))(t).Principal; p.Kind != access.Root || p.ARN != rootARN(ours) {
		t.Errorf("found %+v", p)
	}
	// What is behind it is gone, then the name comes back.
	must(ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: keyID}))(t)
	if _, err := w.found(out); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("the key behind it is deleted: %v", err)
	}
}

// What was made anew under an old name is another, and a change holds for the next
// request of a session.
func TestSessionsEndWithWhatIsBehindThem(t *testing.T) {
	w := newMemoryWorld(t)
	a, keyID := w.user("alice", ""), w.key("alice")
	w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
	c := must(w.assume(a, keyID, &sts.AssumeRoleRequest{RoleArn: new(readers)}))(t).Credentials
	if !may(must(pointer(w.found(c)))(t).Principal, "kinesis:GetRecords") {
		t.Fatal("it may nothing")
	}
	must(ask(w, w.root, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "role/readers", Name: "may", Document: document(`{"Effect":"Deny","Action":"*","Resource":"*"}`)}))(t)
	if may(must(pointer(w.found(c)))(t).Principal, "kinesis:GetRecords") {
		t.Error("a policy that was changed does not hold for a session that had begun")
	}
	must(ask(w, w.root, w.DeleteInlinePolicy, &extapi.DeleteInlinePolicyRequest{Principal: "role/readers", Name: "may"}))(t)
	must(ask(w, w.root, w.DeleteRole, &extapi.DeleteRoleRequest{Name: "readers"}))(t)
	if _, err := w.found(c); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("a session of a role that is no more: %v", err)
	}
	w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
	if _, err := w.found(c); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("a session of another role of that name: %v", err)
	}
}

func TestSessionsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newMemoryWorld(t)
		a, keyID := w.user("alice", ""), w.key("alice")
		w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
		c := must(w.assume(a, keyID, &sts.AssumeRoleRequest{RoleArn: new(readers), DurationSeconds: new(int32(900))}))(t).Credentials
		time.Sleep(15*time.Minute - 2*time.Second)
		must(pointer(w.found(c)))(t)
		time.Sleep(2 * time.Second)
		if _, err := w.found(c); !errors.Is(err, ErrExpired) {
			t.Errorf("after its time: %v", err)
		}
	})
}

// Security-and-ops.md, sections 3 and 8: a token is good with its key alone, and no bit
// of it can be changed.
func TestTokensAreBound(t *testing.T) {
	w := newMemoryWorld(t)
	a, keyID := w.user("alice", ""), w.key("alice")
	w.role("readers", trusting(`"`+alice+`"`, ""), mayTouch)
	one := must(w.assume(a, keyID, &sts.AssumeRoleRequest{RoleArn: new(readers)}))(t).Credentials
	two := must(w.assume(a, keyID, &sts.AssumeRoleRequest{RoleArn: new(readers)}))(t).Credentials
	f := func(what, keyID, token string) {
		t.Helper()
		if found, err := w.Authenticate(keyID, token); !errors.Is(err, ErrInvalidToken) || found.Principal != nil || !found.Secret.IsZero() {
			t.Errorf("%s: %v, %v", what, found.Principal, err)
		}
	}
	f("another session's token", *one.AccessKeyId, *two.SessionToken)
	f("a key that lasts, with a token", keyID, *one.SessionToken)
	f("no token", *one.AccessKeyId, "")
	f("no base64", *one.AccessKeyId, *one.SessionToken+"!")
	f("a long token", *one.AccessKeyId, strings.Repeat("A", longestToken+4))
	sealed, err := base64.StdEncoding.DecodeString(*one.SessionToken)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		sealed[i] ^= 1
		f("a changed token", *one.AccessKeyId, base64.StdEncoding.EncodeToString(sealed))
		sealed[i] ^= 1
	}
	for n := range sealed {
		f("a cut token", *one.AccessKeyId, base64.StdEncoding.EncodeToString(sealed[:n]))
	}
	other := newMemoryWorld(t)
	if _, err := other.found(one); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("another server's token: %v", err)
	}
}

// A token that lacks what it must say is refused though it was sealed here.
func TestTokensMustSayWhoseTheyAreAndUntilWhen(t *testing.T) {
	w := newMemoryWorld(t)
	n := w.catalog.now()
	good := claims{Issuer: ours, Audience: tokenAudience, Issued: 1_700_000_000, Expires: 1_700_003_600, Account: ours}
	f := func(want bool, change func(*claims)) {
		t.Helper()
		c := good
		change(&c)
		token, err := n.sealToken(&c, "ASIATEST", newSecret())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := n.openToken(token, "ASIATEST"); (err == nil) != want {
			t.Errorf("%+v: %v", c, err)
		}
	}
	f(true, func(*claims) {})
	f(false, func(c *claims) { c.Issuer = "" })
	f(false, func(c *claims) { c.Issuer = theirs })
	f(false, func(c *claims) { c.Audience = "" })
	f(false, func(c *claims) { c.Audience = "console" })
	f(false, func(c *claims) { c.Expires = 0 })
	f(false, func(c *claims) { c.Issued = 0 })
	f(false, func(c *claims) { c.Expires = c.Issued })
	f(false, func(c *claims) { c.Expires = c.Issued + 36*3600 + 1 })
}

func TestTokenKeysChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newMemoryWorld(t)
		a, keyID := w.user("alice", ""), w.key("alice")
		running, stop := contextOf(t)
		done := make(chan struct{})
		go func() { defer close(done); _ = w.Run(running) }()
		first := w.catalog.now().tokenKeys[0].id
		time.Sleep(tokenKeyAge - time.Minute)
		c := must(w.GetSessionToken(t.Context(), callerOf(t, a, keyID), &sts.GetSessionTokenRequest{}))(t).Credentials
		time.Sleep(2 * time.Hour)
		if keys := w.catalog.now().tokenKeys; len(keys) != 2 || keys[0].id == first || keys[1].id != first {
			t.Fatalf("after a month: %d keys", len(keys))
		}
		must(pointer(w.found(c)))(t) // the old key opens what it sealed
		time.Sleep(tokenKeyGrace + 2*time.Hour)
		if keys := w.catalog.now().tokenKeys; len(keys) != 1 || keys[0].id == first {
			t.Errorf("after the grace: %d keys", len(keys))
		}
		stop()
		<-done
	})
}

// A session is authenticated without opening its token again, and a store that cannot
// be read is no yes.
func TestSessionsAreKnownAgain(t *testing.T) {
	w := newMemoryWorld(t)
	a, keyID := w.user("alice", ""), w.key("alice")
	c := must(w.GetSessionToken(t.Context(), callerOf(t, a, keyID), &sts.GetSessionTokenRequest{}))(t).Credentials
	first := must(pointer(w.found(c)))(t)
	if again := must(pointer(w.found(c)))(t); again.Principal != first.Principal {
		t.Error("the token was opened twice")
	}
	w.catalog.current.Store(&snapshot{failed: errors.New("the disk is gone")})
	if _, err := w.found(c); err == nil || errors.Is(err, ErrInvalidToken) {
		t.Errorf("with nothing known: %v", err)
	}
}

func TestDevelopmentGivesCredentialsOfTheAccount(t *testing.T) {
	s := New(nil, Options{Development: true}) // nothing is asked of a store
	caller := access.Dev("111122223333", "eu-west-1")
	who := must(s.GetCallerIdentity(context.Background(), caller, nil))(t)
	if *who.Arn != "arn:aws:iam::111122223333:root" || *who.UserId != "111122223333" || *who.Account != "111122223333" {
		t.Errorf("GetCallerIdentity = %s %s %s", *who.Arn, *who.UserId, *who.Account)
	}
	mine := must(s.GetSessionToken(context.Background(), caller, &sts.GetSessionTokenRequest{DurationSeconds: new(int32(900))}))(t)
	if *mine.Credentials.AccessKeyId != "111122223333" || time.Until(*mine.Credentials.Expiration) > 15*time.Minute {
		t.Errorf("GetSessionToken = %+v", mine.Credentials)
	}
	role := must(s.AssumeRole(context.Background(), caller, &sts.AssumeRoleRequest{RoleArn: new("arn:aws:iam::444455556666:role/a/b"), RoleSessionName: new("s")}))(t)
	if *role.Credentials.AccessKeyId != "444455556666" || *role.AssumedRoleUser.Arn != "arn:aws:sts::444455556666:assumed-role/b/s" {
		t.Errorf("AssumeRole = %+v", role)
	}
}

func FuzzOpenToken(f *testing.F) {
	n := &snapshot{operator: ours}
	aead, err := aeadOfText(access.NewSecret(base64.StdEncoding.EncodeToString(make([]byte, 32))))
	if err != nil {
		f.Fatal(err)
	}
	n.tokenKeys = []*tokenKey{{id: "AAAAAAAA", aead: aead}}
	token, err := n.sealToken(&claims{Issuer: ours, Audience: tokenAudience, Issued: 1, Expires: 2, Account: ours}, "ASIA", newSecret())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token, "ASIA", []byte{})
	f.Add(token, "ASIB", []byte("{}"))
	f.Add("", "", []byte{0xff})
	f.Fuzz(func(t *testing.T, text, keyID string, packed []byte) {
		if c, _, err := n.openToken(text, keyID); err == nil && (keyID != "ASIA" || c.Expires != 2) {
			t.Errorf("a token that was not sealed opened: %+v", c)
		}
		_, _ = unpack(packed)
	})
}
