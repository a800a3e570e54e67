package identity

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/limits"
)

// A session token says whose session it is, until when, what bounds it, and what its
// requests are signed with. Nothing else is kept of a session. In base64 it is
//
//	| 1, the version | 8, the token key's id | 12, a random nonce | sealed | 16, GCM's tag |
//
// sealed with the version, the token key's id and the access key's id as associated
// data, so that it is good with that access key alone; and what is sealed is
//
//	| 40, the secret access key | claims, as JSON, deflated |
const (
	tokenVersion  = 1
	tokenHead     = 1 + tokenKeyID
	secretSize    = 40
	tokenAudience = "session"
	longestToken  = 16 << 10 // in base64; packed claims are far shorter
	longestClaims = 64 << 10 // before they are deflated
)

// claims are what a token says. The unique ids are what holds: a user or a role that
// was made anew under an old name is another.
type claims struct {
	Issuer   string `json:"iss"` // the operator's account
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"` // seconds since 1970
	Expires  int64  `json:"exp"`

	Account string `json:"acc"`
	// User or Role is the name in lower case, both are empty for the account's root; ID
	// is its unique id.
	User string `json:"usr,omitempty"`
	Role string `json:"rol,omitempty"`
	ID   string `json:"id,omitempty"`
	// Name is what the role's session is called.
	Name string `json:"ses,omitempty"`

	bounds

	Begun access.Begun `json:"beg"`
}

// bounds are what whoever begins a session gives it.
type bounds struct {
	Policy     string            `json:"pol,omitempty"`
	PolicyARNs []string          `json:"pla,omitempty"`
	Tags       map[string]string `json:"tag,omitempty"`
}

// sealToken makes the token of a session whose access key has that id and secret.
func (n *snapshot) sealToken(c *claims, keyID string, secret access.Secret) (string, error) {
	if len(n.tokenKeys) == 0 {
		return "", fmt.Errorf("there is no key of session tokens: %w", ErrNoSealing)
	}
	if len(secret.Reveal()) != secretSize {
		panic("BUG: identity: a secret access key of another length")
	}
	packed, err := pack(c)
	if err != nil {
		return "", err
	}
	k := n.tokenKeys[0]
	head := append([]byte{tokenVersion}, k.id...)
	token := k.aead.Seal(bytes.Clone(head), nil, append([]byte(secret.Reveal()), packed...), append(head, keyID...))
	return base64.StdEncoding.EncodeToString(token), nil
}

// openToken reads a token that came with the access key of that id. Its errors are
// ErrInvalidToken.
func (n *snapshot) openToken(token, keyID string) (*claims, access.Secret, error) {
	if len(token) > longestToken {
		return nil, access.Secret{}, ErrInvalidToken
	}
	sealed, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil || len(sealed) < tokenHead || sealed[0] != tokenVersion {
		return nil, access.Secret{}, ErrInvalidToken
	}
	k := n.tokenKeyOf(string(sealed[1:tokenHead]))
	if k == nil {
		return nil, access.Secret{}, ErrInvalidToken
	}
	head := bytes.Clone(sealed[:tokenHead])
	plain, err := k.aead.Open(nil, nil, sealed[tokenHead:], append(head, keyID...))
	if err != nil || len(plain) < secretSize {
		return nil, access.Secret{}, ErrInvalidToken
	}
	defer clear(plain)
	c, err := unpack(plain[secretSize:])
	if err != nil || !c.sound(n) {
		return nil, access.Secret{}, ErrInvalidToken
	}
	return c, access.NewSecret(string(plain[:secretSize])), nil
}

// sound says whether c says all that a token must say (security-and-ops.md, section 3).
func (c *claims) sound(n *snapshot) bool {
	life := time.Duration(c.Expires-c.Issued) * time.Second
	return c.Issuer != "" && c.Issuer == n.operator && c.Audience == tokenAudience &&
		c.Issued > 0 && life > 0 && life <= limits.SessionTokenLongest
}

func pack(v any) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unpack(packed []byte) (*claims, error) {
	r := flate.NewReader(bytes.NewReader(packed))
	d := json.NewDecoder(io.LimitReader(r, longestClaims))
	d.DisallowUnknownFields()
	c := new(claims)
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("open a session token: %w", err)
	}
	return c, nil
}
