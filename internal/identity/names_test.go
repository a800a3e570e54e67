package identity

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/extapi"
)

func TestNamesAreIAMs(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	f := func(what string, err error, ok bool) {
		t.Helper()
		if (err == nil) != ok {
			t.Errorf("%s: %v", what, err)
		}
	}
	for name, ok := range map[string]bool{
		"a": true, "A+=,.@_-9": true, long(64): true,
		"": false, long(65): false, "a b": false, "a/b": false, "a*": false, "é": false, "a\n": false, "a:b": false,
	} {
		f(name, checkName("user", name, 64), ok)
	}
	for path, ok := range map[string]bool{
		"": true, "/": true, "/a/": true, "/a/b c/": false, "/!~/": true, "a": false, "/a": false, "/a\x7f/": false, "/" + long(510) + "/": true, "/" + long(511) + "/": false,
	} {
		_, err := checkPath(path)
		f(path, err, ok)
	}
	for alias, ok := range map[string]bool{
		"": true, "abc": true, "a-1": true, "ab": false, "-ab": false, "ab-": false, "a--b": false, "Abc": false, long(63): true, long(64): false, "123456789012": false,
	} {
		f(alias, checkAlias(alias), ok)
	}
	for key, ok := range map[string]bool{"team": true, "Team:ä/=+-@ _.": true, "aws:x": false, "AWS:x": false, "": false, long(129): false, "a*": false} {
		f(key, checkTags(map[string]string{key: ""}), ok)
	}
	f("tags that differ by case", checkTags(map[string]string{"Team": "a", "team": "b"}), false)
}

// What an ARN names is what has it.
func TestARNsNameWhatHasThem(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringMatching(`[\w+=,.@-]{1,64}`).Draw(r, "name")
		path := rapid.StringMatching(`/([!-~]{1,20}/)?`).Draw(r, "path")
		if _, err := checkPath(path); err != nil {
			r.Fatal(err)
		}
		u := &user{account: ours, userDocument: userDocument{Name: name, Path: path}}
		n := &snapshot{users: map[nameKey]*user{u.key(): u}}
		if n.userAt(u.arn()) != u {
			r.Errorf("%s names nobody", u.arn())
		}
		for _, other := range []string{strings.Replace(u.arn(), ours, theirs, 1), u.arn() + "x", strings.Replace(u.arn(), ":user/", ":role/", 1)} {
			if n.userAt(other) != nil || n.roleAt(other) != nil {
				r.Errorf("%s names %s", other, u.arn())
			}
		}
	})
}

func FuzzGrants(f *testing.F) {
	for _, seed := range []string{"read:orders", "write:orders-*", "admin:?", "read:", "all:x", "read:a\"b", "read:arn:aws:kinesis:*", "write:*,*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, grant string) {
		text, err := grantsText(ours, []string{grant})
		if err != nil {
			return
		}
		d, err := policy.Parse(policy.Identity, text)
		if err != nil || len(d.Warnings()) > 0 {
			t.Fatalf("%s\nis no good policy: %v, %v", text, err, d.Warnings())
		}
		set := policy.Set{Identity: []policy.Named{{Name: "grants", Document: d}}, SameAccount: true}
		for _, never := range []policy.Request{
			{Action: "kinesis:PutRecord", Resource: "arn:aws:kinesis:us-east-1:" + theirs + ":stream/orders"},
			{Action: "freshet:CreateUser", Resource: "*"},
		} {
			if set.Decide(never).Allowed() {
				t.Errorf("%s\nallows %v", text, never)
			}
		}
		if strings.HasPrefix(grant, "read:") && set.Decide(policy.Request{Action: "kinesis:PutRecord", Resource: "arn:aws:kinesis:us-east-1:" + ours + ":stream/orders"}).Allowed() {
			t.Errorf("%s allows to write", text)
		}
	})
}

// The levels are of what they say.
func TestGrants(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("app", "")
	f := func(grant, action, stream string, want bool) {
		t.Helper()
		must(ask(w, w.root, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "user/app", Name: "grants", Grants: []string{grant}}))(t)
		r := access.Resource{ARN: "arn:aws:kinesis:eu-west-1:" + ours + ":stream/" + stream, Account: ours}
		_, err := access.Authorize(access.Verified(w.who("app"), "AKIATEST", "eu-west-1", access.Facts{}), "kinesis:"+action, r)
		if (err == nil) != want {
			t.Errorf("%s, %s of %s: %v", grant, action, stream, err)
		}
	}
	f("read:orders", "GetRecords", "orders", true)
	f("read:orders", "SubscribeToShard", "orders/consumer/c:1", true)
	f("read:orders", "PutRecord", "orders", false)
	f("read:orders", "GetRecords", "orders2", false)
	f("write:orders-*", "PutRecords", "orders-eu", true)
	f("write:orders-*", "GetRecords", "orders-eu", false)
	f("write:orders-*", "DeleteStream", "orders-eu", false)
	f("admin:orders", "DeleteStream", "orders", true)
	f("admin:orders", "DeleteStream", "other", false)
}
