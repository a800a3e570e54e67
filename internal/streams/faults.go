package streams

import (
	"context"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// faults are what goes wrong on purpose in a stream. A stream without any costs a
// put and a read the look at one pointer, which is nil while no stream has any.
type faults struct {
	extapi.Faults
	mu struct {
		sync.Mutex
		random *rand.Rand
	}
}

// faultyStreams are the faults of streams by id; the map does not change.
type faultyStreams map[shardlog.StreamID]*faults

// faultsOf returns the faults of st, nil if it has none.
func (s *Service) faultsOf(st *stream) *faults {
	all := s.faulty.Load()
	if all == nil {
		return nil
	}
	return (*all)[st.id]
}

// setFaults gives st faults, nil for none, and forgets those of streams that are
// gone.
func (s *Service) setFaults(st *stream, f *faults) {
	for {
		old := s.faulty.Load()
		next := faultyStreams{}
		if old != nil {
			maps.Copy(next, *old)
		}
		snapshot := s.catalog.now()
		maps.DeleteFunc(next, func(id shardlog.StreamID, _ *faults) bool { return snapshot.byID[id] == nil })
		delete(next, st.id)
		if f != nil {
			next[st.id] = f
		}
		p := &next
		if len(next) == 0 {
			p = nil
		}
		if s.faulty.CompareAndSwap(old, p) {
			return
		}
	}
}

func newFaults(said extapi.Faults) *faults {
	f := &faults{Faults: said}
	f.mu.random = rand.New(rand.NewPCG(said.Seed, 0))
	return f
}

// hits draws whether one of the shares hits, the first before the second: 0, 1, or
// -1 for neither. It draws as often whatever the shares are, so that a seed means
// the same when one of them is changed.
func (f *faults) hits(first, second float64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, b := f.mu.random.Float64(), f.mu.random.Float64()
	switch {
	case a < first:
		return 0
	case b < second:
		return 1
	}
	return -1
}

// delay waits for as long as a call is to take longer, or until ctx ends.
func (f *faults) delay(ctx context.Context, millis, jitter int) error {
	if millis == 0 && jitter == 0 {
		return nil
	}
	f.mu.Lock()
	wait := time.Duration(millis) * time.Millisecond
	if jitter > 0 {
		wait += time.Duration(f.mu.random.Int64N(int64(jitter) * int64(time.Millisecond)))
	}
	f.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refuse refuses and fails a share of the records that are not refused yet. Unlike
// a limit it spares what follows in a shard: then AWS's clients see what AWS may
// do, which is records of a call out of order.
func (f *faults) refuse(p *puts, refused *refusals) {
	for i := range p.entries {
		if refused.has(i) {
			continue
		}
		switch f.hits(f.Puts.Throttle, f.Puts.Fail) {
		case 0:
			refused.add(i, len(p.entries), errShardThrottled(p.st, p.shards[i].number, injected))
		case 1:
			refused.add(i, len(p.entries), errFailedOnPurpose())
		}
	}
}

// read delays and refuses a call of GetRecords.
func (f *faults) read(ctx context.Context, st *stream, sh *shard, it shardIterator) error {
	if err := f.delay(ctx, f.Reads.DelayMillis, f.Reads.JitterMillis); err != nil {
		return err
	}
	switch f.hits(f.Reads.Throttle, f.Reads.ExpireIterators) {
	case 0:
		return errReadThrottled(st, sh, injected)
	case 1:
		return errIteratorExpired(it.given, now(), limits.IteratorLife)
	}
	return nil
}

// injected is what a refusal names as the limit.
const injected = "fault injection"

// errFailedOnPurpose is the failure that PutRecords knows for a record, and
// PutRecord for itself. No Cause: nothing of ours is wrong.
func errFailedOnPurpose() error {
	return &awsapi.Error{Code: codeInternal, Message: messageInternal, Status: 500}
}
