package policy

import "testing"

// A role is assumed only by whom its trust policy lets in: a policy of the user is not
// enough within an account either, nor is being its root.
func TestTrustPolicyMustAllow(t *testing.T) {
	parse := func(kind Kind, text string) *Document {
		t.Helper()
		d, err := Parse(kind, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	trust := func(principal string) *Named {
		return &Named{"trust", parse(Trust, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"`+principal+`"},"Action":"sts:AssumeRole"}}`)}
	}
	const user, other = "arn:aws:iam::123456789012:user/a", "arn:aws:iam::123456789012:user/b"
	may := []Named{{"may", parse(Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`)}}
	f := func(who string, root bool, identity []Named, resource *Named, same, want bool) {
		t.Helper()
		s := Set{Root: root, Identity: identity, Resource: resource, SameAccount: same}
		d := s.Decide(Request{Principal: Principal{Account: "123456789012", ARN: who}, Action: "sts:AssumeRole", Resource: "arn:aws:iam::123456789012:role/r"})
		if d.Allowed() != want {
			t.Errorf("%s, in the account %v, policies %v: %+v", who, same, identity != nil, d)
		}
		if !want && identity != nil && d.Layer != ByTrust {
			t.Errorf("denied by %s", d.Layer)
		}
	}
	f(user, false, nil, trust(user), true, true)
	f(user, false, may, trust(user), false, true)
	f(user, false, may, trust("123456789012"), true, true)
	f(user, false, nil, trust("123456789012"), true, false)
	f(user, false, nil, trust(user), false, false)
	f(user, false, may, trust(other), true, false)
	f(user, false, may, trust(other), false, false)
	f("arn:aws:iam::123456789012:root", true, may, trust(other), true, false)
}
