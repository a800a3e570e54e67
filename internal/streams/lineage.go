package streams

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// lineage is a stream's family of shards as it stood at one instant.
//
// A shard was open from Opened, included, to Closed, excluded, and a child's
// Opened is its parents' Closed: so the shards that were open at any instant
// divide the ring. AWS's prose includes both ends, which would return a parent
// together with its child; the KCL does not start on such a list, nor on one
// with a hole (data-streams.md 12).
type lineage struct {
	st *stream
	// asOf is the instant. What happened later is not shown, so that the pages
	// of one listing agree.
	asOf shardlog.Millis
	// horizon is the trim horizon at asOf, or now if that is earlier. Shards that
	// closed before it have expired.
	horizon shardlog.Millis
}

// lineageNow returns st's family at now, when its trim horizon is horizon; a
// moment later if the clock ran back behind the newest shard.
func lineageNow(st *stream, now, horizon shardlog.Millis) lineage {
	for _, sh := range st.shards {
		if sh.State != pending {
			now = max(now, sh.Opened)
		}
	}
	return lineageAt(st, now, horizon)
}

// lineageAt returns it at asOf. That may lie ahead of the clock, but what is not
// too old yet has not expired.
func lineageAt(st *stream, asOf, horizon shardlog.Millis) lineage {
	return lineage{st, asOf, min(st.horizon(asOf), horizon)}
}

// clamp moves t to where there is something to be seen: an instant before the
// trim horizon or before the stream means the oldest that is left.
func (l lineage) clamp(t shardlog.Millis) shardlog.Millis {
	return min(max(t, l.horizon, shardlog.Millis(l.st.Created)*1000), l.asOf)
}

// exists reports whether a caller sees sh at all.
func (l lineage) exists(sh *shard) bool {
	return sh.State != pending && sh.Opened <= l.asOf && (!l.closed(sh) || sh.Closed >= l.horizon)
}

// closed reports whether sh was closed by then.
func (l lineage) closed(sh *shard) bool {
	return sh.State == closed && sh.Closed <= l.asOf
}

// openAt reports whether sh was open at t, which is clamped.
func (l lineage) openAt(sh *shard, t shardlog.Millis) bool {
	return l.exists(sh) && sh.Opened <= t && (sh.State != closed || t < sh.Closed)
}

// since reports whether sh was open at t or later.
func (l lineage) since(sh *shard, t shardlog.Millis) bool {
	return l.exists(sh) && (!l.closed(sh) || sh.Closed >= t)
}

// describe returns sh as AWS describes it. Only closed shards have an
// EndingSequenceNumber.
func (l lineage) describe(sh *shard) kinesis.Shard {
	d := kinesis.Shard{
		ShardId:             &sh.id,
		HashKeyRange:        sh.Keys.describe(),
		SequenceNumberRange: &kinesis.SequenceNumberRange{StartingSequenceNumber: new(sh.starting().String())},
	}
	if l.closed(sh) {
		d.SequenceNumberRange.EndingSequenceNumber = new(sh.ending().String())
	}
	if len(sh.Parents) > 0 {
		d.ParentShardId = new(shardID(sh.Parents[0]))
	}
	if len(sh.Parents) > 1 {
		d.AdjacentParentShardId = new(shardID(sh.Parents[1]))
	}
	return d
}

func (r hashRange) describe() *kinesis.HashKeyRange {
	return &kinesis.HashKeyRange{StartingHashKey: new(r.Start.String()), EndingHashKey: new(r.End.String())}
}

// childShards returns what GetRecords tells of the shards that took over from a
// closed one. Every child names all its parents, two after a merge, which the
// KCL insists on.
func (st *stream) childShards(sh *shard) []kinesis.ChildShard {
	var list []kinesis.ChildShard
	for _, child := range st.children[sh.number] {
		parents := make([]string, len(child.Parents))
		for i, p := range child.Parents {
			parents[i] = shardID(p)
		}
		list = append(list, kinesis.ChildShard{
			ShardId:      &child.id,
			ParentShards: parents,
			HashKeyRange: child.Keys.describe(),
		})
	}
	return list
}
