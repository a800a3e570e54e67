package streams

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// CreateQueue makes a queue of an on-demand stream that is ACTIVE or UPDATING:
// CREATING, then ACTIVE. The answer describes it as CREATING, also where there is no
// delay and the next answer will say ACTIVE. Where the queue begins is fixed now. Its
// name is its own in the account and region, its ARN never used twice. Queues and
// consumers share a limit. The order of the checks is not documented.
func (s *Service) CreateQueue(ctx context.Context, caller access.Caller, in *kinesis.CreateQueueInput) (*kinesis.CreateQueueOutput, error) {
	if len(in.StreamConfigurationList) != 1 {
		return nil, errQueueStreams(len(in.StreamConfigurationList))
	}
	doc, err := newQueueDocument(in, time.Now())
	if err != nil {
		return nil, err
	}
	st, err := s.find(caller, nil, in.StreamConfigurationList[0].StreamARN)
	if err != nil {
		return nil, err
	}
	if err := s.beginQueueAt(ctx, st, &doc); err != nil {
		return nil, err
	}
	q := newQueue(queueID{st.id, randomNumber()}, doc)
	st, err = s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != st.id {
			return nil, errNoStream(st.streamKey)
		}
		if err := s.checkQueue(old, q); err != nil {
			return nil, err
		}
		if q.Start == kinesis.QueueStartingPositionTypeLatest {
			q.Position, q.From = now(), s.ends(old)
		}
		return s.begun(old, q), nil
	})
	s.poke() // it may be in doubt whether the change was written
	if err != nil {
		return nil, err
	}
	return &kinesis.CreateQueueOutput{QueueDescription: q.describe(st)}, nil
}

func randomNumber() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:])
}

// newQueueDocument returns what in asks for, with AWS's defaults, but for where the
// queue begins.
func newQueueDocument(in *kinesis.CreateQueueInput, now time.Time) (queueDocument, error) {
	doc := queueDocument{
		Name:    strings.Clone(*in.QueueName),
		Status:  kinesis.QueueStatusCreating,
		Since:   shardlog.MillisOf(now),
		Created: now.Unix(),
		Start:   kinesis.QueueStartingPositionTypeLatest,
		Tags:    cloneTags(in.Tags),
	}
	var err error
	doc.queueAttributes, err = queueAttributes{limits.QueueVisibility, limits.QueueMaxReceives}.amended(in.QueueAttributes)
	if err != nil {
		return doc, err
	}
	from := in.StreamConfigurationList[0].StartingPosition
	if from == nil {
		return doc, nil
	}
	doc.Start = kinesis.QueueStartingPositionType(strings.Clone(string(*from.Type)))
	timed := doc.Start == kinesis.QueueStartingPositionTypeAtTimestamp
	switch {
	case timed && from.Timestamp == nil:
		return doc, errPositionWants(doc.Start, "requires")
	case !timed && from.Timestamp != nil:
		return doc, errPositionWants(doc.Start, "does not allow")
	case timed && from.Timestamp.After(now):
		return doc, errPositionAhead() // not documented
	case timed:
		doc.Asked = shardlog.MillisOf(*from.Timestamp)
	}
	return doc, nil
}

// beginQueueAt fixes where doc, a queue of st, begins; LATEST is fixed by the
// commit. What lies in the past stays where it is: a record that arrives later, and
// a shard, lie behind it.
func (s *Service) beginQueueAt(ctx context.Context, st *stream, doc *queueDocument) error {
	doc.Position = lineageNow(st, now(), s.horizon(st)).clamp(doc.Asked)
	if doc.Start != kinesis.QueueStartingPositionTypeAtTimestamp {
		return nil
	}
	doc.From = map[uint32]shardlog.Offset{}
	for _, sh := range st.shards {
		offset, err := s.log.Find(ctx, st.ref(sh), doc.Position)
		if err != nil {
			return errRead(st, sh.number, err)
		}
		if offset > 0 {
			doc.From[sh.number] = offset
		}
	}
	return nil
}

// ends returns where the next record of each of st's shards will lie. A shard that is
// not there yet begins behind them.
func (s *Service) ends(st *stream) map[uint32]shardlog.Offset {
	ends := map[uint32]shardlog.Offset{}
	for _, sh := range st.shards {
		if next := s.log.State(st.ref(sh)).Next; next > 0 {
			ends[sh.number] = next
		}
	}
	return ends
}

// checkQueue judges whether st may get the queue q.
func (s *Service) checkQueue(st *stream, q *queue) error {
	switch changing, taken := s.queuesOf(st.streamKey, q.Name); {
	case !st.takesPuts():
		return errNotActive(st)
	case st.Mode != kinesis.StreamModeOnDemand:
		return errQueueProvisioned(st.streamKey)
	case taken:
		return errQueueExists(st.streamKey, q.Name)
	case st.readers() >= s.consumerLimit(st.streamKey):
		return errQueueLimit(st.streamKey, s.consumerLimit(st.streamKey))
	case changing >= limits.QueuesChanging:
		return errQueuesChanging(st.streamKey, limits.QueuesChanging)
	}
	return checkTags(st.streamKey, q.Tags)
}

// queuesOf counts the queues in CREATING or DELETING of key's account and region,
// and says whether one of all has that name.
func (s *Service) queuesOf(key streamKey, name string) (changing int, taken bool) {
	for _, st := range s.catalog.now().of(streamKey{account: key.account, region: key.region}) {
		for _, q := range st.queues {
			if q.Status == kinesis.QueueStatusCreating || q.Status == kinesis.QueueStatusDeleting {
				changing++
			}
			taken = taken || q.Name == name
		}
	}
	return changing, taken
}
