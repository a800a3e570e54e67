package identity

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
)

// onEachStore runs fn with every kind of store.
func onEachStore(t *testing.T, fn func(t *testing.T, store meta.Store)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		store := memmeta.New()
		defer store.Close()
		fn(t, store)
	})
	t.Run("sqlite", func(t *testing.T) {
		store, err := sqlitemeta.Open(filepath.Join(t.TempDir(), "meta.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		fn(t, store)
	})
}

// keyring makes sealers whose key is wrapped by its own.
type keyring struct{ aead cipher.AEAD }

func newKeyring(t testing.TB) keyring {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return keyring{aeadOf(t, key)}
}

func aeadOf(t testing.TB, key []byte) cipher.AEAD {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

func (k keyring) sealing(t testing.TB) func(context.Context, []byte) (Sealer, error) {
	return func(_ context.Context, wrapped []byte) (Sealer, error) {
		key := make([]byte, 32)
		_, _ = rand.Read(key)
		if wrapped != nil {
			var err error
			if key, err = k.aead.Open(nil, nil, wrapped, nil); err != nil {
				return nil, errors.New("wrapped by another keyring")
			}
		}
		return testSealer{aeadOf(t, key), bytes.Clone(k.aead.Seal(nil, nil, key, nil))}, nil
	}
}

type testSealer struct {
	aead    cipher.AEAD
	wrapped []byte
}

func (s testSealer) Wrapped() []byte { return s.wrapped }
func (s testSealer) Seal(name string, secret []byte) []byte {
	return s.aead.Seal(nil, nil, secret, []byte(name))
}
func (s testSealer) Open(name string, sealed []byte) ([]byte, error) {
	return s.aead.Open(nil, nil, sealed, []byte(name))
}

// contextOf is the context of a test, with an end of its own.
func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// loaded is a service on store that has read it.
func loaded(t testing.TB, store meta.Store, o Options) *Service {
	t.Helper()
	s := New(store, o)
	if err := s.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}
