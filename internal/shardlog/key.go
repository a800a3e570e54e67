package shardlog

import (
	"context"

	"github.com/freshet/freshet/internal/redact"
)

// KeyID names a data key of a stream within a log. 0 is none.
type KeyID uint32

// SecretSize is the length of a data key, in bytes: that of AES-256.
const SecretSize = 32

// Secret is a data key as it encrypts. However it is printed, it prints as
// "[redacted]". The zero value holds no key.
type Secret struct {
	redact.Always
	// key is behind two pointers, since package fmt shows what one to an array
	// points to (package redact).
	key **[SecretSize]byte
}

// NewSecret copies a data key; ok is false if b has not the length of one.
func NewSecret(b []byte) (s Secret, ok bool) {
	if len(b) != SecretSize {
		return Secret{}, false
	}
	return Secret{key: new(new([SecretSize]byte(b)))}, true
}

// Bytes returns the key, which must not be changed.
func (s Secret) Bytes() []byte {
	if s.key == nil {
		panic("BUG: a data key is used that was never made")
	}
	return (*s.key)[:]
}

// IsZero reports whether s holds no key.
func (s Secret) IsZero() bool { return s.key == nil }

// WrappedKey is a data key as it is kept: encrypted by somebody the log does not
// know. It is no secret.
type WrappedKey struct {
	// Wrapper names the key that Wrapped was encrypted with, for people. Bind is
	// what it was bound to, which whoever opens it must say again. Each is at most
	// MaxKeyName bytes.
	Wrapper, Bind string
	// Wrapped is at most MaxWrapped bytes.
	Wrapped []byte
}

// What a WrappedKey may be long, in bytes.
const (
	MaxKeyName = 4 << 10
	MaxWrapped = 16 << 10
)

// Unwrap opens a wrapped key. It may last as long as a network does, and ends with
// ctx. A log calls it when it needs a key that it has not yet, from any number of
// goroutines; what it returns the log keeps in memory, for good.
type Unwrap func(ctx context.Context, k WrappedKey) (Secret, error)
