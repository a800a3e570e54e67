package streams

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// Bounds of an answer of Records, and of what is looked at for it.
const (
	recordsByDefault = 100
	recordsAtMost    = 10_000
	recordsBytes     = 8 << 20
	scannedRecords   = 50_000
	scannedBytes     = 64 << 20
)

// Records returns records of all shards of a stream, merged by their arrival
// (merge.go), from an instant or a token on. With Patience in ctx it waits for a
// record if there is none. It may return none although there are more, if it has
// looked at many that were not asked for.
func (s *Service) Records(ctx context.Context, caller access.Caller, name string, in *extapi.RecordsRequest) (*extapi.Records, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	if st.Status == kinesis.StreamStatusCreating {
		return nil, errNotActive(st)
	}
	if in.Limit < 0 || in.Limit > recordsAtMost {
		return nil, errRecordsLimit(in.Limit)
	}
	q, err := s.recordsQuery(ctx, st, in)
	if err != nil {
		return nil, err
	}
	if in.Limit > 0 {
		q.limit = in.Limit
	}
	out, err := s.readMerged(ctx, st, q)
	if errors.Is(err, shardlog.ErrDropped) {
		return nil, errNoStream(st.streamKey)
	}
	return out, err
}

// recordsQuery is what Records is asked for.
type recordsQuery struct {
	selection
	// places are where to read on, in order of the shards' numbers.
	places []bookmark
	limit  int
}

// selection is which records are wanted; it does not change from answer to answer.
type selection struct {
	from, to shardlog.Millis // to is exclusive, 0 for none
	key      *string
}

// bookmark is where to read on in a shard.
type bookmark struct {
	shard uint32
	next  shardlog.Offset
}

// recordsQuery reads what is asked for, and decides where each shard begins.
func (s *Service) recordsQuery(ctx context.Context, st *stream, in *extapi.RecordsRequest) (recordsQuery, error) {
	q := recordsQuery{limit: recordsByDefault}
	if in.Token != "" {
		if in.From != "" || in.To != "" || in.PartitionKey != nil {
			return q, errTokenAndSelection()
		}
		var ok bool
		if q.selection, q.places, ok = s.tokens.openMerge(in.Token, st.id); !ok {
			return q, errTokenInvalid()
		}
		return q, nil
	}
	now := now()
	latest := in.From == "latest"
	var err error
	if !latest && in.From != "trim_horizon" {
		if q.from, err = instant("from", in.From, now); err != nil {
			return q, err
		}
	}
	if q.to, err = instant("to", in.To, now); err != nil {
		return q, err
	}
	if in.PartitionKey != nil {
		q.key = new(strings.Clone(*in.PartitionKey))
	}
	q.places, err = s.beginnings(ctx, st, q.from, latest)
	return q, err
}

// instant reads a time or an age; nothing is 0.
func instant(name, text string, now shardlog.Millis) (shardlog.Millis, error) {
	if text == "" {
		return 0, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return max(shardlog.MillisOf(t), 1), nil
	}
	age, ok := strings.CutPrefix(text, "-")
	d, err := time.ParseDuration(age)
	if !ok || err != nil || d < 0 {
		return 0, errInstant(name, text)
	}
	return max(now-shardlog.Millis(d.Milliseconds()), 1), nil
}

// beginnings returns the places of the shards with which reading begins: of those
// that were open at from or later, the ones whose parents are not among them.
func (s *Service) beginnings(ctx context.Context, st *stream, from shardlog.Millis, latest bool) ([]bookmark, error) {
	l := lineageNow(st, now(), s.horizon(st))
	from = max(from, l.horizon)
	has := func(sh *shard) bool { return l.since(sh, from) }
	if latest {
		has = (*shard).isOpen
	}
	among := map[uint32]bool{}
	for _, sh := range st.shards {
		among[sh.number] = has(sh)
	}
	var places []bookmark
	for _, sh := range st.shards {
		if !among[sh.number] || st.shard(sh.number) == nil || anyOf(sh.Parents, among) {
			continue
		}
		p := bookmark{shard: sh.number, next: s.log.State(st.ref(sh)).Next}
		if !latest {
			var err error
			if p.next, err = s.log.Find(ctx, st.ref(sh), from); err != nil {
				return nil, err
			}
		}
		places = append(places, p)
	}
	return places, nil
}

func anyOf(numbers []uint32, among map[uint32]bool) bool {
	for _, n := range numbers {
		if among[n] {
			return true
		}
	}
	return false
}

// readMerged reads, and waits if it has to.
func (s *Service) readMerged(ctx context.Context, st *stream, q recordsQuery) (*extapi.Records, error) {
	patience, waits := ctx.Value(patienceKey{}).(Patience)
	waiting := ctx
	if waits {
		var end context.CancelFunc
		waiting, end = context.WithTimeout(ctx, patience.For)
		defer end()
		defer context.AfterFunc(patience.Until, end)()
	}
	for {
		m := s.newMerge(st, q)
		out, err := m.read(ctx)
		if err != nil || len(out.Records) > 0 || !out.CaughtUp || out.Done || !waits || waiting.Err() != nil {
			return out, err
		}
		if err := m.await(waiting); err != nil {
			if waiting.Err() != nil && ctx.Err() == nil {
				return out, nil
			}
			return nil, err
		}
		q.places = m.places()
		if st = s.catalog.now().byID[st.id]; st == nil {
			return nil, shardlog.ErrDropped
		}
	}
}

// recordOf describes a record of sh.
func recordOf(sh *shard, r *shardlog.Record) extapi.Record {
	d := extapi.Record{
		ShardID:        sh.id,
		SequenceNumber: sh.sequence(r.Offset, r.Stamp).String(),
		Arrived:        r.Arrival.Time(),
		PartitionKey:   r.Key,
		Data:           r.Data,
	}
	if utf8.Valid(r.Data) {
		d.Text = new(string(r.Data))
	}
	return d
}
