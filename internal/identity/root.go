package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/access"
)

// RootKey is the first key of a server.
type RootKey struct {
	Account string
	KeyID   string
	Secret  access.Secret
}

// CredentialsFile is k as a file of credentials of the AWS CLI and SDKs. It holds the
// secret.
func (k RootKey) CredentialsFile() []byte {
	return fmt.Appendf(nil, "# The root key of account %s: it may do everything, so keep it, and make users for daily use.\n"+
		"[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", k.Account, k.KeyID, k.Secret.Reveal())
}

// EnsureRoot makes the operator's account and a key of its root, if there is no
// operator yet. account is its number; if it is empty, random digits are. keep
// puts the key where the user finds it, durably; it is called before the key is
// valid, so that there never is a key which nobody has. It returns nil if there is
// an operator already.
//
// A crash after keep leaves a key that is none; the next start makes another one and
// keeps that in its place.
func (s *Service) EnsureRoot(ctx context.Context, account string, keep func(RootKey) error) (*RootKey, error) {
	var made *RootKey
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		made = nil
		if n.operator != "" {
			return nil
		}
		k, err := s.makeOperator(n, e, account)
		if err != nil {
			return err
		}
		if err := keep(k); err != nil {
			return fmt.Errorf("keep the root key: %w", err)
		}
		// From here on the file is there, and the key is not yet.
		made = &k
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Service) makeOperator(n *snapshot, e *edit, id string) (RootKey, error) {
	if id == "" {
		id = newAccountID()
	}
	if err := checkAccountID(id); err != nil {
		return RootKey{}, err
	}
	now := time.Now().UTC()
	d := accountDocument{Operator: true, Created: now}
	if a := n.accounts[id]; a != nil {
		return RootKey{}, fmt.Errorf("BUG: account %s is there, and no operator", a.id)
	}
	e.put(accountPrefix+id, d)
	keyID, secret, err := s.makeKey(e, keyDocument{Account: id, Created: now, Description: "made at the first start"})
	return RootKey{id, keyID, secret}, err
}

// makeKey puts a new key, d but for its secret, and returns its id and its secret.
func (s *Service) makeKey(e *edit, d keyDocument) (string, access.Secret, error) {
	id, secret := newKeyID(keyIDPrefix), newSecret()
	sealed, err := s.catalog.seal(keyPrefix+id, secret)
	if err != nil {
		return "", access.Secret{}, err
	}
	d.Sealed = sealed
	e.put(keyPrefix+id, d)
	return id, secret, nil
}
