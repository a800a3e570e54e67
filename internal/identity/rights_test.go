package identity

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// operations are all methods of a Service that take a request of extapi.
func operations() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	service := reflect.TypeFor[*Service]()
	for m := range service.Methods() {
		if m.Type.NumIn() == 4 && m.Type.In(2) == reflect.TypeFor[access.Caller]() && !strings.HasSuffix(m.Type.In(3).Elem().PkgPath(), "/sts") {
			all[m.Name] = m.Type.In(3).Elem()
		}
	}
	return all
}

// requestOf is a request that means our account and alice, or what is hers.
func requestOf(request reflect.Type, key string) any {
	in := reflect.New(request)
	for name, value := range map[string]string{
		"Account": ours, "Name": "alice", "User": "alice", "Principal": "user/alice", "Policy": "readers", "Key": key,
		"Document": document(everything), "Trust": document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`),
		"Action": "kinesis:PutRecord", "Resource": "*",
	} {
		if f := in.Elem().FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
			f.SetString(value)
		}
	}
	return in.Interface()
}

// The action of an operation is its own name.
func TestActionsAreTheNamesOfOperations(t *testing.T) {
	all := operations()
	if len(all) < 31 {
		t.Fatalf("%d operations", len(all))
	}
	for name, in := range all {
		if got := Action(reflect.New(in).Interface()); got != "freshet:"+name {
			t.Errorf("%s goes by the action %s", name, got)
		}
	}
}

// Every operation, asked by every sort of principal.
func TestWhoMayDoWhat(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", "")
	must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: "readers", Document: document(everything)}))(t)
	key := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t).ID
	foreign := w.theirAdministrator()
	for name, in := range operations() {
		request := requestOf(in, key)
		other := `{"Effect":"Allow","NotAction":"freshet:` + name + `","Resource":"*"}`
		elsewhere := `{"Effect":"Allow","Action":"freshet:*","Resource":"arn:aws:iam::` + ours + `:user/bob"}`
		// What is of another account does not exist there: a list is one's own, and so is
		// a key that is not there.
		_, ofKey := in.FieldByName("Key")
		nobodys := name == "ListAccounts" || ofKey
		right := `{"Effect":"Allow","Action":"freshet:` + name + `","Resource":"*"}`
		for who, c := range map[string]struct {
			p   *access.Principal
			may bool
		}{
			"our root":                     {w.root, true},
			"a user with nothing":          {userWith(t, ""), false},
			"a user with all other rights": {userWith(t, other), false},
			"a user with a right to bob":   {userWith(t, elsewhere), false},
			"a user with that right":       {userWith(t, right), true},
			"another account's root":       {w.other, nobodys},
			"another's administrator":      {foreign, nobodys},
		} {
			r, err := w.Touches(c.p.Account, request)
			if err != nil {
				t.Fatal(err)
			}
			_, err = access.AuthorizeRequest(access.Verified(c.p, "AKIATEST", "eu-west-1", access.Facts{}), r)
			if (err == nil) != c.may {
				t.Errorf("%s by %s: %v", name, who, err)
			}
		}
	}
}

// Whoever got past the policies by a mistake of somebody else's does not get past the
// operations to another account.
func TestOperationsRefuseAnotherAccount(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", "")
	key := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t).ID
	for name, in := range operations() {
		if name == "ListAccounts" {
			continue // which says only who asks
		}
		out := reflect.ValueOf(w.Service).MethodByName(name).Call([]reflect.Value{
			reflect.ValueOf(context.Background()), reflect.ValueOf(access.Dev(theirs, "")), reflect.ValueOf(requestOf(in, key)),
		})
		err, _ := out[1].Interface().(error)
		if err == nil || !out[0].IsNil() {
			t.Errorf("%s reached another account", name)
		} else if text := err.Error(); !strings.HasPrefix(text, "AccessDenied") && !strings.HasPrefix(text, "NoSuchEntity") && !strings.HasPrefix(text, "ValidationError") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyRootsTouchRootKeys(t *testing.T) {
	w := newMemoryWorld(t)
	admin := w.user("admin", everything)
	for _, account := range []string{ours, theirs} {
		id := w.catalog.now().accounts[account].keys[0].id
		refused(ask(w, admin, w.CreateKey, &extapi.CreateKeyRequest{Account: account, Root: true}))(t, "AccessDeniedException")
		refused(ask(w, admin, w.RotateKey, &extapi.RotateKeyRequest{Key: id}))(t, "AccessDeniedException")
		refused(ask(w, admin, w.DeleteKey, &extapi.DeleteKeyRequest{Key: id}))(t, "AccessDeniedException")
		must(ask(w, w.root, w.RotateKey, &extapi.RotateKeyRequest{Key: id}))(t)
	}
	refused(ask(w, w.other, w.CreateKey, &extapi.CreateKeyRequest{Account: ours, Root: true}))(t, "AccessDeniedException")
	refused(ask(w, w.other, w.DeleteKey, &extapi.DeleteKeyRequest{Key: w.catalog.now().accounts[ours].keys[0].id}))(t, "NoSuchEntity")
}

// A boundary lets somebody make users who may not do more than he.
func TestADelegatedAdministratorStaysWithinTheBoundary(t *testing.T) {
	w := newMemoryWorld(t)
	bound := must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: "bound", Document: document(`{"Effect":"Allow","Action":"kinesis:*","Resource":"*"}`)}))(t)
	admin := w.user("admin", `{"Effect":"Allow","Action":["freshet:CreateUser","freshet:PutInlinePolicy","freshet:SetBoundary"],"Resource":"*",
		"Condition":{"StringEquals":{"freshet:PermissionsBoundary":"`+bound.ARN+`"}}}`)
	w.user("free", "")
	refused(ask(w, admin, w.CreateUser, &extapi.CreateUserRequest{Name: "mallory"}))(t, "AccessDeniedException")
	must(ask(w, admin, w.CreateUser, &extapi.CreateUserRequest{Name: "bob", Boundary: "bound"}))(t)
	must(ask(w, admin, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "user/bob", Name: "all", Document: document(everything)}))(t)
	refused(ask(w, admin, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "user/free", Name: "all", Document: document(everything)}))(t, "AccessDeniedException")
	refused(ask(w, admin, w.SetBoundary, &extapi.SetBoundaryRequest{Principal: "user/bob"}))(t, "AccessDeniedException")
	refused(ask(w, w.who("bob"), w.CreateUser, &extapi.CreateUserRequest{Name: "mallory", Boundary: "bound"}))(t, "AccessDeniedException")
	// The same as a statement that denies, where no boundary at all is another one.
	chief := w.user("chief", everything+`,{"Effect":"Deny","Action":"freshet:CreateUser","Resource":"*","Condition":{"StringNotEquals":{"freshet:PermissionsBoundary":"`+bound.ARN+`"}}}`)
	refused(ask(w, chief, w.CreateUser, &extapi.CreateUserRequest{Name: "mallory"}))(t, "AccessDeniedException")
	must(ask(w, chief, w.CreateUser, &extapi.CreateUserRequest{Name: "carol", Boundary: bound.ARN}))(t)
	if d := must(ask(w, w.root, w.SimulatePolicy, &extapi.SimulatePolicyRequest{Principal: "user/bob", Action: "kinesis:PutRecord", Resource: "*"}))(t); !d.Allowed {
		t.Errorf("bob may not even put: %+v", d)
	}
}

// userWith is a user of our account, who may make requests before he is made.
func userWith(t *testing.T, statements string) *access.Principal {
	t.Helper()
	u := &user{account: ours, userDocument: userDocument{Name: "asker", Path: "/", ID: "AIDATEST"}}
	if statements != "" {
		inline, err := openInline(map[string]string{"test": document(statements)})
		if err != nil {
			t.Fatal(err)
		}
		u.policies.identity = inline
	}
	return principalOf(u)
}

// theirAdministrator is a user of the other account who may do everything in it.
func (w *world) theirAdministrator() *access.Principal {
	w.t.Helper()
	must(ask(w, w.other, w.CreateUser, &extapi.CreateUserRequest{Name: "admin"}))(w.t)
	must(ask(w, w.other, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "user/admin", Name: "all", Document: document(everything)}))(w.t)
	return w.catalog.now().users[keyOf(theirs, "admin")].principal
}

// An ARN leads nowhere but into the account that is meant.
func TestARNsOfAnotherAccountLeadNowhere(t *testing.T) {
	w := newMemoryWorld(t)
	alice := w.user("alice", "").ARN
	mine := must(ask(w, w.root, w.CreatePolicy, &extapi.CreatePolicyRequest{Name: "readers", Document: document(everything)}))(t).ARN
	admin := w.theirAdministrator()
	for _, by := range []*access.Principal{w.other, admin} {
		refused(ask(w, by, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: alice, Name: "x", Document: document(everything)}))(t, "AccessDeniedException")
		refused(ask(w, by, w.AttachPolicy, &extapi.AttachPolicyRequest{Principal: "user/admin", Policy: mine}))(t, "NoSuchEntity")
		refused(ask(w, by, w.UpdatePolicy, &extapi.UpdatePolicyRequest{Policy: mine, Document: document(everything)}))(t, "NoSuchEntity")
		refused(ask(w, by, w.GetPolicy, &extapi.GetPolicyRequest{Policy: mine}))(t, "NoSuchEntity")
		refused(ask(w, by, w.CreateUser, &extapi.CreateUserRequest{Name: "bob", Boundary: mine}))(t, "NoSuchEntity")
	}
	// Not even for who got past the policies.
	_, err := w.PutInlinePolicy(t.Context(), access.Dev(theirs, ""), &extapi.PutInlinePolicyRequest{Principal: alice, Name: "x", Document: document(everything)})
	refused[extapi.Permitted](nil, err)(t, "NoSuchEntity")
	// The operator means an account, too.
	refused(ask(w, w.root, w.AttachPolicy, &extapi.AttachPolicyRequest{Account: theirs, Principal: "user/admin", Policy: mine}))(t, "NoSuchEntity")
}
