package policy

import (
	"strings"
	"testing"
)

func TestDecisions(t *testing.T) {
	id := func(statements ...string) []Named { return []Named{named1(t, Identity, "mine", statements...)} }
	of := func(kind Kind, statements ...string) *Named { n := named1(t, kind, "its", statements...); return &n }
	f := func(s Set, req Request, want Decision) {
		t.Helper()
		s.SameAccount = req.Principal.Account == account
		if got := s.Decide(req); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	var (
		byMine  = Decision{Allow, ByIdentity, "mine", "put"}
		byGrant = Decision{Allow, ByResource, "its", "grant"}
		byRoot  = Decision{Effect: Allow, Layer: ByRoot}
		never   = func(l Layer, policy string) Decision { return Decision{Deny, l, policy, "never"} }
		nothing = func(l Layer) Decision { return Decision{Layer: l} }
	)
	// What nothing allows is denied; what is denied nothing allows.
	f(Set{}, put(alice), nothing(ByIdentity))
	f(Set{Identity: id(allowPut)}, put(alice), byMine)
	f(Set{Identity: id(allowPut, denyPut)}, put(alice), never(ByIdentity, "mine"))
	f(Set{Identity: id(denyPut)}, put(alice), never(ByIdentity, "mine"))
	f(Set{Root: true}, put(root), byRoot)
	f(Set{Root: true}, put(Principal{Account: other, ARN: "arn:aws:iam::210987654321:root"}), nothing(ByResource))

	// Within an account one of the two is enough, if the resource's names the principal itself.
	const denyRes = `"Sid":"never","Effect":"Deny","Principal":"*","Action":"kinesis:*","Resource":"*"`
	f(Set{Resource: of(Resource, grants(`{"AWS":"`+alice.ARN+`"}`))}, put(alice), byGrant)
	f(Set{Resource: of(Resource, grants(`{"AWS":"`+clerk.Role+`"}`))}, put(clerk), byGrant)
	f(Set{Resource: of(Resource, grants(`{"AWS":"`+clerk.ARN+`"}`))}, put(clerk), byGrant)
	f(Set{Resource: of(Resource, grants(`"*"`))}, put(alice), byGrant)
	f(Set{Resource: of(Resource, grants(`{"AWS":"*"}`))}, put(alice), byGrant)
	f(Set{Resource: of(Resource, grants(`{"AWS":"`+account+`"}`))}, put(alice), nothing(ByIdentity))
	f(Set{Resource: of(Resource, grants(`{"Service":"x.amazonaws.com"}`))}, put(alice), nothing(ByIdentity))
	f(Set{Resource: of(Resource, grants(`{"AWS":"`+account+`"}`)), Identity: id(allowPut)}, put(alice), byMine)
	f(Set{Resource: of(Resource, denyRes), Identity: id(allowPut)}, put(alice), never(ByResource, "its"))
	f(Set{Resource: of(Resource, denyRes), Root: true}, put(root), never(ByResource, "its"))
	f(Set{Resource: of(Resource, denyRes), Root: true, Unlocked: true}, put(root), byRoot)
	f(Set{Resource: of(Resource, denyRes), Unlocked: true, Identity: id(allowPut)}, put(alice), never(ByResource, "its"))

	// Across accounts both are needed, and the account may be named.
	f(Set{Identity: id(allowPut)}, put(bob), nothing(ByResource))
	f(Set{Resource: of(Resource, grants(`{"AWS":"`+bob.ARN+`"}`))}, put(bob), nothing(ByIdentity))
	f(Set{Identity: id(allowPut), Resource: of(Resource, grants(`{"AWS":"`+bob.ARN+`"}`))}, put(bob), byMine)
	f(Set{Identity: id(allowPut), Resource: of(Resource, grants(`{"AWS":"arn:aws:iam::`+other+`:root"}`))}, put(bob), byMine)
	f(Set{Identity: id(allowPut), Resource: of(Resource, grants(`{"AWS":"`+account+`"}`))}, put(bob), nothing(ByResource))
	f(Set{Identity: id(allowPut), Resource: of(Resource, grants(`"*"`), strings.ReplaceAll(denyRes, `"*",`, `{"AWS":"`+other+`"},`))}, put(bob), never(ByResource, "its"))

	// A boundary and the session's policies take away, whatever gave.
	grantee := of(Resource, grants(`{"AWS":"`+clerk.Role+`"}`))
	f(Set{Identity: id(allowPut), Boundary: of(Identity, allowAll)}, put(alice), byMine)
	f(Set{Identity: id(allowPut), Boundary: of(Identity, `"Effect":"Allow","Action":"kinesis:Get*","Resource":"*"`)}, put(alice), nothing(ByBoundary))
	f(Set{Identity: id(allowPut), Boundary: of(Identity, allowAll, denyPut)}, put(alice), never(ByBoundary, "its"))
	f(Set{Boundary: of(Identity, allowAll)}, put(alice), nothing(ByIdentity))
	f(Set{Identity: id(allowPut), Session: id(allowAll)}, put(clerk), byMine)
	f(Set{Identity: id(allowPut), Session: id(`"Effect":"Allow","Action":"kinesis:Get*","Resource":"*"`)}, put(clerk), nothing(BySession))
	f(Set{Identity: id(allowPut), Session: id(allowAll, denyPut)}, put(clerk), never(BySession, "mine"))
	f(Set{Session: id(allowAll)}, put(clerk), nothing(ByIdentity))
	f(Set{Resource: grantee, Session: id(`"Effect":"Allow","Action":"kinesis:Get*","Resource":"*"`)}, put(clerk), nothing(BySession))
	f(Set{Resource: grantee, Boundary: of(Identity, `"Effect":"Allow","Action":"kinesis:Get*","Resource":"*"`)}, put(clerk), nothing(ByBoundary))

	// NotPrincipal spares whom it names with everything that he is.
	notHim := func(who string) *Named {
		return of(Resource, `"Sid":"never","Effect":"Deny","NotPrincipal":{"AWS":[`+who+`]},"Action":"*","Resource":"*"`)
	}
	f(Set{Identity: id(allowPut), Resource: notHim(`"` + alice.ARN + `","` + account + `"`)}, put(alice), byMine)
	f(Set{Identity: id(allowPut), Resource: notHim(`"` + alice.ARN + `"`)}, put(alice), never(ByResource, "its"))
	f(Set{Identity: id(allowPut), Resource: notHim(`"` + account + `"`)}, put(alice), never(ByResource, "its"))
	f(Set{Identity: id(allowPut), Resource: notHim(`"` + clerk.Role + `","` + account + `"`)}, put(clerk), never(ByResource, "its"))
	f(Set{Identity: id(allowPut), Resource: notHim(`"` + clerk.ARN + `","` + account + `"`)}, put(clerk), never(ByResource, "its"))
	f(Set{Identity: id(allowPut), Resource: notHim(`"` + clerk.Role + `","` + clerk.ARN + `","` + account + `"`)}, put(clerk), byMine)
	f(Set{Root: true, Resource: notHim(`"` + account + `"`)}, put(root), byRoot)
	everyoneBut := of(Resource, `"Sid":"grant","Effect":"Allow","NotPrincipal":{"AWS":"`+other+`"},"Action":"*","Resource":"*"`)
	f(Set{Resource: everyoneBut}, put(alice), byGrant)
	f(Set{Identity: id(allowPut), Resource: everyoneBut}, put(bob), nothing(ByResource))

	// Roles: the trust policy is what is reached.
	trust := of(Trust, `"Sid":"grant","Effect":"Allow","Principal":{"AWS":"`+alice.ARN+`","Federated":"idp"},"Action":"sts:AssumeRole*"`)
	assume := func(who Principal) Request {
		return Request{Principal: who, Action: "sts:AssumeRole", Resource: clerk.Role}
	}
	f(Set{Resource: trust}, assume(alice), Decision{Allow, ByTrust, "its", "grant"})
	f(Set{Resource: trust, Identity: id(`"Effect":"Allow","Action":"sts:*","Resource":"*"`)}, assume(bob), nothing(ByTrust))
	anyone := Set{Resource: trust, SameAccount: true}
	if got := anyone.Decide(assume(Principal{Federated: "idp"})); !got.Allowed() {
		t.Errorf("the provider that the role trusts: %+v", got)
	}
	if got := anyone.Decide(assume(Principal{Federated: "other"})); got != nothing(ByTrust) {
		t.Errorf("another provider: %+v", got)
	}
}

func TestActionsAndResources(t *testing.T) {
	f := func(element, req string, want bool) {
		t.Helper()
		action, resource, _ := strings.Cut(req, " ")
		s := Set{SameAccount: true, Identity: []Named{named1(t, Identity, "mine", `"Effect":"Allow",`+element)}}
		got := s.Decide(Request{Principal: alice, Action: action, Resource: resource, Context: Values{"aws:username": {"alice"}}})
		if got.Allowed() != want {
			t.Errorf("%s, %s: %+v", element, req, got)
		}
	}
	const (
		doing    = `"Action":"*",`
		put      = "kinesis:PutRecord "
		consumer = orders + "/consumer/audit:1700000000"
	)
	f(`"Action":"kinesis:putrecord","Resource":"*"`, put+orders, true)
	f(`"Action":"KINESIS:Put*","Resource":"*"`, put+orders, true)
	f(`"Action":"kinesis:P?tRecord","Resource":"*"`, put+orders, true)
	f(`"Action":"kinesis:PutRecords","Resource":"*"`, put+orders, false)
	f(`"Action":"freshet:*","Resource":"*"`, put+orders, false)
	f(`"NotAction":"kinesis:Get*","Resource":"*"`, put+orders, true)
	f(`"NotAction":["a:b","kinesis:Put*"],"Resource":"*"`, put+orders, false)
	f(doing+`"Resource":"`+orders+`"`, put+orders, true)
	f(doing+`"Resource":"`+orders+`"`, put+orders+"2", false)
	f(doing+`"Resource":"arn:aws:kinesis:*:*:stream/*"`, put+orders, true)
	f(doing+`"Resource":"arn:aws:kinesis:*:*:stream/Orders"`, put+orders, false)
	f(doing+`"Resource":"arn:aws:kinesis:*:stream/orders"`, put+orders, false)
	f(doing+`"Resource":"arn:aws:kinesis:us-east-1*orders"`, put+orders, false)
	f(doing+`"Resource":"arn:aws:kinesis"`, put+orders, true)
	f(doing+`"Resource":"arn:aws:kinesis:eu-west-1"`, put+orders, false)
	f(doing+`"Resource":"arn:aws:kinesis:*:*:*"`, put+"*", false)
	f(doing+`"Resource":"*"`, put+"*", true)
	f(doing+`"Resource":"`+orders+`/consumer/*"`, put+consumer, true)
	f(doing+`"Resource":"`+orders+`/*:17*"`, put+consumer, true)
	f(doing+`"Resource":"`+orders+`"`, put+consumer, false)
	f(doing+`"NotResource":"`+orders+`"`, put+orders, false)
	f(doing+`"NotResource":"`+orders+`"`, put+consumer, true)
	f(doing+`"Resource":"arn:aws:kinesis:*:*:stream/${aws:username}-*"`, put+"arn:aws:kinesis:us-east-1:123456789012:stream/alice-1", true)
	f(doing+`"Resource":"arn:aws:kinesis:*:*:stream/${aws:username}-*"`, put+"arn:aws:kinesis:us-east-1:123456789012:stream/bob-1", false)
	f(doing+`"Resource":"arn:aws:kinesis:*:*:stream/${aws:userid}-*"`, put+orders, false)
	f(doing+`"NotResource":"arn:aws:kinesis:*:*:stream/${aws:userid}"`, put+orders, false)
	f(doing+`"NotResource":"arn:aws:kinesis:*:*:stream/${aws:userid}-x"`, put+orders, true)
}

// A pattern that is tried again and again at every place would not end here.
func TestPatternsEnd(t *testing.T) {
	text := strings.Repeat("a", 20_000)
	f := func(glob string, want tri) {
		t.Helper()
		parts, err := splitting{wildcards: true}.parts(glob)
		if err != nil {
			t.Fatal(err)
		}
		p := patternOf(parts, false)
		if got := p.matches(text, nil); got != want {
			t.Errorf("%.20s…: %d, want %d", glob, got, want)
		}
	}
	f(strings.Repeat("a*", 5000)+"b", no)
	f(strings.Repeat("*a", 5000), yes)
	f(strings.Repeat("*?", 5000)+"b", no)
	f(strings.Repeat("*a?", 5000)+"b*", no)
	f(strings.Repeat("*", 5000), yes)
	f("*"+strings.Repeat("a?", 1000)+"b*", no)
}
