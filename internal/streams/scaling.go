package streams

import "slices"

// Scaling brings a stream to a number of shards that are alike, by splits and
// merges only: every child has one parent or two, as consumers expect.
//
// The stream's document has the target, for as long as it is UPDATING. A round is
// what one commit of a reshard begins, several replacements at once; it follows
// from the ring and the target alone:
//
//   - a shard that the beginning of a target range lies in is split there, at the
//     middle one if there are several;
//   - two neighbours that lie in one target range are merged.
//
// Each replacement makes one beginning that is missing or takes one away that is
// too many, and as long as there is any of them there is a round; so the rounds
// come to an end, and the ring is the target then. The commit that ends a round
// begins the next (handedOver). A crash leaves a round that is under way and the
// target, and the next start goes on from there.
//
// Rounds are bounded, so that a stream of many shards is not held by one long
// commit: puts to a shard that was sealed wait for the commit, and so do other
// changes of the catalog.

// roundMost is how many replacements a round has at the most.
const roundMost = 500

// slack is how far from where an even division would begin it a range may begin,
// in keys, if one begins there already. A third of the ring and two sixths of it
// differ by a key, since both are rounded: to split off that one key and merge it
// away again would be for nothing.
var slack = hashKey{lo: 1 << 20}

// scaling begins to bring st, which enters UPDATING with doc, to target shards.
func (st *stream) scaling(doc streamDocument, target int) *stream {
	doc.Target = target
	return st.replacing(doc, round(st.ring, target))
}

// round returns the replacements of the next round of a scaling to target shards,
// none if the ring is there.
func round(ring []*shard, target int) []replacement {
	var rs []replacement
	starts := evenStarts(ring, target)
	for i := 0; i < len(ring) && len(rs) < roundMost; i++ {
		sh := ring[i]
		inside := startsIn(starts, sh)
		switch {
		case len(inside) > 0:
			rs = append(rs, splitAt(sh, inside[len(inside)/2]))
		case i+1 < len(ring) && mergeable(starts, ring[i+1]):
			rs = append(rs, mergeOf(sh, ring[i+1]))
			i++
		}
	}
	return rs
}

// startsIn returns the starts that lie above the first key of sh, and in sh.
func startsIn(starts []hashKey, sh *shard) []hashKey {
	return starts[upTo(starts, sh.Keys.Start):upTo(starts, sh.Keys.End)]
}

// upTo returns how many of starts are not above key.
func upTo(starts []hashKey, key hashKey) int {
	n, found := slices.BinarySearchFunc(starts, key, hashKey.compare)
	if found {
		n++
	}
	return n
}

// mergeable reports whether sh lies in one target range, and does not begin it.
func mergeable(starts []hashKey, sh *shard) bool {
	_, begins := slices.BinarySearchFunc(starts, sh.Keys.Start, hashKey.compare)
	return !begins && len(startsIn(starts, sh)) == 0
}

// evenStarts returns where n ranges that are alike begin, in order. Where a shard
// of the ring begins close to it, that is the place; so it is in all rounds of a
// scaling, for none takes that shard's beginning away or makes one that is closer.
func evenStarts(ring []*shard, n int) []hashKey {
	starts := make([]hashKey, n)
	for i, keys := range evenRanges(n) {
		starts[i] = keys.Start
		at, _ := slices.BinarySearchFunc(ring, keys.Start, func(sh *shard, k hashKey) int { return sh.Keys.Start.compare(k) })
		nearest := slack
		for _, sh := range ring[max(at-1, 0):min(at+1, len(ring))] {
			if d := sh.Keys.Start.distance(keys.Start); d.less(nearest) {
				starts[i], nearest = sh.Keys.Start, d
			}
		}
	}
	return starts
}
