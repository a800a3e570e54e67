package streams

import (
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// shardState is where a shard is in its life: PENDING → OPEN → CLOSING → CLOSED.
type shardState string

const (
	// pending shards will take over from shards that are closing. No caller
	// sees them.
	pending shardState = "PENDING"
	open    shardState = "OPEN"
	// closing shards take puts until the log has sealed them.
	closing shardState = "CLOSING"
	// closed shards are read until retention has passed.
	closed shardState = "CLOSED"
)

// shardDocument is what the store keeps of a shard.
type shardDocument struct {
	State shardState `json:"state"`
	// Parents are none, the shard that was split, or both that were merged:
	// ParentShardId first, then AdjacentParentShardId.
	Parents []uint32  `json:"parents,omitempty"`
	Keys    hashRange `json:"keys"`
	// Generation is the fence that the log checks entries against.
	Generation uint32 `json:"generation"`

	// Created is the creation that sequence numbers carry, in seconds: above
	// that of the parents, so that every number is above theirs.
	Created int64 `json:"created"`
	// Opened is when the shard took over: the parents' Closed, to the
	// millisecond, so that at every instant one shard holds each key.
	Opened shardlog.Millis `json:"opened"`

	// Set when the shard is CLOSED:

	Closed shardlog.Millis `json:"closed,omitempty"`
	// ClosedSecond is the arrival in EndingSequenceNumber; the children are
	// created one second later.
	ClosedSecond int64 `json:"closedSecond,omitempty"`
	// End is above every record's offset.
	End shardlog.Offset `json:"end,omitempty"`
}

// shard is a shard in a snapshot; it never changes, but for what live counts.
type shard struct {
	shardDocument
	number uint32
	id     string
	live   *liveShard
}

func newShard(number uint32, doc shardDocument) *shard {
	return &shard{shardDocument: doc, number: number, id: shardID(number), live: new(liveShard)}
}

// revised returns sh with another document.
func (sh *shard) revised(doc shardDocument) *shard {
	return &shard{shardDocument: doc, number: sh.number, id: sh.id, live: sh.live}
}

// isOpen reports whether the shard takes puts.
func (sh *shard) isOpen() bool { return sh.State == open || sh.State == closing }

func (sh *shard) numbering() numbering { return numbering{sh.number, sh.Created} }

// sequence returns the number of the record at offset.
func (sh *shard) sequence(offset shardlog.Offset, stamp shardlog.Millis) sequenceNumber {
	return sh.numbering().sequence(offset, stamp)
}

// passed returns a number that lies between those of the records below next and
// those from it on. At a later time it is a higher one.
func (sh *shard) passed(next shardlog.Offset, now shardlog.Millis) sequenceNumber {
	n := sequenceNumber{created: uint64(sh.Created), index: uint64(next), shard: sh.number, version: 2, passed: true}
	n.arrival = uint64(now / 1000)
	return n
}

// starting is StartingSequenceNumber: below every record.
func (sh *shard) starting() sequenceNumber {
	return sequenceNumber{created: uint64(sh.Created), arrival: uint64(sh.Created), shard: sh.number, version: 2}
}

// ending is the EndingSequenceNumber of a closed shard: above every record.
func (sh *shard) ending() sequenceNumber {
	return sequenceNumber{
		created: uint64(sh.Created),
		index:   sequenceIndexMax,
		arrival: uint64(sh.ClosedSecond),
		shard:   sh.number,
		version: 2,
	}
}

// shardID returns the normal form of an id. A number that a forged sequence
// number carries with its top bit set prints as a negative one (observed).
func shardID(number uint32) string {
	return fmt.Sprintf("shardId-%012d", int32(number))
}

// shardIDLength is that of the normal form of an id that is not forged.
const shardIDLength = len("shardId-") + 12

// appendShardID appends shardID(number), number being at most
// limits.ShardNumberMax.
func appendShardID(dst []byte, number uint32) []byte {
	at := len(dst)
	dst = append(dst, "shardId-000000000000"...)
	putDigits(dst[at+len("shardId-"):], uint64(number))
	return dst
}

// parseShardID reads an id as loosely as AWS: what counts is the decimal number
// after the first hyphen, or the whole if there is none (observed).
func parseShardID(id string) (uint32, bool) {
	digits := id
	if _, after, found := strings.Cut(id, "-"); found {
		digits = after
	}
	if digits == "" {
		return 0, false
	}
	var n uint64
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		if n = n*10 + uint64(d); n > limits.ShardNumberMax {
			return 0, false
		}
	}
	return uint32(n), true
}
