package keys

import (
	"bytes"
	"crypto/rand"

	"github.com/freshet/freshet/internal/redact"
)

// KeySize is the length of a data key, in bytes: AES-256's.
const KeySize = 32

// Plaintext is a data key as it encrypts. It prints as "[redacted]", however it is
// printed. Copies share the bytes, so that one Zero reaches all. The zero value
// holds no key.
//
// Zeroing is what Go allows: no copy is left here, and what a cipher was made of
// the key is its own.
type Plaintext struct {
	redact.Always
	// key is behind two pointers, since package fmt shows what one to an array
	// points to (package redact).
	key **[KeySize]byte
}

// plaintextOf holds key.
func plaintextOf(key *[KeySize]byte) Plaintext { return Plaintext{key: &key} }

// NewPlaintext makes a key at random.
func NewPlaintext() Plaintext {
	key := new([KeySize]byte)
	_, _ = rand.Read(key[:]) // it never fails
	return plaintextOf(key)
}

// TakePlaintext moves a key out of b, which is zeroed. It returns false if b has
// not the length of a key.
func TakePlaintext(b []byte) (Plaintext, bool) {
	defer clear(b)
	if len(b) != KeySize {
		return Plaintext{}, false
	}
	return plaintextOf((*[KeySize]byte)(bytes.Clone(b))), true
}

// Bytes returns the key, KeySize bytes that belong to p: they are zero after Zero.
func (p Plaintext) Bytes() []byte {
	if p.key == nil {
		panic("BUG: a data key is used that was never made")
	}
	return (*p.key)[:]
}

// IsZero reports whether p was never made, or is zeroed.
func (p Plaintext) IsZero() bool { return p.key == nil || **p.key == [KeySize]byte{} }

// Zero forgets the key. What was derived of it goes on.
func (p Plaintext) Zero() {
	if p.key != nil {
		clear((*p.key)[:])
	}
}
