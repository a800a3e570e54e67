package identity

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
)

// What somebody may do is what the documents in the store say, whatever was done before:
// something allows it, nothing denies it, and the boundary, if there is one, allows it.
func TestRightsAreWhatTheDocumentsSay(t *testing.T) {
	actions := []string{"kinesis:PutRecord", "kinesis:GetRecords", "freshet:CreateUser"}
	rapid.Check(t, func(r *rapid.T) {
		store := memmeta.New()
		defer store.Close()
		w := newWorld(t, store, Options{})
		for _, name := range []string{"p", "q", "r"} {
			must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: name, Document: someDocument(r, actions)}))(t)
		}
		w.user("alice", "")
		must(ask(w, w.root, w.CreateRole, &extapi.CreateRoleRequest{Name: "reader", Trust: document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`)}))(t)
		for range rapid.IntRange(1, 12).Draw(r, "changes") {
			someChange(w, r, actions) // those that are refused change nothing
			for _, whom := range []string{"user/alice", "role/reader"} {
				for _, action := range actions {
					want := naive(t, store, whom, action)
					got := must(ask(w, w.root, w.SimulatePolicy, &extapi.SimulatePolicyRequest{Principal: whom, Action: action, Resource: "*"}))(t).Allowed
					if got != want {
						r.Fatalf("%s of %s: allowed %v, and the documents say %v", action, whom, got, want)
					}
				}
			}
		}
		if p := w.who("alice"); authorized(p, actions[0]) != naive(t, store, "user/alice", actions[0]) {
			r.Fatalf("a request of alice is judged otherwise than a simulation")
		}
	})
}

func authorized(p *access.Principal, action string) bool {
	_, err := access.Authorize(access.Verified(p, "AKIATEST", "eu-west-1", access.Facts{}), action, access.Resource{ARN: "*"})
	return err == nil
}

func someDocument(r *rapid.T, actions []string) string {
	all := ""
	for i := range rapid.IntRange(1, 2).Draw(r, "statements") {
		if i > 0 {
			all += ","
		}
		all += fmt.Sprintf(`{"Effect":%q,"Action":%q,"Resource":"*"}`,
			rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(r, "effect"),
			rapid.SampledFrom(append([]string{"*", "kinesis:*"}, actions...)).Draw(r, "action"))
	}
	return document(all)
}

func someChange(w *world, r *rapid.T, actions []string) {
	whom := rapid.SampledFrom([]string{"user/alice", "role/reader"}).Draw(r, "whom")
	name := rapid.SampledFrom([]string{"p", "q", "r"}).Draw(r, "policy")
	switch rapid.IntRange(0, 6).Draw(r, "change") {
	case 0:
		_, _ = ask(w, w.root, w.AttachPolicy, &extapi.AttachPolicyRequest{Principal: whom, Policy: name})
	case 1:
		_, _ = ask(w, w.root, w.DetachPolicy, &extapi.DetachPolicyRequest{Principal: whom, Policy: name})
	case 2:
		_, _ = ask(w, w.root, w.SetBoundary, &extapi.SetBoundaryRequest{Principal: whom, Policy: name})
	case 3:
		_, _ = ask(w, w.root, w.SetBoundary, &extapi.SetBoundaryRequest{Principal: whom})
	case 4:
		_, _ = ask(w, w.root, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: whom, Name: name, Document: someDocument(r, actions)})
	case 5:
		_, _ = ask(w, w.root, w.DeleteInlinePolicy, &extapi.DeleteInlinePolicyRequest{Principal: whom, Name: name})
	case 6:
		_, _ = ask(w, w.root, w.UpdatePolicy, &extapi.UpdatePolicyRequest{Policy: name, Document: someDocument(r, actions)})
	}
}

// naive reads the documents anew, and asks each policy by itself.
func naive(t *testing.T, store meta.Store, whom, action string) bool {
	t.Helper()
	var held permissions
	texts := map[string]string{}
	err := store.View(t.Context(), func(r meta.Reader) error {
		doc, err := r.Get(prefix + whom[:5] + ours + "/" + whom[5:])
		if err != nil {
			return err
		}
		if err := json.Unmarshal(doc.Value, &held); err != nil {
			return err
		}
		for doc, err := range r.Scan(policyPrefix, "") {
			if err != nil {
				return err
			}
			var d policyDocument
			if err := json.Unmarshal(doc.Value, &d); err != nil {
				return err
			}
			texts[arnOf(ours, "policy", d.Path, d.Name)] = d.Text
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	allowed := false
	for _, text := range held.Inline {
		texts["inline "+text], held.Attached = text, append(held.Attached, "inline "+text)
	}
	for _, name := range held.Attached {
		switch effectOf(t, texts[name], action) {
		case policy.Deny:
			return false
		case policy.Allow:
			allowed = true
		}
	}
	return allowed && (held.Boundary == "" || effectOf(t, texts[held.Boundary], action) == policy.Allow)
}

func effectOf(t *testing.T, text, action string) policy.Effect {
	t.Helper()
	d, err := policy.Parse(policy.Identity, text)
	if err != nil {
		t.Fatal(err)
	}
	set := policy.Set{Identity: []policy.Named{{Name: "p", Document: d}}, SameAccount: true}
	return set.Decide(policy.Request{Principal: policy.Principal{Account: ours, ARN: rootARN(ours)}, Action: action, Resource: "*"}).Effect
}
