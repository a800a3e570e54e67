package server

import (
	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/identity"
	"github.com/freshet/freshet/internal/wire"
)

// stsRoutes is the table of contents of the Security Token Service, in the order of the
// API reference.
func stsRoutes(s *identity.Service) []wire.Route {
	return []wire.Route{
		wire.Op(sts.OpAssumeRole, s.AssumeRole),
		wire.Op(sts.OpAssumeRoleWithWebIdentity, s.AssumeRoleWithWebIdentity),
		wire.Op(sts.OpGetCallerIdentity, s.GetCallerIdentity),
		wire.Op(sts.OpGetSessionToken, s.GetSessionToken),
	}
}

// developersSTS answers where nobody is verified. It reads no store.
func developersSTS() *identity.Service {
	return identity.New(nil, identity.Options{Development: true})
}

// authorizeSTS decides whether an operation of STS may be performed. Two of them no
// policy gives or takes (API reference, GetCallerIdentity and GetSessionToken), and one
// finds out itself whether its token is good.
func (s *Server) authorizeSTS(i access.Identity, op *awsapi.Operation, in any) (access.Caller, error) {
	switch op {
	case sts.OpAssumeRoleWithWebIdentity:
		return access.Admit(i), nil
	case sts.OpGetCallerIdentity, sts.OpGetSessionToken:
		return access.AsHimself(i), nil
	}
	if i.Principal() == nil {
		return access.AuthorizeRequest(i, access.Request{})
	}
	role, ok := in.(*sts.AssumeRoleRequest)
	if !ok {
		panic("BUG: server: nobody says who may " + op.Action)
	}
	request, err := s.sts.TouchesRole(i.Principal(), role)
	if err != nil {
		return access.Caller{}, err
	}
	return access.AuthorizeRequest(i, request)
}
