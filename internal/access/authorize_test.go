package access

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi"
)

const (
	orders = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
	put    = "kinesis:PutRecord"
)

func document(t *testing.T, kind policy.Kind, statements string) policy.Named {
	t.Helper()
	d, err := policy.Parse(kind, `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
	if err != nil {
		t.Fatal(err)
	}
	return policy.Named{Name: "p", Document: d}
}

func user(t *testing.T, account, name string, statements ...string) *Principal {
	p := &Principal{Kind: User, ARN: "arn:aws:iam::" + account + ":user/" + name, ID: "AIDA" + name, Account: account, UserName: name, Tags: map[string]string{"Team": "red"}}
	for _, st := range statements {
		p.Policies = append(p.Policies, document(t, policy.Identity, st))
	}
	return p
}

func rootOf(account string) *Principal {
	return &Principal{Kind: Root, ARN: "arn:aws:iam::" + account + ":root", ID: account, Account: account}
}

func by(p *Principal) Identity {
	return Verified(p, "AKIA", "us-east-1", Facts{Time: time.Unix(1e9, 0)})
}

const allowPut = `{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"arn:aws:kinesis:*:*:stream/*"}`

func wantDenied(t *testing.T, err error, rest string) {
	t.Helper()
	var e *awsapi.Error
	if !errors.As(err, &e) || e.Code != "AccessDeniedException" || e.Status != 400 || e.Message != rest {
		t.Errorf("got %v\nwant %s", err, rest)
	}
}

// The texts are those that IAM's user guide lists and clients have seen of Kinesis.
func TestWhyAccessIsDenied(t *testing.T) {
	mine := Resource{ARN: orders, Account: "123456789012"}
	const alice, bob = "User: arn:aws:iam::123456789012:user/alice", "User: arn:aws:iam::210987654321:user/bob"
	const asked = " is not authorized to perform: kinesis:PutRecord on resource: " + orders
	const denyPut = `{"Effect":"Deny","Action":"*","Resource":"*"}`
	f := func(p *Principal, r Resource, want string) {
		t.Helper()
		caller, err := Authorize(by(p), put, r)
		wantDenied(t, err, want)
		if !caller.IsZero() {
			t.Error("a caller that was denied")
		}
	}
	f(user(t, "123456789012", "alice"), mine, alice+asked+" because no identity-based policy allows the kinesis:PutRecord action")
	f(user(t, "123456789012", "alice", allowPut, denyPut), mine, alice+asked+" with an explicit deny in an identity-based policy")
	shared := mine
	shared.Shared = true
	f(user(t, "210987654321", "bob", allowPut), shared, bob+asked+" because no resource-based policy allows the kinesis:PutRecord action")
	forbidden := document(t, policy.Resource, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`)
	shared.Policy = &forbidden
	f(user(t, "210987654321", "bob", allowPut), shared, bob+asked+" with an explicit deny in a resource-based policy")
	f(user(t, "123456789012", "alice", allowPut), shared, alice+asked+" with an explicit deny in a resource-based policy")
	bounded := user(t, "123456789012", "alice", allowPut)
	reads := document(t, policy.Identity, `{"Effect":"Allow","Action":"kinesis:Get*","Resource":"*"}`)
	bounded.Boundary = &reads
	f(bounded, mine, alice+asked+" because no permissions boundary allows the kinesis:PutRecord action")
	no := document(t, policy.Identity, denyPut)
	bounded.Boundary = &no
	f(bounded, mine, alice+asked+" with an explicit deny in a permissions boundary")
	session := user(t, "123456789012", "alice", allowPut)
	session.Session = []policy.Named{reads}
	f(session, mine, alice+asked+" because no session policy allows the kinesis:PutRecord action")
	session.Session = []policy.Named{no}
	f(session, mine, alice+asked+" with an explicit deny in a session policy")
	trust := document(t, policy.Trust, `{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}`)
	_, err := Authorize(by(user(t, "210987654321", "bob", `{"Effect":"Allow","Action":"*","Resource":"*"}`)), "sts:AssumeRole",
		Resource{ARN: "arn:aws:iam::123456789012:role/r", Account: "123456789012", Policy: &trust, Shared: true})
	wantDenied(t, err, bob+" is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r because no role trust policy allows the sts:AssumeRole action")
}

// Whose state is reached is whose resource it is.
func TestCallersActInTheAccountOfTheResource(t *testing.T) {
	grant := document(t, policy.Resource, `{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"kinesis:PutRecord","Resource":"`+orders+`"}`)
	r := Resource{ARN: orders, Account: "123456789012", Policy: &grant, Shared: true}
	bob := user(t, "210987654321", "bob", allowPut)
	caller, err := Authorize(by(bob), put, r)
	if err != nil || caller.Account() != "123456789012" || caller.Principal() != bob.ARN || caller.KeyID() != "AKIA" {
		t.Errorf("%+v, %v", caller, err)
	}
	const but = " is not authorized to perform: kinesis:PutRecord on resource: " + orders + " because no resource-based policy allows the kinesis:PutRecord action"
	alone := r
	alone.Shared = false
	_, err = Authorize(by(bob), put, alone)
	wantDenied(t, err, "User: "+bob.ARN+but)
	// One call is about one account.
	own := Resource{ARN: strings.Replace(orders, "123456789012", "210987654321", 1), Account: "210987654321"}
	_, err = Authorize(by(bob), put, own, r)
	wantDenied(t, err, "User: "+bob.ARN+but)
}

func TestTheRootIsAllowedAllInItsAccount(t *testing.T) {
	deny := document(t, policy.Resource, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`)
	f := func(p *Principal, r Resource, want bool) {
		t.Helper()
		if _, err := Authorize(by(p), put, r); (err == nil) != want {
			t.Errorf("%v", err)
		}
	}
	f(rootOf("123456789012"), Resource{ARN: orders, Account: "123456789012"}, true)
	f(rootOf("123456789012"), Resource{ARN: "*"}, true)
	f(rootOf("123456789012"), Resource{ARN: orders, Account: "123456789012", Policy: &deny}, false)
	f(rootOf("123456789012"), Resource{ARN: orders, Account: "123456789012", Policy: &deny, Unlocked: true}, true)
	f(rootOf("210987654321"), Resource{ARN: orders, Account: "123456789012", Policy: &deny, Unlocked: true, Shared: true}, false)
	f(rootOf("210987654321"), Resource{ARN: orders, Account: "123456789012", Shared: true}, false)
}

// All uses must be allowed; each is judged by its own resource.
func TestEveryUseMustBeAllowed(t *testing.T) {
	alice := user(t, "123456789012", "alice", `{"Effect":"Allow","Action":"kinesis:CreateStream","Resource":"*"},
		{"Effect":"Allow","Action":"kinesis:AddTagsToStream","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]},"StringEquals":{"aws:RequestTag/Team":"${aws:PrincipalTag/team}"}}}`)
	r := Resource{ARN: orders, Account: "123456789012"}
	f := func(tags map[string]string, want bool) {
		t.Helper()
		_, err := AuthorizeRequest(by(alice), Request{Uses: []Use{{"kinesis:CreateStream", r}, {"kinesis:AddTagsToStream", r}}, Tags: tags})
		if (err == nil) != want {
			t.Errorf("%v: %v", tags, err)
		}
	}
	f(map[string]string{"team": "red"}, true)
	f(map[string]string{"team": "blue"}, false)
	f(map[string]string{"team": "red", "cost": "1"}, false)
	f(map[string]string{"team": "red", "TEAM": "blue"}, false)
	f(nil, false)
}

func TestWhatConditionsAreJudgedBy(t *testing.T) {
	role := &Principal{Kind: AssumedRole, ARN: "arn:aws:sts::123456789012:assumed-role/clerk/monday", Role: "arn:aws:iam::123456789012:role/office/clerk",
		ID: "AROA:monday", Account: "123456789012", Tags: map[string]string{"Team": "red"}}
	facts := Facts{Source: netip.MustParseAddr("::ffff:192.0.2.7"), Secure: true, UserAgent: "agent", Time: time.Unix(1e9, 0), TokenIssued: time.Unix(9e8, 0)}
	f := func(p *Principal, facts Facts, key string, want ...string) {
		t.Helper()
		i := Verified(p, "AKIA", "us-east-1", facts)
		r := Request{Tags: map[string]string{"b": "2"}, TagKeys: []string{"a", "b"}, Keys: policy.Values{
			"sts:externalid": {"x"}, "aws:sourceip": {"10.0.0.1"}, "aws:username": {"root"}, "aws:principaltag/team": {"blue"}, "aws:sourcevpc": {"v"}}}
		c := &requestContext{&i, &r, &Resource{ARN: orders, Account: "111122223333", Tags: map[string]string{"cost": "1"}}}
		got := c.Values(key)
		if strings.Join(got, "|") != strings.Join(want, "|") || (got == nil) != (want == nil) {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	alice, plain := user(t, "123456789012", "alice"), Facts{Time: time.Unix(1e9, 0)}
	f(role, facts, "aws:currenttime", "2001-09-09T01:46:40Z")
	f(role, facts, "aws:epochtime", "1000000000")
	f(role, facts, "aws:tokenissuetime", "1998-07-09T16:00:00Z")
	f(alice, plain, "aws:tokenissuetime")
	f(role, facts, "aws:sourceip", "192.0.2.7")
	f(role, plain, "aws:sourceip", "unknown")
	f(role, facts, "aws:securetransport", "true")
	f(role, plain, "aws:securetransport", "false")
	f(role, facts, "aws:useragent", "agent")
	f(role, plain, "aws:useragent")
	f(role, facts, "aws:requestedregion", "us-east-1")
	f(role, facts, "aws:resourceaccount", "111122223333")
	f(role, facts, "aws:principalaccount", "123456789012")
	f(role, facts, "aws:principalarn", role.Role)
	f(alice, facts, "aws:principalarn", alice.ARN)
	f(role, facts, "aws:principaltype", "AssumedRole")
	f(alice, facts, "aws:principaltype", "User")
	f(rootOf("123456789012"), facts, "aws:principaltype", "Account")
	f(role, facts, "aws:userid", "AROA:monday")
	f(rootOf("123456789012"), facts, "aws:userid", "123456789012")
	f(role, facts, "aws:username")
	f(alice, facts, "aws:username", "alice")
	f(role, facts, "aws:principaltag/team", "red")
	f(role, facts, "aws:resourcetag/cost", "1")
	f(role, facts, "aws:resourcetag/team")
	f(role, facts, "aws:requesttag/b", "2")
	f(role, facts, "aws:tagkeys", "a", "b")
	f(role, facts, "aws:multifactorauthpresent", "false")
	f(role, facts, "aws:viaawsservice", "false")
	f(role, facts, "aws:sourcevpc")
	f(role, facts, "sts:externalid", "x")
	f(role, facts, "sts:other")
}

// Keys of the server's own are those that conditions know.
func TestEveryFactIsAKnownKey(t *testing.T) {
	for key := range facts {
		d := document(t, policy.Identity, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"`+key+`":"*"}}}`)
		if w := d.Document.Warnings(); w != nil {
			t.Error(w)
		}
	}
}

func TestAnUnverifiedIdentityIsAllowedAllInItsAccountAlone(t *testing.T) {
	caller, err := Authorize(Unverified("210987654321", "us-east-1"), put, Resource{ARN: orders, Account: "123456789012"})
	if err != nil || caller.Account() != "210987654321" {
		t.Errorf("%+v, %v", caller, err)
	}
}

func TestARequestThatTouchesNothingIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was allowed, or denied")
		}
	}()
	_, _ = Authorize(by(rootOf("123456789012")), put)
}

func BenchmarkAuthorize(b *testing.B) {
	d, err := policy.Parse(policy.Identity, `{"Statement":[`+allowPut+`]}`)
	if err != nil {
		b.Fatal(err)
	}
	p := &Principal{Kind: User, ARN: "arn:aws:iam::123456789012:user/alice", Account: "123456789012", Policies: []policy.Named{{Name: "p", Document: d}}}
	i, r := by(p), Resource{ARN: orders, Account: "123456789012"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Authorize(i, put, r); err != nil {
			b.Fatal(err)
		}
	}
}
