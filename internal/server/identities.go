package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/identity"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// newIdentities makes the service of who there is.
func (s *Server) newIdentities(tokens identity.WebIdentities) *identity.Service {
	return identity.New(s.o.Meta, identity.Options{
		Sealing: func(ctx context.Context, wrapped []byte) (identity.Sealer, error) {
			return sealer(ctx, s.o.Keys, wrapped)
		},
		Evict:         s.signing.Forget,
		Streams:       func(account string) int { return s.streams.Count(account) },
		WebIdentities: tokens,
		Logger:        s.o.Logger,
	})
}

// sealing binds the key that the secrets of identities are sealed with to them: it
// opens nothing else.
var sealing = keys.Binding{"freshet": "identities"}

// sealer is what secrets are sealed with, by the provider's default key.
func sealer(ctx context.Context, provider keys.Provider, wrapped []byte) (identity.Sealer, error) {
	if wrapped != nil {
		return keys.OpenSealer(ctx, provider, wrapped, sealing)
	}
	return keys.NewSealer(ctx, provider, keys.DefaultAlias, sealing)
}

// ErrOtherAccount is returned by Run for an account that is not the server's.
var ErrOtherAccount = errors.New("the server has another account")

// loadIdentities reads who there is, and at the first start makes the root.
func (s *Server) loadIdentities(ctx context.Context) error {
	if err := s.identities.Load(ctx); err != nil {
		return err
	}
	made, err := s.identities.EnsureRoot(ctx, s.o.Account, s.o.KeepRoot)
	if err != nil {
		return err
	}
	s.rootKey, s.account = made, s.identities.Operator()
	if s.o.Account != "" && s.o.Account != s.account {
		return fmt.Errorf("account %s: %w: %s, since its first start", s.o.Account, ErrOtherAccount, s.account)
	}
	return nil
}

// Account is the account of the server's root, known once Ready is closed.
func (s *Server) Account() string { return s.account }

// RootKey is the key of the root if this is the first start, else nil. It is known
// once Ready is closed.
func (s *Server) RootKey() *identity.RootKey { return s.rootKey }

// identify finds whom credentials name, and what they must have been signed with.
// Nothing of it is proven.
func (s *Server) identify(r *http.Request, c *sigv4.Credentials) (access.Identity, access.Secret, error) {
	if err := c.CheckRegion(s.o.Regions); err != nil { // there is no identity without a region
		return access.Identity{}, access.Secret{}, err
	}
	found, err := s.identities.Authenticate(c.AccessKeyID, c.SessionToken)
	switch {
	case errors.Is(err, identity.ErrExpired):
		return access.Identity{}, access.Secret{}, sigv4.ExpiredToken()
	case errors.Is(err, identity.ErrUnknownKey), errors.Is(err, identity.ErrInactiveKey), errors.Is(err, identity.ErrInvalidToken):
		return access.Identity{}, access.Secret{}, sigv4.UnrecognizedClient()
	case err != nil:
		return access.Identity{}, access.Secret{}, fmt.Errorf("authenticate: %w", err)
	}
	facts := s.facts(r)
	facts.TokenIssued = found.Issued
	return access.Verified(found.Principal, c.AccessKeyID, c.Region, facts), found.Secret, nil
}
