package identity

import (
	"testing"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta/memmeta"
)

// Every request is authenticated, and the use of its key noted.
func TestAuthenticatingDoesNotAllocate(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", everything)
	k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
	n := testing.AllocsPerRun(100, func() {
		if _, err := w.Authenticate(k.ID, ""); err != nil {
			t.Error(err)
		}
		w.Used(k.ID, "kinesis", "eu-west-1")
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	s := loaded(b, memmeta.New(), Options{Sealing: newKeyring(b).sealing(b)})
	root, err := s.EnsureRoot(b.Context(), ours, func(RootKey) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Authenticate(root.KeyID, ""); err != nil {
				b.Error(err)
			}
			s.Used(root.KeyID, "kinesis", "eu-west-1")
		}
	})
}
