package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
)

// Limits returns which rates hold for the caller's account, or if name is not "" for
// a stream of it.
func (s *Service) Limits(_ context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Limits, error) {
	return s.describeLimits(caller, name)
}

func (s *Service) describeLimits(caller access.Caller, name string) (*extapi.Limits, error) {
	profiles := s.catalog.profiles()
	if name == "" {
		profile, from := profiles.ofAccount(accountKey{caller.Account(), caller.Region()})
		return &extapi.Limits{Profile: profile.String(), From: from}, nil
	}
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	profile, from := profiles.ofStream(st)
	return &extapi.Limits{Profile: profile.String(), From: from}, nil
}

// SetLimits says which rates shall hold for the caller's account, or if name is not
// "" for a stream of it, and returns those that hold then. It is durable when it
// returns, and what is called from then on is judged by it.
//
// A stream's are its tag freshet:limits: whoever set it, there is one place.
func (s *Service) SetLimits(ctx context.Context, caller access.Caller, name string, in *extapi.SetLimits) (*extapi.Limits, error) {
	if in.Profile == nil {
		return nil, errNoProfile()
	}
	profile := ""
	if *in.Profile != "" {
		p, err := limits.ParseProfile(*in.Profile)
		if err != nil {
			return nil, errProfile(*in.Profile, err)
		}
		profile = p.String()
	}
	before, err := s.describeLimits(caller, name)
	if err != nil {
		return nil, err
	}
	if name == "" {
		_, err = s.catalog.changeAccount(ctx, accountKey{caller.Account(), caller.Region()}, func(a account) account {
			a.Limits = profile
			return a
		})
	} else {
		err = s.tagLimits(ctx, caller, name, profile)
	}
	if err != nil {
		return nil, err
	}
	after, err := s.describeLimits(caller, name)
	if err == nil {
		change.Say(ctx, "limits", before, after)
	}
	return after, err
}

// tagLimits sets a stream's limitsTag, or removes it if profile is "".
func (s *Service) tagLimits(ctx context.Context, caller access.Caller, name, profile string) error {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return err
	}
	if profile != "" {
		return s.addTags(ctx, resource{stream: st}, map[string]string{limitsTag: profile})
	}
	return s.removeTags(ctx, resource{stream: st}, []string{limitsTag})
}
