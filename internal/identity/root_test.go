package identity

import (
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
)

func TestFirstStartMakesOneRoot(t *testing.T) {
	onEachStore(t, func(t *testing.T, store meta.Store) {
		ring := newKeyring(t)
		s := loaded(t, store, Options{Sealing: ring.sealing(t)})
		var kept RootKey
		made, err := s.EnsureRoot(t.Context(), "123456789012", func(k RootKey) error { kept = k; return nil })
		if err != nil || made == nil || kept != *made {
			t.Fatalf("EnsureRoot = %v, %v; kept %v", made, err, kept)
		}
		for _, s := range []*Service{s, loaded(t, store, Options{Sealing: ring.sealing(t)})} {
			found, err := s.Authenticate(made.KeyID, "")
			if err != nil {
				t.Fatal(err)
			}
			if p := found.Principal; p.Kind != access.Root || p.ARN != "arn:aws:iam::123456789012:root" || !found.Secret.Equal(made.Secret) {
				t.Errorf("found %v with the secret %v", p, found.Secret.Equal(made.Secret))
			}
			again, err := s.EnsureRoot(t.Context(), "", func(RootKey) error { return errors.New("a second one") })
			if again != nil || err != nil {
				t.Errorf("the second EnsureRoot = %v, %v", again, err)
			}
		}
	})
}

// The file is there before the key is: what cannot be kept is not made.
func TestRootThatCannotBeKeptIsNotMade(t *testing.T) {
	onEachStore(t, func(t *testing.T, store meta.Store) {
		s := loaded(t, store, Options{Sealing: newKeyring(t).sealing(t)})
		full := errors.New("no space")
		var lost RootKey
		if _, err := s.EnsureRoot(t.Context(), "", func(k RootKey) error { lost = k; return full }); !errors.Is(err, full) {
			t.Fatalf("err = %v", err)
		}
		if _, err := s.Authenticate(lost.KeyID, ""); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("the lost key: %v", err)
		}
		made, err := s.EnsureRoot(t.Context(), "", func(RootKey) error { return nil })
		if err != nil || made == nil || made.KeyID == lost.KeyID {
			t.Errorf("the next start: %v, %v", made, err)
		}
	})
}

func TestAnotherKeyringOpensNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, store meta.Store) {
		s := loaded(t, store, Options{Sealing: newKeyring(t).sealing(t)})
		made, err := s.EnsureRoot(t.Context(), "", func(RootKey) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		for name, o := range map[string]Options{"another": {Sealing: newKeyring(t).sealing(t)}, "none": {}} {
			s := New(store, o)
			if err := s.Load(t.Context()); !errors.Is(err, ErrNoSealing) {
				t.Errorf("%s: Load = %v", name, err)
			}
			if _, err := s.Authenticate(made.KeyID, ""); err == nil || errors.Is(err, ErrUnknownKey) {
				t.Errorf("%s: Authenticate = %v; nothing is known, and that is no answer about a key", name, err)
			}
		}
	})
}

func TestCredentialsFileIsTheAWSToolsOwn(t *testing.T) {
	k := RootKey{"123456789012", "AKIAIOSFODNN7EXAMPLE", access.NewSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")}
	want := "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
	if got := string(k.CredentialsFile()); !strings.HasSuffix(got, want) {
		t.Errorf("the file is\n%s", got)
	}
}

// The answer may be lost on the way, and the process with it: the key that the file has
// is good then.
func TestRootThatWasWrittenUnknownIsInTheFile(t *testing.T) {
	ring := newKeyring(t)
	store := &failing{Store: memmeta.New()}
	s := loaded(t, store, Options{Sealing: ring.sealing(t)})
	store.afterUpdate.Store(true)
	var kept RootKey
	if _, err := s.EnsureRoot(t.Context(), "", func(k RootKey) error { kept = k; return nil }); !errors.Is(err, errDisk) {
		t.Fatalf("err = %v", err)
	}
	store.afterUpdate.Store(false)
	again := loaded(t, store, Options{Sealing: ring.sealing(t)})
	made, err := again.EnsureRoot(t.Context(), "", func(RootKey) error { return errors.New("a second one") })
	if made != nil || err != nil {
		t.Errorf("the next start: %v, %v", made, err)
	}
	if found, err := again.Authenticate(kept.KeyID, ""); err != nil || !found.Secret.Equal(kept.Secret) {
		t.Errorf("the key in the file: %v", err)
	}
}
