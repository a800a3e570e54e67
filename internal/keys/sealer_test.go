package keys_test

import (
	"bytes"
	"testing"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keyfile"
	"github.com/freshet/freshet/internal/keys/keystest"
)

var (
	secrets = keys.Binding{"freshet": "secrets"}
	secret  = []byte("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
)

func seal(t testing.TB) (keys.Provider, *keys.Sealer) {
	t.Helper()
	p := keyfile.New(keyfile.Options{})
	s, err := keys.NewSealer(t.Context(), p, keys.DefaultAlias, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

func TestSealedSecretsOpenAfterARestart(t *testing.T) {
	p, s := seal(t)
	sealed := s.Seal("key/AKIA1", secret)
	if bytes.Contains(sealed, secret[:8]) {
		t.Error("the secret can be read")
	}
	if bytes.Equal(sealed, s.Seal("key/AKIA1", secret)) {
		t.Error("two seals of a secret are the same")
	}
	again, err := keys.OpenSealer(t.Context(), p, bytes.Clone(s.Wrapped()), secrets)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := again.Open("key/AKIA1", sealed)
	if err != nil || !bytes.Equal(opened, secret) {
		t.Errorf("it opens to %q, %v", opened, err)
	}
	if !bytes.Equal(again.Wrapped(), s.Wrapped()) {
		t.Error("the sealer that was opened has another wrapped key")
	}
}

func TestSealedSecretsKeepTheirPlace(t *testing.T) {
	_, s := seal(t)
	_, other := seal(t)
	sealed := s.Seal("key/AKIA1", secret)
	refuses := func(s *keys.Sealer, name string, sealed []byte) {
		t.Helper()
		opened, err := s.Open(name, sealed)
		keystest.Only(t, err, keys.ErrCiphertext)
		if opened != nil || bytes.Contains([]byte(err.Error()), secret[:8]) {
			t.Errorf("%q, %v", opened, err)
		}
	}
	refuses(s, "key/AKIA2", sealed)
	refuses(s, "", sealed)
	refuses(other, "key/AKIA1", sealed)
	refuses(s, "key/AKIA1", nil)
	refuses(s, "key/AKIA1", sealed[:len(sealed)-1])
	for at := range sealed {
		changed := bytes.Clone(sealed)
		changed[at] ^= 1
		refuses(s, "key/AKIA1", changed)
	}
}

func TestSealersTellWhyThereIsNone(t *testing.T) {
	p, s := seal(t)
	_, err := keys.NewSealer(t.Context(), p, "alias/nobody", secrets)
	keystest.Only(t, err, keys.ErrNotFound)
	_, err = keys.OpenSealer(t.Context(), p, s.Wrapped(), keys.Binding{"freshet": "others"})
	keystest.Only(t, err, keys.ErrCiphertext)
	_, err = keys.OpenSealer(t.Context(), keyfile.New(keyfile.Options{}), s.Wrapped(), secrets)
	keystest.Only(t, err, keys.ErrNotFound)
}

func FuzzOpen(f *testing.F) {
	_, s := seal(f)
	f.Add([]byte{1})
	f.Add(s.Seal("another", secret))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := s.Open("name", sealed); err == nil {
			t.Errorf("%x opens", sealed)
		}
	})
}
