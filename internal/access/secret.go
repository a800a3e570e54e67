package access

import (
	"crypto/subtle"

	"github.com/freshet/freshet/internal/redact"
)

// Secret is a string that no log, error, dump or answer shows: however it is
// formatted or encoded, it says that it was redacted. Reveal alone gives it away.
type Secret struct {
	redact.Always
	value *string
}

// NewSecret hides value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal returns the secret, for whoever signs, seals, or shows it once to the user
// it was made for.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.value == nil }

// Equal compares in a time that does not depend on where the secrets differ.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(t.Reveal())) == 1
}
