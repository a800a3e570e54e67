package streams

import (
	"context"
	"math/rand/v2"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
)

// maxFaultMillis bounds a delay, jitter included: clients give up before.
const maxFaultMillis = 30_000

// SetFaults lets things go wrong in a stream from now on, in place of what went
// wrong before. What is under way is not touched.
func (s *Service) SetFaults(_ context.Context, caller access.Caller, name string, in *extapi.Faults) (*extapi.Faults, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	if err := checkFaults(in); err != nil {
		return nil, err
	}
	said := *in
	if said.Seed == 0 {
		// What JSON's readers in other languages take for a number is exact to 2^53.
		said.Seed = 1 + rand.Uint64N(1<<53-1)
	}
	s.setFaults(st, newFaults(said))
	s.options.Logger.Info("faults set", "stream", st.name, "account", st.account, "region", st.region)
	return &said, nil
}

func checkFaults(in *extapi.Faults) error {
	shares := []struct {
		name string
		is   float64
	}{
		{"puts.throttle", in.Puts.Throttle}, {"puts.fail", in.Puts.Fail},
		{"reads.throttle", in.Reads.Throttle}, {"reads.expireIterators", in.Reads.ExpireIterators},
	}
	for _, share := range shares {
		if share.is < 0 || share.is > 1 {
			return errFaultShare(share.name, share.is)
		}
	}
	delays := []struct {
		name          string
		delay, jitter int
	}{
		{"puts", in.Puts.DelayMillis, in.Puts.JitterMillis}, {"reads", in.Reads.DelayMillis, in.Reads.JitterMillis},
	}
	for _, d := range delays {
		if min(d.delay, d.jitter) < 0 || max(d.delay, d.jitter) > maxFaultMillis || d.delay+d.jitter > maxFaultMillis {
			return errFaultDelay(d.name)
		}
	}
	return nil
}

// Faults says what goes wrong in a stream on purpose.
func (s *Service) Faults(_ context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Faults, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	if f := s.faultsOf(st); f != nil {
		return &f.Faults, nil
	}
	return &extapi.Faults{}, nil
}

// ClearFaults ends the faults of a stream, if it has any.
func (s *Service) ClearFaults(_ context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Faults, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	s.setFaults(st, nil)
	return &extapi.Faults{}, nil
}
