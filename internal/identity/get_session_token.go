package identity

import (
	"context"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/limits"
)

// GetSessionToken begins a session of the user, or of the root, that calls with a key
// that lasts. It may do what the user may; it needs no permission.
//
// There is no second factor: unlike AWS, a session is never good for more than its key.
func (s *Service) GetSessionToken(_ context.Context, caller access.Caller, in *sts.GetSessionTokenRequest) (*sts.GetSessionTokenResponse, error) {
	p := caller.Who()
	if s.develops(caller) {
		return &sts.GetSessionTokenResponse{Credentials: devCredentials(caller.Account(), in.DurationSeconds, limits.SessionTokenDefault)}, nil
	}
	if p.Begun != nil || p.Kind == access.AssumedRole {
		return nil, errDenied("Cannot call GetSessionToken with session credentials")
	}
	if err := noSecondFactor(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	n, err := s.catalog.known()
	if err != nil {
		return nil, err
	}
	lasts := limits.SessionTokenDefault
	if p.Kind == access.Root {
		lasts = limits.SessionDefault
	}
	if in.DurationSeconds != nil {
		// Of a root that asks for more, AWS gives an hour (API_GetSessionToken).
		asked := time.Duration(*in.DurationSeconds) * time.Second
		if lasts = asked; p.Kind == access.Root {
			lasts = min(asked, limits.SessionDefault)
		}
	}
	c := &claims{Account: p.Account, Begun: access.Begun{Key: caller.KeyID()}}
	if p.Kind == access.User {
		c.User, c.ID = strings.ToLower(p.UserName), p.ID
	}
	made, err := n.begin(c, lasts)
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenResponse{Credentials: made}, nil
}
