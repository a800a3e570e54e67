package identity

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"

	"github.com/freshet/freshet/internal/access"
)

// Prefixes of unique ids (IAM user guide, "IAM identifiers").
const (
	keyIDPrefix    = "AKIA" // a key that lasts
	tempKeyPrefix  = "ASIA" // one of a session
	userIDPrefix   = "AIDA"
	roleIDPrefix   = "AROA"
	policyIDPrefix = "ANPA"
)

// newKeyID makes an id of 20 characters, as access keys have.
func newKeyID(prefix string) string { return prefix + random32(16) }

// newUniqueID makes an id of 21 characters, as all other things have.
func newUniqueID(prefix string) string { return prefix + random32(17) }

// newSecret makes a secret access key: 240 random bits in 40 characters of base64.
func newSecret() access.Secret {
	var bits [30]byte
	random(bits[:])
	return access.NewSecret(base64.StdEncoding.EncodeToString(bits[:]))
}

// newAccountID makes 12 random digits of which the first is not 0: such numbers are
// those of development.
func newAccountID() string {
	digits := make([]byte, 0, 12)
	for len(digits) < 12 {
		var bits [1]byte
		random(bits[:])
		if d := bits[0]; d < 250 && (len(digits) > 0 || d%10 != 0) { // 250: no digit is likelier than another
			digits = append(digits, '0'+d%10)
		}
	}
	return string(digits)
}

// random32 is n characters of A-Z and 2-7.
func random32(n int) string {
	bits := make([]byte, (n*5+7)/8)
	random(bits)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(bits)[:n]
}

// random fills b. The system's randomness does not fail: crypto/rand ends the
// process rather than that.
func random(b []byte) { _, _ = rand.Read(b) }
