package policy

import (
	"fmt"
	"testing"
)

// allows says whether a statement that allows applies on that condition, and denies
// whether one that denies does.
func answers(t *testing.T, condition string, ctx Values) (allows, denies bool) {
	t.Helper()
	all := parse(t, Identity, document(allowAll))
	f := func(effect string) Decision {
		st := fmt.Sprintf(`"Effect":%q,"Action":"*","Resource":"*","Condition":{%s}`, effect, condition)
		s := Set{SameAccount: true, Identity: []Named{{"tested", parse(t, Identity, document(st))}}}
		if effect == "Deny" {
			s.Identity = append(s.Identity, Named{"all", all})
		}
		req := put(alice)
		req.Context = ctx
		return s.Decide(req)
	}
	return f("Allow").Allowed(), f("Deny").Effect == Deny
}

func TestConditions(t *testing.T) {
	const (
		holds   = "holds"
		not     = "does not hold"
		unknown = "nobody can tell"
	)
	f := func(operator, key, values string, ctx Values, want string) {
		t.Helper()
		allows, denies := answers(t, fmt.Sprintf(`%q:{%q:%s}`, operator, key, values), ctx)
		got := not
		switch {
		case allows && denies:
			got = holds
		case denies:
			got = unknown
		case allows:
			got = "allows and does not deny"
		}
		if got != want {
			t.Errorf("%s of %s with %s, and %v: %s, want: %s", operator, key, values, ctx, got, want)
		}
	}
	has := func(values ...string) Values {
		return Values{"aws:username": values, "aws:tagkeys": values, "aws:sourceip": values, "aws:currenttime": values,
			"aws:epochtime": values, "aws:securetransport": values, "aws:principalarn": values}
	}

	// Strings.
	f("StringEquals", "aws:username", `"alice"`, has("alice"), holds)
	f("StringEquals", "aws:UserName", `["bob","alice"]`, has("alice"), holds)
	f("StringEquals", "aws:username", `"alice"`, has("Alice"), not)
	f("StringEquals", "aws:username", `"a*"`, has("alice"), not)
	f("StringEquals", "aws:username", `"a*"`, has("a*"), holds)
	f("StringEquals", "aws:username", `"alice"`, has(), not)
	f("StringEqualsIfExists", "aws:username", `"alice"`, has(), holds)
	f("StringEqualsIfExists", "aws:username", `"alice"`, has("bob"), not)
	f("StringNotEquals", "aws:username", `"alice"`, has("alice"), not)
	f("StringNotEquals", "aws:username", `["alice","bob"]`, has("bob"), not)
	f("StringNotEquals", "aws:username", `["alice","bob"]`, has("carl"), holds)
	f("StringNotEquals", "aws:username", `"alice"`, has(), holds)
	f("StringEqualsIgnoreCase", "aws:username", `"ALICE"`, has("Alice"), holds)
	f("StringNotEqualsIgnoreCase", "aws:username", `"ALICE"`, has("Alice"), not)
	f("StringLike", "aws:username", `"a*e"`, has("alice"), holds)
	f("StringLike", "aws:username", `"al?ce"`, has("alice"), holds)
	f("StringLike", "aws:username", `"al?ce"`, has("alce"), not)
	f("StringLike", "aws:username", `"?"`, has("ä"), holds)
	f("StringNotLike", "aws:username", `"a*"`, has("alice"), not)
	f("StringNotLike", "aws:username", `"a*"`, has("bob"), holds)

	// Variables: what a value says is text, and one that is not there matches nothing that allows.
	f("StringEquals", "aws:username", `"${aws:SourceIp}"`, has("alice"), holds)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team}-*"`, Values{"aws:username": {"red-1"}, "aws:principaltag/team": {"red"}}, holds)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team}-1"`, Values{"aws:username": {"red-1"}, "aws:principaltag/team": {"*"}}, not)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team}-1"`, Values{"aws:username": {"red-1"}, "aws:principaltag/team": {"${aws:username}"}}, not)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team}-1"`, Values{"aws:username": {"red-1"}}, unknown)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team}-1"`, Values{"aws:username": {"red-2"}}, not)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team, 'red'}-1"`, Values{"aws:username": {"red-1"}}, holds)
	f("StringLike", "aws:username", `"${aws:PrincipalTag/team, 'r*'}-1"`, Values{"aws:username": {"red-1"}}, not)
	f("StringLike", "aws:username", `"${aws:TagKeys}"`, Values{"aws:username": {"a"}, "aws:tagkeys": {"a", "b"}}, unknown)
	f("StringLike", "aws:username", `"${*}${?}${$}"`, has("*?$"), holds)
	f("StringLike", "aws:username", `"${*}"`, has("x"), not)
	f("StringNotEquals", "aws:username", `"${aws:PrincipalTag/team}"`, has("alice"), unknown)

	// Numbers, dates, booleans, bytes.
	f("NumericEquals", "aws:EpochTime", `"10"`, has("10.0"), holds)
	f("NumericNotEquals", "aws:EpochTime", `10`, has("10"), not)
	f("NumericLessThan", "aws:EpochTime", `"10"`, has("9.5"), holds)
	f("NumericLessThan", "aws:EpochTime", `"10"`, has("10"), not)
	f("NumericLessThanEquals", "aws:EpochTime", `"10"`, has("10"), holds)
	f("NumericGreaterThan", "aws:EpochTime", `"-1"`, has("0"), holds)
	f("NumericGreaterThanEquals", "aws:EpochTime", `"10"`, has("10"), holds)
	f("NumericGreaterThan", "aws:EpochTime", `["99","5"]`, has("10"), holds)
	f("NumericEquals", "aws:EpochTime", `"10"`, has("ten"), unknown)
	f("DateLessThan", "aws:CurrentTime", `"2026-01-01T00:00:00Z"`, has("2025-12-31T23:59:59Z"), holds)
	f("DateGreaterThan", "aws:CurrentTime", `"2026-01-01"`, has("2025-12-31T23:59:59Z"), not)
	f("DateGreaterThanEquals", "aws:CurrentTime", `"1767225600"`, has("2026-01-01T01:00:00+01:00"), holds)
	f("DateEquals", "aws:CurrentTime", `"2026-01-01T00:00Z"`, has("1767225600"), holds)
	f("DateNotEquals", "aws:CurrentTime", `"2026-01-01"`, has("2026-01-01T00:00:00Z"), not)
	f("DateLessThanEquals", "aws:TokenIssueTime", `"2026-01-01"`, has(), not)
	f("Bool", "aws:SecureTransport", `false`, has("false"), holds)
	f("Bool", "aws:SecureTransport", `"TRUE"`, has("false"), not)
	f("BoolIfExists", "aws:SecureTransport", `"true"`, has(), holds)
	f("Bool", "aws:SecureTransport", `"true"`, has("perhaps"), unknown)
	f("BinaryEquals", "aws:username", `"QUJD"`, has("QUJD"), holds)
	f("BinaryEquals", "aws:username", `"QUJD"`, has("QUJE"), not)

	// Addresses.
	f("IpAddress", "aws:SourceIp", `"10.0.0.0/8"`, has("10.1.2.3"), holds)
	f("IpAddress", "aws:SourceIp", `"10.0.0.0/8"`, has("::ffff:10.1.2.3"), holds)
	f("IpAddress", "aws:SourceIp", `["192.0.2.1","2001:db8::/32"]`, has("2001:db8::7"), holds)
	f("IpAddress", "aws:SourceIp", `"10.0.0.0/8"`, has("11.0.0.1"), not)
	f("NotIpAddress", "aws:SourceIp", `["10.0.0.0/8","11.0.0.0/8"]`, has("11.0.0.1"), not)
	f("NotIpAddress", "aws:SourceIp", `"10.0.0.0/8"`, has("11.0.0.1"), holds)
	f("NotIpAddress", "aws:SourceIp", `"10.0.0.0/8"`, has("10.0.0.1, 11.0.0.1"), unknown)

	// ARNs are compared field by field.
	const role = "arn:aws:iam::123456789012:role/office/clerk"
	f("ArnEquals", "aws:PrincipalArn", `"arn:aws:iam::*:role/*"`, has(role), holds)
	f("ArnLike", "aws:PrincipalArn", `"arn:*:role/office/clerk:::"`, has(role), not)
	f("ArnLike", "aws:PrincipalArn", `"arn:aws:iam::12345*12:role/office/cler?"`, has(role), holds)
	f("ArnNotLike", "aws:PrincipalArn", `"arn:aws:iam::123456789012:role/*"`, has(role), not)
	f("ArnNotEquals", "aws:PrincipalArn", `"arn:aws:iam::123456789012:role/*"`, has(), holds)
	f("ArnLike", "aws:PrincipalArn", `"*"`, has(role), holds)
	f("ArnLike", "aws:PrincipalArn", `"*"`, has("clerk"), not)

	// Null, and keys that are not there.
	f("Null", "aws:username", `"true"`, has(), holds)
	f("Null", "aws:username", `"true"`, has("alice"), not)
	f("Null", "aws:username", `false`, has("alice"), holds)
	f("Null", "aws:MoonPhase", `"true"`, has(), unknown)
	f("StringEquals", "aws:MoonPhase", `"full"`, has(), unknown)
	f("StringNotEquals", "aws:MoonPhase", `"full"`, has(), unknown)
	f("StringNotEqualsIfExists", "aws:MoonPhase", `"full"`, has(), unknown)
	f("ForAllValues:StringEquals", "aws:MoonPhase", `"full"`, has(), unknown)
	f("StringEquals", "id.example.net:sub", `"me"`, Values{"id.example.net:sub": {"me"}}, holds)
	f("StringEquals", "aws:PrincipalTag/", `"x"`, has(), unknown)
	f("StringEquals", "aws:ResourceTag/team", `"x"`, has(), not)

	// Operators that there are not.
	f("StringRoughly", "aws:username", `"alice"`, has("alice"), unknown)
	f("stringequals", "aws:username", `"alice"`, has("alice"), unknown)
	f("ForSomeValues:StringEquals", "aws:tagkeys", `"a"`, has("a"), unknown)
	f("ForAnyValue:Null", "aws:tagkeys", `"true"`, has(), unknown)

	// Several values: the negation belongs to each of them.
	f("StringEquals", "aws:TagKeys", `["a","b"]`, has("a", "b"), unknown)
	f("ForAnyValue:StringEquals", "aws:TagKeys", `["a","b"]`, has("b", "c"), holds)
	f("ForAnyValue:StringEquals", "aws:TagKeys", `["a","b"]`, has("c", "d"), not)
	f("ForAnyValue:StringEquals", "aws:TagKeys", `["a","b"]`, has(), not)
	f("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", `["a","b"]`, has(), holds)
	f("ForAllValues:StringEquals", "aws:TagKeys", `["a","b"]`, has("b", "c"), not)
	f("ForAllValues:StringEquals", "aws:TagKeys", `["a","b"]`, has("b", "a"), holds)
	f("ForAllValues:StringEquals", "aws:TagKeys", `["a","b"]`, has(), holds)
	f("ForAnyValue:StringNotEquals", "aws:TagKeys", `["a","b"]`, has("b", "c"), holds)
	f("ForAnyValue:StringNotEquals", "aws:TagKeys", `["a","b"]`, has("a", "b"), not)
	f("ForAllValues:StringNotEquals", "aws:TagKeys", `["a","b"]`, has("b", "c"), not)
	f("ForAllValues:StringNotEquals", "aws:TagKeys", `["a","b"]`, has("c", "d"), holds)
	f("ForAnyValue:StringNotLike", "aws:TagKeys", `"a*"`, has("ab", "ac"), not)
	f("ForAllValues:StringNotLike", "aws:TagKeys", `"a*"`, has("ab", "b"), not)
}

// A condition of several operators and keys holds if all of them do.
func TestConditionsAreAllNeeded(t *testing.T) {
	ctx := Values{"aws:username": {"alice"}, "aws:sourceip": {"10.0.0.1"}}
	f := func(condition string, want bool) {
		t.Helper()
		allows, denies := answers(t, condition, ctx)
		if allows != want || denies != want {
			t.Errorf("%s: allows %t, denies %t, want %t", condition, allows, denies, want)
		}
	}
	f(`"StringEquals":{"aws:username":"alice"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`, true)
	f(`"StringEquals":{"aws:username":"alice"},"IpAddress":{"aws:SourceIp":"11.0.0.0/8"}`, false)
	f(`"StringEquals":{"aws:username":"bob"},"NoSuch":{"aws:SourceIp":"11.0.0.0/8"}`, false)
	f(`"StringEquals":{"aws:username":"alice","aws:userid":"x"}`, false)
	f(``, true)
}

// Before 2012-10-17 there were no variables.
func TestVariablesOfTheOldVersionAreText(t *testing.T) {
	const text = `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:kinesis:us-east-1:123456789012:stream/${aws:username}"}}`
	s := Set{SameAccount: true, Identity: []Named{{"old", parse(t, Identity, text)}}}
	req := Request{Principal: alice, Action: "kinesis:PutRecord", Context: Values{"aws:username": {"alice"}}}
	for name, want := range map[string]bool{"alice": false, "${aws:username}": true} {
		req.Resource = "arn:aws:kinesis:us-east-1:123456789012:stream/" + name
		if got := s.Decide(req).Allowed(); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
