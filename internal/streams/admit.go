package streams

import (
	"context"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// appendAdmitted is append for a stream that does not take every record: it puts
// those that are let through, and says of each other why it was refused.
//
// AWS does not order the entries of a call. We do (PutRecords), and so once a
// record of a shard is refused, all that follow it in the call are, even where a
// smaller one would fit: who puts the refused ones again keeps the order, and a
// large record is not put off by small ones.
func (s *Service) appendAdmitted(ctx context.Context, p *puts) error {
	refused := refusals{}
	if err := s.admit(ctx, p, &refused); err != nil {
		return err
	}
	if refused.count == 0 {
		return s.appendAll(ctx, p)
	}
	admitted, index := p.without(&refused)
	if len(index) > 0 {
		if err := s.appendAll(ctx, admitted); err != nil {
			return err
		}
	}
	p.merge(admitted, index, &refused)
	return nil
}

// admit asks those who may refuse records, one after the other: each judges what
// the ones before it have let through.
//
// Faults come first: what fails does not count against a limit. An error is ctx's.
func (s *Service) admit(ctx context.Context, p *puts, refused *refusals) error {
	if f := s.faultsOf(p.st); f != nil {
		if err := f.delay(ctx, f.Puts.DelayMillis, f.Puts.JitterMillis); err != nil {
			return err
		}
		f.refuse(p, refused)
	}
	if p.st.limits != nil {
		s.limitWrites(p, refused)
	}
	return nil
}

// limitWrites refuses what goes beyond the rates of the shards.
func (s *Service) limitWrites(p *puts, refused *refusals) {
	profile, largest := p.st.limits, int64(p.st.MaxRecordKiB)*limits.KiB
	closed := map[uint32]*refusal{} // by shard
	for i := range p.entries {
		if refused.has(i) {
			continue
		}
		sh := &p.shards[i]
		r := closed[sh.number]
		if r == nil {
			limit := sh.live.meter().takeWrite(profile, largest, int64(len(p.entries[i].Data)+len(p.entries[i].Key)))
			if limit == "" {
				continue
			}
			r = &refusal{limit: limit, err: errShardThrottled(p.st, sh.number, profile.Says(limit))}
			closed[sh.number] = r
		}
		r.count++
		refused.add(i, len(p.entries), r.err)
	}
	counts := map[string]int{}
	for _, r := range closed {
		counts[r.limit] += r.count
	}
	for limit, count := range counts {
		s.throttled(p.st, limit, profile.Says(limit), count)
	}
}

// refusal is why, and how often, records of one shard were refused.
type refusal struct {
	limit string
	err   error
	count int
}

// refusals are the errors of the records of a call that are not put.
type refusals struct {
	errs  []error // by record, nil while there are none
	count int
}

func (r *refusals) has(i int) bool { return r.errs != nil && r.errs[i] != nil }

// add refuses record i of n.
func (r *refusals) add(i, n int, err error) {
	if r.errs == nil {
		r.errs = make([]error, n)
	}
	if r.errs[i] == nil {
		r.count++
	}
	r.errs[i] = err
}

// without returns the puts that are not refused, and their indices in p.
func (p *puts) without(refused *refusals) (*puts, []int) {
	n := len(p.entries) - refused.count
	rest, index := newPuts(p.st, n), make([]int, 0, n)
	for i := range p.entries {
		if refused.has(i) {
			continue
		}
		at := len(index)
		rest.keys[at], rest.shards[at], rest.entries[at] = p.keys[i], p.shards[i], p.entries[i]
		index = append(index, i)
	}
	return rest, index
}

// merge takes the results of rest, and those that were refused. A reshard may
// have led rest to other shards.
func (p *puts) merge(rest *puts, index []int, refused *refusals) {
	p.st = rest.st
	p.results = make([]shardlog.Result, len(p.entries))
	for i, err := range refused.errs {
		p.results[i].Err = err
	}
	for at, i := range index {
		p.shards[i], p.results[i] = rest.shards[at], rest.results[at]
	}
}
