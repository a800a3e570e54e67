package streams

import (
	"math/bits"
	"sort"

	"github.com/freshet/freshet/internal/shardlog"
)

// arc is one shard's part of the ring, with what a put needs of the shard. A put
// of 500 records to 10,000 shards meets 500 arcs that nobody has looked at for
// long, so what it needs is 40 bytes in one place, and not where the shards are.
type arc struct {
	start      hashKey
	live       *liveShard
	created    int64
	number     uint32
	generation uint32
}

func (a *arc) numbering() numbering { return numbering{a.number, a.created} }

// numbering is what a shard gives to the sequence numbers of its records.
type numbering struct {
	number  uint32
	created int64
}

// sequence returns the number of the record at offset.
func (n numbering) sequence(offset shardlog.Offset, stamp shardlog.Millis) sequenceNumber {
	return sequenceNumber{
		created: uint64(n.created),
		index:   uint64(offset) + 1, // the first record is strictly above starting
		arrival: uint64(stamp / 1000),
		shard:   n.number,
		version: 2,
	}
}

// arcs is a ring to look keys up in. Its zero value has none.
type arcs struct {
	// list is in the order of the starts; the first is 0, since the ring is
	// divided.
	list []arc
	// first says for each value of the highest bits of a key which arc the lowest
	// key with them is in. Where shards are alike that is the arc, or the one
	// before: halving would look at a dozen. It ends with the last arc.
	first []uint32
	shift int // of a key's high half
}

func arcsOf(ring []*shard) arcs {
	if len(ring) == 0 {
		return arcs{}
	}
	a := arcs{list: make([]arc, len(ring))}
	for i, sh := range ring {
		a.list[i] = arc{sh.Keys.Start, sh.live, sh.Created, sh.number, sh.Generation}
	}
	n := bits.Len(uint(len(ring)))
	a.shift = 64 - n
	a.first = make([]uint32, 1<<n+1)
	for i := range a.first[:1<<n] {
		lowest := hashKey{hi: uint64(i) << a.shift}
		above := sort.Search(len(a.list), func(j int) bool { return lowest.less(a.list[j].start) })
		a.first[i] = uint32(max(above-1, 0))
	}
	a.first[1<<n] = uint32(len(ring) - 1)
	return a
}

// at returns the index of the arc that key lies in. It panics if there is none.
func (a *arcs) at(key hashKey) int {
	if len(a.list) == 0 || key.less(a.list[0].start) {
		panic("streams: the open shards of a stream do not begin at hash key 0")
	}
	slot := key.hi >> a.shift
	lo, hi := int(a.first[slot]), int(a.first[slot+1])
	for lo < hi { // the last start that is not above key lies in [lo, hi]
		if mid := (lo + hi + 1) / 2; key.less(a.list[mid].start) {
			hi = mid - 1
		} else {
			lo = mid
		}
	}
	return lo
}
