package streams

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// queueDocument is what the store keeps of a queue, besides what was delivered
// (delivery_document.go).
type queueDocument struct {
	Name   string              `json:"name"`
	Status kinesis.QueueStatus `json:"status"`
	// Since is when the queue entered Status.
	Since shardlog.Millis `json:"since"`
	// Created is QueueCreationTimestamp, a whole second.
	Created int64 `json:"created"`
	// Start is where the queue begins, as it was asked for; Asked is the Timestamp
	// of AT_TIMESTAMP, and Position the instant that became of it.
	Start    kinesis.QueueStartingPositionType `json:"start"`
	Asked    shardlog.Millis                   `json:"asked,omitempty"`
	Position shardlog.Millis                   `json:"position"`
	// From are the offsets of that in the shards that there were at creation. In one
	// that is not there the queue begins at the beginning.
	From map[uint32]shardlog.Offset `json:"from,omitempty"`

	queueAttributes
	// Next are the attributes that take the place of the others when UPDATING ends.
	Next   *queueAttributes  `json:"next,omitempty"`
	Tags   map[string]string `json:"tags,omitempty"`
	Policy string            `json:"policy,omitempty"`
}

// queueAttributes is what UpdateQueue can change.
type queueAttributes struct {
	// Visibility is VisibilityTimeoutSeconds.
	Visibility int32 `json:"visibility"`
	// MaxReceives is MaxReceiveCount, 0 if there are no dead letters.
	MaxReceives int32 `json:"maxReceives,omitempty"`
}

// queueID names a queue for ever. The number is random.
type queueID struct {
	stream shardlog.StreamID
	number uint64
}

func (id queueID) String() string { return fmt.Sprintf("%s%016x", id.stream, id.number) }

const queueIDLength = 32 + 16

// parseQueueID reads what String wrote.
func parseQueueID(s string) (queueID, bool) {
	if len(s) != queueIDLength || strings.ToLower(s) != s {
		return queueID{}, false
	}
	stream, err := shardlog.ParseStreamID(s[:32])
	number, failed := strconv.ParseUint(s[32:], 16, 64)
	return queueID{stream, number}, err == nil && failed == nil
}

// queue is a queue in a snapshot; it never changes.
type queue struct {
	queueDocument
	id     queueID
	shared *policy.Named // Policy, read; nil if there is none
}

func newQueue(id queueID, doc queueDocument) *queue { return &queue{doc, id, readPolicy(doc.Policy)} }

// revised returns q with another document.
func (q *queue) revised(doc queueDocument) *queue { return newQueue(q.id, doc) }

// entering returns q with a status that is entered at now.
func (q *queue) entering(status kinesis.QueueStatus, now time.Time) *queue {
	doc := q.queueDocument
	doc.Status, doc.Since = status, shardlog.MillisOf(now)
	return q.revised(doc)
}

// settled returns q as its transition leaves it at now, nil if it is gone then.
func (q *queue) settled(now time.Time) *queue {
	if q.Status == kinesis.QueueStatusDeleting {
		return nil
	}
	next := q.entering(kinesis.QueueStatusActive, now)
	if next.Next != nil {
		next.queueAttributes, next.Next = *next.Next, nil
	}
	return next
}

func (q *queue) inTransition() bool { return q.Status != kinesis.QueueStatusActive }

// delivers reports whether records are received from q: an update stops nothing.
func (q *queue) delivers() bool {
	return q.Status == kinesis.QueueStatusActive || q.Status == kinesis.QueueStatusUpdating
}

func (q *queue) creation() *time.Time { return new(time.Unix(q.Created, 0).UTC()) }

// arn returns the ARN of q, a queue of the stream at k: it says nothing of names.
func (q *queue) arn(k streamKey) string {
	return "arn:" + partitionOf(k.region) + ":kinesis:" + k.region + ":" + k.account + ":queue/" + q.id.String()
}

// describe returns q, a queue of st, as AWS describes it.
func (q *queue) describe(st *stream) *kinesis.QueueDescription {
	attributes := q.queueAttributes
	if q.Next != nil {
		attributes = *q.Next
	}
	return &kinesis.QueueDescription{
		QueueName:              &q.Name,
		QueueARN:               new(q.arn(st.streamKey)),
		QueueStatus:            &q.Status,
		QueueCreationTimestamp: q.creation(),
		StreamConfigurationList: []kinesis.QueueStreamConfiguration{{
			StreamARN: new(st.arn()), StartingPosition: q.startingPosition()}},
		QueueAttributes: attributes.describe(),
	}
}

// startingPosition is in CREATING what was asked for, and then the instant that
// became of it (API, QueueStartingPosition).
func (q *queue) startingPosition() *kinesis.QueueStartingPosition {
	p := &kinesis.QueueStartingPosition{Type: &q.Start, Timestamp: timeOrNil(q.Position)}
	if q.Status == kinesis.QueueStatusCreating {
		p.Timestamp = timeOrNil(q.Asked)
	}
	return p
}

func (a queueAttributes) describe() *kinesis.QueueAttributes {
	dead := &kinesis.DeadLetterConfiguration{TargetType: new(kinesis.TargetTypeNone)}
	if a.MaxReceives > 0 {
		dead = &kinesis.DeadLetterConfiguration{TargetType: new(kinesis.TargetTypeBuiltIn), MaxReceiveCount: &a.MaxReceives}
	}
	return &kinesis.QueueAttributes{VisibilityTimeoutSeconds: &a.Visibility, DeadLetterConfiguration: dead}
}

// amended returns a as in asks for it; what in does not name stays. That
// MaxReceiveCount means nothing beside NONE is not documented.
func (a queueAttributes) amended(in *kinesis.QueueAttributes) (queueAttributes, error) {
	if in == nil {
		return a, nil
	}
	if in.VisibilityTimeoutSeconds != nil {
		a.Visibility = *in.VisibilityTimeoutSeconds
	}
	if dead := in.DeadLetterConfiguration; dead != nil {
		switch {
		case *dead.TargetType == kinesis.TargetTypeNone:
			a.MaxReceives = 0
		case dead.MaxReceiveCount == nil:
			return a, errNoMaxReceiveCount()
		default:
			a.MaxReceives = *dead.MaxReceiveCount
		}
	}
	return a, nil
}

// queue returns the queue of st, which may be nil, of that number, or nil.
func (st *stream) queue(number uint64) *queue {
	if st == nil {
		return nil
	}
	at, found := st.findQueue(number)
	if !found {
		return nil
	}
	return st.queues[at]
}

func (st *stream) findQueue(number uint64) (at int, found bool) {
	return slices.BinarySearchFunc(st.queues, number, func(q *queue, number uint64) int { return cmp.Compare(q.id.number, number) })
}

// withQueue returns st with q as a queue, in the place of the one that has its
// number.
func (st *stream) withQueue(q *queue) *stream {
	next := *st
	at, found := st.findQueue(q.id.number)
	next.queues = slices.Clone(st.queues)
	if found {
		next.queues[at] = q
	} else {
		next.queues = slices.Insert(next.queues, at, q)
	}
	return &next
}

// withoutQueue returns st without its queue q.
func (st *stream) withoutQueue(q *queue) *stream {
	next := *st
	next.queues = slices.DeleteFunc(slices.Clone(st.queues), func(other *queue) bool { return other.id == q.id })
	return &next
}
