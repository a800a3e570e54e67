package server

import (
	"context"
	"net/http"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// authenticate finds whom the credentials of r name.
func (s *Server) authenticate(r *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
	if !s.o.Production {
		return authenticateAnyone(r, c)
	}
	who, secret, err := s.identify(r, c)
	if err != nil {
		return wire.Signer{}, err
	}
	return wire.Signer{Identity: who, Secret: secret}, nil
}

// authenticateAnyone takes any credentials: the key says the account, the scope the
// region.
func authenticateAnyone(_ *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
	return wire.Signer{Identity: access.Unverified(c.AccessKeyID, c.Region), Unverified: true}, nil
}

// anonymous is who makes a request without credentials, of an operation that takes it.
func (s *Server) anonymous(r *http.Request) access.Identity {
	region := access.DefaultRegion
	if len(s.o.Regions) > 0 {
		region = s.o.Regions[0]
	}
	return access.Anonymous(region, s.facts(r))
}

// signed notes what keys are used for.
func (s *Server) signed(i access.Identity, service string) {
	s.identities.Used(i.KeyID(), service, i.Region())
}

// authorize decides whether an operation may be performed, by what its input touches.
// Who is not verified is allowed all in his account, and pays for no look at it.
func (s *Server) authorize(_ context.Context, i access.Identity, op *awsapi.Operation, in any) (access.Caller, error) {
	if op.Service == sts.Service {
		return s.authorizeSTS(i, op, in)
	}
	if i.Principal() == nil {
		return access.AuthorizeRequest(i, access.Request{})
	}
	return access.AuthorizeRequest(i, s.streams.Touches(op, i, in))
}
