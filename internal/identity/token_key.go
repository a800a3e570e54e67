package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/limits"
)

// Session tokens are sealed with keys of their own, each made at random: with the
// newest, while those before it still open what they sealed. They are derived from
// nothing, and nothing is derived from them.
const (
	// tokenKeyAge is when a new one is made.
	tokenKeyAge = 30 * 24 * time.Hour
	// tokenKeyGrace is how long one is kept after the next was made: until the last
	// session that it may have sealed is over, and an hour more, in which processes that
	// share the store may not have seen the next.
	tokenKeyGrace = limits.SessionTokenLongest + time.Hour
	// tokenKeyCheck is how often it is looked whether one is to be made.
	tokenKeyCheck = time.Hour
	// tokenKeyID is how long its id is, in characters.
	tokenKeyID = 8
)

// tokenKeyDocument is a key of session tokens.
type tokenKeyDocument struct {
	Sealed  []byte    `json:"sealed"`
	Created time.Time `json:"created"`
}

// tokenKey is one that can be used.
type tokenKey struct {
	id      string
	created time.Time
	aead    cipher.AEAD
}

// openTokenKey reads a key's document.
func (l *loader) openTokenKey(id string, d tokenKeyDocument) (*tokenKey, error) {
	if len(id) != tokenKeyID {
		return nil, fmt.Errorf("a key of session tokens is called %q", id)
	}
	secret, err := l.unseal(tokenKeyPrefix+id, d.Sealed)
	if err != nil {
		return nil, err
	}
	aead, err := aeadOfText(secret)
	return &tokenKey{id: id, created: d.Created, aead: aead}, err
}

// aeadOfText is AES-256-GCM by a key in base64.
func aeadOfText(secret access.Secret) (cipher.AEAD, error) {
	key, err := base64.StdEncoding.DecodeString(secret.Reveal())
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("a key of session tokens has not 32 bytes")
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// tokenKey takes note of a key.
func (l *loader) tokenKey(_ string, k *tokenKey) error {
	l.snapshot.tokenKeys = append(l.snapshot.tokenKeys, k)
	return nil
}

// sortTokenKeys puts the newest first.
func (n *snapshot) sortTokenKeys() {
	slices.SortFunc(n.tokenKeys, func(a, b *tokenKey) int {
		if c := b.created.Compare(a.created); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
}

// tokenKeyOf is the key of that id, nil if there is none.
func (n *snapshot) tokenKeyOf(id string) *tokenKey {
	for _, k := range n.tokenKeys {
		if k.id == id {
			return k
		}
	}
	return nil
}

// ensureTokenKey makes a key if there is none that is young enough, and removes those
// that nothing was sealed with that is still good.
func (s *Service) ensureTokenKey(ctx context.Context) error {
	_, err := s.catalog.change(ctx, func(n *snapshot, e *edit) error {
		now := time.Now().UTC()
		for i, k := range n.tokenKeys {
			if i > 0 && now.Sub(n.tokenKeys[i-1].created) > tokenKeyGrace {
				e.remove(tokenKeyPrefix + k.id)
			}
		}
		if len(n.tokenKeys) > 0 && now.Sub(n.tokenKeys[0].created) < tokenKeyAge {
			return nil
		}
		id, secret := random32(tokenKeyID), make([]byte, 32)
		random(secret)
		defer clear(secret)
		sealed, err := s.catalog.seal(tokenKeyPrefix+id, access.NewSecret(base64.StdEncoding.EncodeToString(secret)))
		if err != nil {
			return err
		}
		e.put(tokenKeyPrefix+id, tokenKeyDocument{Sealed: sealed, Created: now})
		return nil
	})
	if err != nil {
		return fmt.Errorf("keys of session tokens: %w", err)
	}
	return nil
}

// runTokenKeys changes the key in time.
func (s *Service) runTokenKeys(ctx context.Context) {
	ticks := time.NewTicker(tokenKeyCheck)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			if err := s.ensureTokenKey(ctx); err != nil && ctx.Err() == nil {
				s.options.Logger.Error("the key of session tokens was not changed, and goes on", "err", err)
			}
		case <-ctx.Done():
			return
		}
	}
}
