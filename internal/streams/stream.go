package streams

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// streamKey is where a stream's name is looked up.
type streamKey struct{ account, region, name string }

// compare orders keys, those of an account and region by name.
func (k streamKey) compare(o streamKey) int {
	return cmp.Or(
		strings.Compare(k.account, o.account),
		strings.Compare(k.region, o.region),
		strings.Compare(k.name, o.name),
	)
}

// clone copies k with its bytes.
func (k streamKey) clone() streamKey {
	return streamKey{strings.Clone(k.account), strings.Clone(k.region), strings.Clone(k.name)}
}

// streamDocument is what the store keeps of a stream, besides its shards.
type streamDocument struct {
	// ID is the stream's id in the log, in hexadecimal.
	ID     string               `json:"id"`
	Status kinesis.StreamStatus `json:"status"`
	// Since is when the stream entered Status.
	Since shardlog.Millis `json:"since"`
	// Created is StreamCreationTimestamp, a whole second.
	Created        int64              `json:"created"`
	Mode           kinesis.StreamMode `json:"mode"`
	RetentionHours int32              `json:"retentionHours"`
	MaxRecordKiB   int32              `json:"maxRecordKiB"`
	// Distribution is empty if nobody named one. It holds while Mode is ON_DEMAND.
	Distribution kinesis.RecordDistributionStrategy `json:"distribution,omitempty"`
	// ModeChanges are when Mode was changed last, the latest at the end.
	ModeChanges []shardlog.Millis `json:"modeChanges,omitempty"`
	// WarmMiBps is what an on-demand stream is to be warm for, 0 if nobody asked.
	WarmMiBps int32 `json:"warmMiBps,omitempty"`
	// Target is the number of shards that a stream in UPDATING is being brought to,
	// 0 if it is not.
	Target int `json:"target,omitempty"`
	// Scalings is when UpdateShardCount was called in the last 24 hours.
	Scalings []shardlog.Millis `json:"scalings,omitempty"`
	// Encryption is how records are encrypted, nil if they are not; Encrypting is how
	// they will be when an UPDATING ends that is for that, else nil.
	Encryption *encryptionDocument `json:"encryption,omitempty"`
	Encrypting *encryptionDocument `json:"encrypting,omitempty"`
	// EncryptedBefore is how records were encrypted until that was stopped last, nil if
	// it never was: some of them may be there still.
	EncryptedBefore *encryptionDocument `json:"encryptedBefore,omitempty"`
	// EncryptionStarts and EncryptionStops are when encryption was started and stopped
	// in the last 24 hours.
	EncryptionStarts []shardlog.Millis `json:"encryptionStarts,omitempty"`
	EncryptionStops  []shardlog.Millis `json:"encryptionStops,omitempty"`
	// Peaks are those of an on-demand stream's last days (on_demand.go).
	Peaks peaks `json:"peaks,omitempty"`
	// NextShard is the number that the next shard gets.
	NextShard uint32            `json:"nextShard"`
	Tags      map[string]string `json:"tags,omitempty"`
	// Monitoring are the metrics of shards that are on, some of shardMetrics in their
	// order.
	Monitoring []kinesis.MetricsName `json:"monitoring,omitempty"`
	// Policy is the stream's resource policy, empty if it has none.
	Policy string `json:"policy,omitempty"`
	// ConsumerGone is the latest creation of a consumer that is gone: those that
	// come after it are created later, so that no ARN is used twice.
	ConsumerGone int64 `json:"consumerGone,omitempty"`
	// Paused is when writes were paused, 0 if they are not.
	Paused shardlog.Millis `json:"paused,omitempty"`
	// Clone says what the stream is a copy of, nil if of nothing.
	Clone *cloneDocument `json:"clone,omitempty"`
}

// stream is a stream in a snapshot; it never changes.
type stream struct {
	streamKey
	streamDocument
	id shardlog.StreamID
	// version is that of the stream's document, which every change of the
	// stream or of a shard rewrites.
	version meta.Version

	shards []*shard // all, by number

	// The ring: the shards that take puts by the start of their range, and
	// beside them, at the same indices, the arcs, which are what a put searches.
	ring []*shard
	arcs arcs

	consumers []*consumer // by name
	queues    []*queue    // by number

	children map[uint32][]*shard // by the parent's number; PENDING ones are not there

	// limits are the rates that hold for the shards, nil if none do. The catalog
	// sets them before st is in a snapshot (profiles.go).
	limits *limits.Profile

	shared *policy.Named // Policy, read; nil if there is none
}

func newStream(key streamKey, id shardlog.StreamID, doc streamDocument, shards []*shard) *stream {
	st := &stream{streamKey: key, streamDocument: doc, id: id, shards: shards, children: map[uint32][]*shard{}, shared: readPolicy(doc.Policy)}
	for _, sh := range shards {
		if sh.State == pending {
			continue
		}
		for _, parent := range sh.Parents {
			st.children[parent] = append(st.children[parent], sh)
		}
	}
	st.ring = ringOf(shards, (*shard).isOpen)
	st.arcs = arcsOf(st.ring)
	return st
}

// shard returns the shard of that number that a caller may see, or nil.
func (st *stream) shard(number uint32) *shard {
	if st.Status == kinesis.StreamStatusCreating {
		return nil
	}
	i := st.place(number)
	if i < 0 || st.shards[i].State == pending {
		return nil
	}
	return st.shards[i]
}

// place returns where in st.shards the shard of that number is, -1 if there is none.
func (st *stream) place(number uint32) int {
	i, ok := slices.BinarySearchFunc(st.shards, number, func(sh *shard, n uint32) int { return cmp.Compare(sh.number, n) })
	if !ok {
		return -1
	}
	return i
}

// shows reports whether a reader finds the shard of that number when the trim
// horizon is horizon: it is there and has not expired.
func (st *stream) shows(number uint32, horizon shardlog.Millis) bool {
	sh := st.shard(number)
	return sh != nil && (sh.State != closed || sh.Closed >= horizon)
}

// takesPuts reports whether records may be put, in ACTIVE and UPDATING.
func (st *stream) takesPuts() bool {
	return st.Status == kinesis.StreamStatusActive || st.Status == kinesis.StreamStatusUpdating
}

// ref names a shard to the log.
func (st *stream) ref(sh *shard) shardlog.Shard {
	return shardlog.Shard{Stream: st.id, Number: sh.number}
}

// horizon is the trim horizon at now: what arrived before is not shown.
func (st *stream) horizon(now shardlog.Millis) shardlog.Millis {
	return now - shardlog.Millis(st.retention().Milliseconds())
}

// revised returns st with another document and other shards, which the caller
// gives up. Its version, its consumers and its queues are those of st: a change that
// is based on st.
func (st *stream) revised(doc streamDocument, shards []*shard) *stream {
	next := newStream(st.streamKey, st.id, doc, shards)
	next.version, next.consumers, next.queues = st.version, st.consumers, st.queues
	return next
}

// entering returns st's document with a status that is entered at now.
func (st *stream) entering(status kinesis.StreamStatus, now time.Time) streamDocument {
	doc := st.streamDocument
	doc.Status, doc.Since = status, shardlog.MillisOf(now)
	return doc
}
