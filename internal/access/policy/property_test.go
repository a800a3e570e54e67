package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Generated policies speak of few things, so that they meet.
var (
	someActions   = []string{"*", "kinesis:*", "kinesis:PutRecord", "kinesis:Put*", "kinesis:GetRecords", "sts:AssumeRole"}
	someResources = []string{"*", orders, "arn:aws:kinesis:*:*:stream/*", "arn:aws:kinesis:*:*:stream/${aws:username}", "arn:aws:sqs:*:*:*"}
	someOperators = []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "Null",
		"ForAnyValue:StringEquals", "ForAllValues:StringEquals", "ForAnyValue:StringNotEquals", "ForAllValues:StringNotEquals", "NoSuch"}
	someKeys       = []string{"aws:username", "aws:TagKeys", "aws:MoonPhase", "aws:ResourceTag/team"}
	someValues     = []string{"alice", "orders", "a*", "true", "${aws:username}"}
	somePrincipals = []string{`"*"`, `{"AWS":"` + account + `"}`, `{"AWS":"` + alice.ARN + `"}`, `{"AWS":["` + bob.ARN + `","` + other + `"]}`, `{"AWS":"` + clerk.Role + `"}`}
)

func drawStatement(t *rapid.T, kind Kind, effects ...string) string {
	some := func(name string, from []string) string {
		list := rapid.SliceOfN(rapid.SampledFrom(from), 1, 2).Draw(t, name)
		text, _ := json.Marshal(list)
		return string(text)
	}
	not := func(element string) string {
		return rapid.SampledFrom([]string{"", "", "Not"}).Draw(t, "not") + element
	}
	st := fmt.Sprintf(`"Effect":%q,%q:%s,%q:%s`, rapid.SampledFrom(effects).Draw(t, "effect"),
		not("Action"), some("action", someActions), not("Resource"), some("resource", someResources))
	if kind == Resource {
		st += fmt.Sprintf(`,%q:%s`, not("Principal"), rapid.SampledFrom(somePrincipals).Draw(t, "principal"))
	}
	if rapid.Bool().Draw(t, "conditional") {
		operator := rapid.SampledFrom(someOperators).Draw(t, "operator")
		values := some("values", someValues)
		if operator == "Null" {
			values = `"true"`
		}
		st += fmt.Sprintf(`,"Condition":{%q:{%q:%s}}`, operator, rapid.SampledFrom(someKeys).Draw(t, "key"), values)
	}
	return st
}

func drawStatements(t *rapid.T, kind Kind) []string {
	n := rapid.IntRange(1, 4).Draw(t, "statements")
	var all []string
	for range n {
		all = append(all, drawStatement(t, kind, "Allow", "Allow", "Deny"))
	}
	return all
}

func drawNamed(t *rapid.T, kind Kind) Named {
	d, err := Parse(kind, document(drawStatements(t, kind)...))
	if err != nil {
		t.Fatal(err)
	}
	return Named{"drawn", d}
}

func drawRequest(t *rapid.T) Request {
	ctx := Values{}
	for _, key := range []string{"aws:username", "aws:tagkeys", "aws:resourcetag/team"} {
		if values := rapid.SliceOfN(rapid.SampledFrom([]string{"alice", "orders", "abc", "true"}), 0, 3).Draw(t, key); len(values) > 0 {
			ctx[key] = values
		}
	}
	return Request{
		Principal: rapid.SampledFrom([]Principal{alice, bob, clerk}).Draw(t, "who"),
		Action:    rapid.SampledFrom([]string{"kinesis:PutRecord", "kinesis:GetRecords", "sts:AssumeRole"}).Draw(t, "action"),
		Resource:  rapid.SampledFrom([]string{"*", orders, "arn:aws:kinesis:us-east-1:123456789012:stream/alice"}).Draw(t, "resource"),
		Context:   ctx,
	}
}

func drawSet(t *rapid.T, req Request) Set {
	s := Set{SameAccount: req.Principal.Account == account}
	for range rapid.IntRange(0, 2).Draw(t, "policies") {
		s.Identity = append(s.Identity, drawNamed(t, Identity))
	}
	if rapid.Bool().Draw(t, "shared") {
		s.Resource = new(drawNamed(t, Resource))
	}
	return s
}

// What a session or a bounded user may do, who is behind it may do.
func TestBoundariesAndSessionsNeverEnlarge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		req := drawRequest(t)
		parent := drawSet(t, req)
		child := parent
		if rapid.Bool().Draw(t, "bounded") {
			child.Boundary = new(drawNamed(t, Identity))
		}
		for range rapid.IntRange(0, 2).Draw(t, "session") {
			child.Session = append(child.Session, drawNamed(t, Identity))
		}
		if child.Decide(req).Allowed() && !parent.Decide(req).Allowed() {
			t.Fatal("the child may do what the parent may not")
		}
	})
}

// A session is never allowed what none of its policies allows, nor a user what its boundary
// does not allow, whoever names them.
func TestNothingIsAllowedBeyondTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		req := drawRequest(t)
		s, bound := drawSet(t, req), drawNamed(t, Identity)
		alone := Set{SameAccount: true, Identity: []Named{bound}}
		bounded, session := s, s
		bounded.Boundary, session.Session = &bound, []Named{bound}
		for _, s := range []Set{bounded, session} {
			if s.Decide(req).Allowed() && !alone.Decide(req).Allowed() {
				t.Fatal("allowed beyond the bound")
			}
		}
	})
}

func TestADenyNeverEnlarges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		req := drawRequest(t)
		s := drawSet(t, req)
		before := s.Decide(req)
		deny, err := Parse(Identity, document(drawStatement(t, Identity, "Deny")))
		if err != nil {
			t.Fatal(err)
		}
		s.Identity = append([]Named{{"deny", deny}}, s.Identity...)
		after := s.Decide(req)
		if after.Allowed() && !before.Allowed() {
			t.Fatalf("%+v became %+v", before, after)
		}
		if before.Effect == Deny && after.Effect != Deny {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}

func TestTheOrderOfStatementsMakesNoDifference(t *testing.T) {
	puts := named1(t, Identity, "puts", allowPut)
	rapid.Check(t, func(t *rapid.T) {
		req := drawRequest(t)
		kind := rapid.SampledFrom([]Kind{Identity, Resource}).Draw(t, "kind")
		statements := drawStatements(t, kind)
		decide := func() Effect {
			d, err := Parse(kind, document(statements...))
			if err != nil {
				t.Fatal(err)
			}
			s := Set{SameAccount: req.Principal.Account == account, Identity: []Named{puts}}
			if kind == Identity {
				s.Identity = []Named{{"drawn", d}}
			} else {
				s.Resource = &Named{"drawn", d}
			}
			return s.Decide(req).Effect
		}
		before := decide()
		rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed"))).Shuffle(len(statements), func(i, j int) {
			statements[i], statements[j] = statements[j], statements[i]
		})
		if after := decide(); after != before {
			t.Fatalf("%d became %d", before, after)
		}
	})
}

// Globs against regular expressions.
func TestPatternsMatchAsRegularExpressionsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		glob := rapid.StringOfN(rapid.SampledFrom([]rune("ab*?ä")), 0, 8, -1).Draw(t, "glob")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abä")), 0, 8, -1).Draw(t, "text")
		parts, err := splitting{wildcards: true}.parts(glob)
		if err != nil {
			t.Fatal(err)
		}
		p := patternOf(parts, false)
		r := regexp.MustCompile(`^(?s:` + strings.NewReplacer("*", ".*", "?", ".").Replace(glob) + `)$`)
		if got, want := p.matches(text, nil), truth(r.MatchString(text)); got != want {
			t.Fatalf("%q matches %q: %d, want %d", glob, text, got, want)
		}
	})
}

// Whatever is parsed is judged, and what it allows is valid JSON that says so.
func FuzzParseAndJudge(f *testing.F) {
	for _, st := range []string{allowAll, allowPut, denyPut, grants(`"*"`), grants(`{"AWS":"123456789012"}`),
		allowPut + `,"Condition":{"ForAllValues:StringLike":{"aws:TagKeys":["a*","${aws:username, 'x'}"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`} {
		for kind := range 3 {
			f.Add(uint8(kind), document(st))
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		d, err := Parse(Kind(kind%3)+Identity, text)
		if err != nil {
			if len(err.Error()) > len(text)*8+1000 {
				t.Errorf("a message of %d bytes for %d", len(err.Error()), len(text))
			}
			return
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("parsed: %q", text)
		}
		s := Set{SameAccount: true, Identity: []Named{{"fuzzed", d}}}
		req := put(alice)
		req.Context = Values{"aws:username": {"alice"}, "aws:tagkeys": {"a", "b"}}
		if s.Decide(req).Allowed() && !strings.Contains(text, "Allow") && !strings.Contains(text, `\u`) {
			t.Errorf("allowed by %q", text)
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	s := Set{SameAccount: true, Identity: []Named{
		named1(b, Identity, "mine", allowPut+`,"Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.168.0.0/16"]},"Bool":{"aws:SecureTransport":"true"}}`, denyPut+`,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`)}}
	req := put(alice)
	req.Context = Values{"aws:sourceip": {"192.168.1.1"}, "aws:securetransport": {"true"}}
	b.ReportAllocs()
	for b.Loop() {
		if !s.Decide(req).Allowed() {
			b.Fatal("denied")
		}
	}
}
