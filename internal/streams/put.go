package streams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// puts are the records of one call on their way into the log, as slices of one
// length.
type puts struct {
	st      *stream // the lineage that they were routed by last
	evenly  bool    // they go evenly to all shards
	keys    []hashKey
	shards  []destination
	entries []shardlog.Entry
	results []shardlog.Result
}

// destination is the shard that a record goes to.
type destination struct {
	numbering
	live *liveShard
}

// reshardPatience is how long a put waits for the children of a shard that was
// sealed under it. The commit that opens them is under way.
const reshardPatience = 10 * time.Second

// writable returns the stream that a put means. One that does not take puts is
// not found (observed).
func (s *Service) writable(caller access.Caller, name, arn *string) (*stream, error) {
	st, err := s.find(caller, name, arn)
	if err != nil {
		return nil, err
	}
	if !st.takesPuts() {
		return nil, errNoStream(st.streamKey)
	}
	switch {
	case st.Clone != nil && st.Clone.Snapshot:
		return nil, errPutToSnapshot(st)
	case st.Paused != 0:
		return nil, errPaused(st)
	}
	return st, nil
}

func newPuts(st *stream, n int) *puts {
	return &puts{
		st:      st,
		evenly:  st.evenly(),
		keys:    make([]hashKey, n),
		shards:  make([]destination, n),
		entries: make([]shardlog.Entry, n),
	}
}

// add sets record i, but for its shard, and judges its ExplicitHashKey. What decides
// nothing, because records go evenly to all shards, is not judged.
func (p *puts) add(i int, data []byte, key, explicit *string) error {
	e := &p.entries[i]
	e.Data = data
	if key != nil {
		e.Key = *key
	}
	switch {
	case p.evenly:
		p.keys[i] = p.st.anyKey()
	case explicit != nil:
		k, ok := parseHashKey(*explicit)
		if !ok {
			return errHashKeyRange(*explicit)
		}
		p.keys[i] = k
	default:
		p.keys[i] = hashOf(*key)
	}
	return nil
}

// routeAll names the shards of all records. With many shards each is far from the
// processor, which fetches a dozen at a time if no hash is computed in between.
func (p *puts) routeAll() {
	for i := range p.keys {
		p.route(i)
	}
}

// route names the shard of record i by p.st.
func (p *puts) route(i int) {
	a := &p.st.arcs.list[p.st.arcs.at(p.keys[i])]
	p.shards[i] = destination{a.numbering(), a.live}
	p.entries[i].Shard = shardlog.Shard{Stream: p.st.id, Number: a.number}
	p.entries[i].Generation = a.generation
}

// sequence returns the number that record i got.
func (p *puts) sequence(i int) sequenceNumber {
	return p.shards[i].sequence(p.results[i].Offset, p.results[i].Stamp)
}

// tooLong returns what is wrong with the size of a record, or nil. Its size is
// that of data and key together. path is where the request has the data.
func (st *stream) tooLong(data, key int, path func() string) error {
	most := int(st.MaxRecordKiB) * limits.KiB
	switch {
	case data > most:
		return errTooLong(path(), data, most)
	case data+key > most:
		return errTooLong(path(), data, most-key)
	}
	return nil
}

// needsKey reports whether the records of st must have a partition key.
func (st *stream) needsKey() bool { return !st.evenly() }

// append puts the records into the log and sets the results. An error says that
// none was put.
func (s *Service) append(ctx context.Context, p *puts) error {
	p.routeAll()
	if p.st.limits != nil || s.faultsOf(p.st) != nil {
		return s.appendAdmitted(ctx, p)
	}
	return s.appendAll(ctx, p)
}

// appendAll puts all records, in one group if nothing comes between.
func (s *Service) appendAll(ctx context.Context, p *puts) error {
	results, err := s.log.Append(ctx, p.entries)
	if err != nil {
		return errPut(p.st, err)
	}
	p.results = results
	p.count()
	p.sampled()
	if failed(results, shardlog.ErrSealed) == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, reshardPatience)
	defer cancel()
	for again := failed(results, shardlog.ErrSealed); again != nil; again = failed(results, shardlog.ErrSealed) {
		if err := s.appendAgain(ctx, p, again); err != nil {
			for _, i := range again {
				results[i].Err = err
			}
			return nil
		}
	}
	return nil
}

// count tells the shards what was put into them.
func (p *puts) count() {
	var t tally
	for i := range p.results {
		if p.results[i].Err == nil {
			t.add(p.shards[i], len(p.entries[i].Data)+len(p.entries[i].Key))
		}
	}
	t.settle()
}

// failed returns the indices of the results that have that error.
func failed(results []shardlog.Result, err error) []int {
	var list []int
	for i := range results {
		if results[i].Err != nil && errors.Is(results[i].Err, err) {
			list = append(list, i)
		}
	}
	return list
}

// appendAgain puts the records whose shards were sealed under them into the
// shards that took over. A sealed entry was not stored, so none is doubled.
func (s *Service) appendAgain(ctx context.Context, p *puts, again []int) error {
	st, err := s.awaitChange(ctx, p.st)
	if err != nil {
		return err
	}
	p.st = st
	entries := make([]shardlog.Entry, len(again))
	for j, i := range again {
		p.route(i)
		entries[j] = p.entries[i]
	}
	results, err := s.log.Append(ctx, entries)
	if err != nil {
		return err
	}
	for j, i := range again {
		p.results[i] = results[j]
		if results[j].Err == nil {
			p.shards[i].live.in.add(amount{1, int64(len(entries[j].Data) + len(entries[j].Key))})
		}
	}
	return nil
}

// awaitChange returns the stream that was st as soon as it has changed.
func (s *Service) awaitChange(ctx context.Context, st *stream) (*stream, error) {
	for {
		snapshot := s.catalog.now()
		next := snapshot.byID[st.id]
		if next == nil {
			return nil, shardlog.ErrDropped
		}
		if next != st {
			return next, nil
		}
		select {
		case <-snapshot.replaced:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the shards that take over: %w", ctx.Err())
		}
	}
}
