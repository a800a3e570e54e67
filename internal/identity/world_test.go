package identity

import (
	"context"
	"errors"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
)

// Accounts of the tests: the operator's, and another one.
const (
	ours   = "123456789012"
	theirs = "210987654321"
)

// world is a server's identities with the two accounts and their roots.
type world struct {
	*Service
	t           *testing.T
	root, other *access.Principal
}

func newWorld(t *testing.T, store meta.Store, o Options) *world {
	t.Helper()
	if o.Sealing == nil {
		o.Sealing = newKeyring(t).sealing(t)
	}
	w := &world{t: t}
	w.Service = loaded(t, store, o)
	if _, err := w.EnsureRoot(t.Context(), ours, func(RootKey) error { return nil }); err != nil {
		t.Fatal(err)
	}
	w.root = w.catalog.now().accounts[ours].root
	must(ask(w, w.root, w.CreateAccount, &extapi.CreateAccountRequest{ID: theirs}))(t)
	w.other = w.catalog.now().accounts[theirs].root
	return w
}

func newMemoryWorld(t *testing.T) *world {
	t.Helper()
	store := memmeta.New()
	t.Cleanup(func() { store.Close() })
	return newWorld(t, store, Options{})
}

// ask does what the server does with a request of p: it finds out what the request
// touches, whether p may, and then asks the operation.
func ask[In, Out any](w *world, p *access.Principal, op func(context.Context, access.Caller, *In) (*Out, error), in *In) (*Out, error) {
	r, err := w.Touches(p.Account, in)
	if err != nil {
		return nil, err
	}
	caller, err := access.AuthorizeRequest(access.Verified(p, "AKIATEST", "eu-west-1", access.Facts{}), r)
	if err != nil {
		return nil, err
	}
	return op(w.t.Context(), caller, in)
}

// must ends a test that failed to ask.
func must[Out any](out *Out, err error) func(t *testing.T) *Out {
	return func(t *testing.T) *Out {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// refused expects AWS's error of that code.
func refused[Out any](_ *Out, err error) func(t *testing.T, code string) {
	return func(t *testing.T, code string) {
		t.Helper()
		if e, ok := errors.AsType[*awsapi.Error](err); !ok || e.Code != code {
			t.Errorf("err = %v, want %s", err, code)
		}
	}
}

// user makes a user of our account, with an inline policy of these statements unless
// there are none, and returns who he is now.
func (w *world) user(name, statements string) *access.Principal {
	w.t.Helper()
	must(ask(w, w.root, w.CreateUser, &extapi.CreateUserRequest{Name: name}))(w.t)
	if statements != "" {
		must(ask(w, w.root, w.PutInlinePolicy, &extapi.PutInlinePolicyRequest{Principal: "user/" + name, Name: "test", Document: document(statements)}))(w.t)
	}
	return w.who(name)
}

// who is the user of that name now.
func (w *world) who(name string) *access.Principal {
	return w.catalog.now().users[keyOf(ours, name)].principal
}

func document(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

const everything = `{"Effect":"Allow","Action":"*","Resource":"*"}`

// onEachStoreWorld runs fn with a world on every kind of store.
func onEachStoreWorld(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	onEachStore(t, func(t *testing.T, store meta.Store) { fn(t, newWorld(t, store, Options{})) })
}

// pointer lets must take what is no pointer.
func pointer[T any](v T, err error) (*T, error) { return &v, err }

// everythingOf are policies that allow everything.
func everythingOf(t *testing.T) []policy.Named {
	t.Helper()
	d, err := policy.Parse(policy.Identity, document(everything))
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Named{{Name: "everything", Document: d}}
}
