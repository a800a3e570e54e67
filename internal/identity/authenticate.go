package identity

import (
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
)

// Found is whom credentials name.
type Found struct {
	Principal *access.Principal
	// Secret is what the signature must have been made with.
	Secret access.Secret
	// Issued is when the session began, zero for a key that lasts.
	Issued time.Time
}

// Authenticate finds whom the key keyID, with the session token that came with it,
// names. It takes neither lock nor store. That the signature is good, it does not say.
//
// Its errors are those of errors.go; any other says that it cannot be known now.
func (s *Service) Authenticate(keyID, token string) (Found, error) {
	n, err := s.catalog.known()
	if err != nil {
		return Found{}, err
	}
	if token != "" || strings.HasPrefix(keyID, tempKeyPrefix) {
		return s.authenticateSession(n, keyID, token)
	}
	k := n.keys[keyID]
	if k == nil {
		return Found{}, ErrUnknownKey
	}
	if !k.active(time.Now()) {
		return Found{}, ErrInactiveKey
	}
	return Found{Principal: k.principal, Secret: k.secret}, nil
}
