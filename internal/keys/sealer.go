package keys

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
)

// Sealer encrypts small secrets with one data key, by AES-256-GCM. It asks the
// provider once, when it is made; from then on it goes on without. Its methods may
// be called at once.
//
// A sealed secret is
//
//	| 1, the format | 12, a random nonce | as long as the secret | 16, GCM's tag |
//
// with the format's byte and the secret's name as associated data. A random nonce
// is good for 2^32 secrets under one key (NIST SP 800-38D, 8.3).
type Sealer struct {
	aead    cipher.AEAD
	wrapped []byte
}

// sealedFormat is the first byte of a sealed secret.
const sealedFormat = 1

// NewSealer makes a sealer with a new data key, wrapped with the key of that name.
// Who keeps what it seals keeps Wrapped too.
func NewSealer(ctx context.Context, p Provider, name string, bind Binding) (*Sealer, error) {
	key, err := p.Generate(ctx, name, bind)
	if err != nil {
		return nil, fmt.Errorf("make the key that secrets are sealed with: %w", err)
	}
	return newSealer(key)
}

// OpenSealer makes a sealer with the data key of an earlier one, of which Wrapped
// was kept.
func OpenSealer(ctx context.Context, p Provider, wrapped []byte, bind Binding) (*Sealer, error) {
	plain, err := p.Unwrap(ctx, wrapped, bind)
	if err != nil {
		return nil, fmt.Errorf("open the key that secrets are sealed with: %w", err)
	}
	return newSealer(DataKey{Plaintext: plain, Wrapped: append([]byte(nil), wrapped...)})
}

// newSealer uses key up.
func newSealer(key DataKey) (*Sealer, error) {
	defer key.Plaintext.Zero()
	block, err := aes.NewCipher(key.Plaintext.Bytes())
	if err != nil {
		panic("BUG: a data key is no key of AES-256: " + err.Error())
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("BUG: AES makes no GCM: " + err.Error())
	}
	return &Sealer{aead: aead, wrapped: key.Wrapped}, nil
}

// Wrapped returns the sealer's data key as the provider wrapped it. It is not to be
// changed.
func (s *Sealer) Wrapped() []byte { return s.wrapped }

// Seal encrypts a secret. Only Open with the same name gets it back: name is where
// the secret is kept, so that one cannot be put in another's place. It keeps
// neither argument.
func (s *Sealer) Seal(name string, secret []byte) []byte {
	sealed := make([]byte, 1, 1+len(secret)+s.aead.Overhead())
	sealed[0] = sealedFormat
	return s.aead.Seal(sealed, nil, secret, sealedFor(name))
}

// Open returns the secret that was sealed under that name, in memory of its own.
// Otherwise it returns ErrCiphertext.
func (s *Sealer) Open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealedFormat {
		return nil, fmt.Errorf("open the secret %q: %w: it is not of a known format", name, ErrCiphertext)
	}
	secret, err := s.aead.Open(nil, nil, sealed[1:], sealedFor(name))
	if err != nil {
		return nil, fmt.Errorf("open the secret %q: %w: it was changed, is another's, or was sealed with another key", name, ErrCiphertext)
	}
	return secret, nil
}

// sealedFor is the associated data of a secret of that name.
func sealedFor(name string) []byte { return append([]byte{sealedFormat}, name...) }
