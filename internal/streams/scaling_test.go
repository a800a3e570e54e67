package streams

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// ringFrom makes a ring of shards that begin at starts, the first of which is 0.
func ringFrom(starts []hashKey) []*shard {
	ring := make([]*shard, len(starts))
	for i, start := range starts {
		end := maxHashKey
		if i+1 < len(starts) {
			end = starts[i+1].prev()
		}
		ring[i] = newShard(uint32(i), shardDocument{State: open, Keys: hashRange{start, end}})
	}
	return ring
}

func startsOf(ring []*shard) []hashKey {
	starts := make([]hashKey, len(ring))
	for i, sh := range ring {
		starts[i] = sh.Keys.Start
	}
	return starts
}

// replaced is ring after a round, whose rules it checks: a shard is replaced once,
// one by two or two neighbours by one, and no key is lost.
func replaced(t rapid.TB, ring []*shard, rs []replacement) []*shard {
	t.Helper()
	gone := map[uint32]bool{}
	var starts []hashKey
	for _, r := range rs {
		var parents []*shard
		for _, number := range r.parents {
			if gone[number] {
				t.Fatalf("shard %d is replaced twice", number)
			}
			gone[number] = true
			parents = append(parents, ring[slices.IndexFunc(ring, func(sh *shard) bool { return sh.number == number })])
		}
		if len(r.parents)+len(r.ranges) != 3 {
			t.Fatalf("%d shards are replaced by %d", len(r.parents), len(r.ranges))
		}
		if parents[0].Keys.Start != r.ranges[0].Start || parents[len(parents)-1].Keys.End != r.ranges[len(r.ranges)-1].End {
			t.Fatalf("%v replaces %v", r.ranges, r.parents)
		}
		for _, keys := range r.ranges {
			starts = append(starts, keys.Start)
		}
	}
	for _, sh := range ring {
		if !gone[sh.number] {
			starts = append(starts, sh.Keys.Start)
		}
	}
	slices.SortFunc(starts, hashKey.compare)
	next := ringFrom(starts)
	if err := checkRing(next); err != nil {
		t.Fatal(err)
	}
	return next
}

// randomStarts draws where the shards of a ring begin: some anywhere, some next to
// each other or to where an even division begins.
func randomStarts(t *rapid.T) []hashKey {
	starts := []hashKey{{}}
	near := rapid.SampledFrom(evenRanges(rapid.IntRange(1, 40).Draw(t, "near")))
	for range rapid.IntRange(0, 60).Draw(t, "shards") {
		at := hashKey{rapid.Uint64().Draw(t, "high"), rapid.Uint64().Draw(t, "low")}
		if rapid.Bool().Draw(t, "is near") {
			at = near.Draw(t, "even").Start.plus(hashKey{lo: rapid.Uint64Range(0, 1<<21).Draw(t, "off")})
		}
		starts = append(starts, at)
	}
	if rapid.Bool().Draw(t, "is to have a last shard of one key") {
		starts = append(starts, maxHashKey)
	}
	slices.SortFunc(starts, hashKey.compare)
	return slices.Compact(starts)
}

// Whatever the ring is, rounds of splits and merges lead to as many shards as are
// asked for, that are alike, with no replacement more than there are ranges that
// begin in another place.
func TestRoundsLeadToTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := ringFrom(randomStarts(t))
		target := rapid.IntRange(1, 80).Draw(t, "target")
		want, before := evenStarts(ring, target), startsOf(ring)
		left := 0
		for _, start := range want {
			if !slices.Contains(before, start) {
				left++
			}
		}
		for _, start := range before {
			if !slices.Contains(want, start) {
				left++
			}
		}
		for {
			rs := round(ring, target)
			if len(rs) == 0 {
				break
			}
			left -= len(rs)
			ring = replaced(t, ring, rs)
		}
		if left != 0 || !slices.Equal(startsOf(ring), want) {
			t.Fatalf("%d replacements are left, the ring begins at %v, want %v", left, startsOf(ring), want)
		}
		for i, keys := range evenRanges(target) {
			if d := want[i].distance(keys.Start); !d.less(slack) {
				t.Fatalf("range %d begins %s keys from where it should", i, d)
			}
		}
	})
}

// To double and to halve takes one replacement for each shard or pair, although an
// even division of twice as many ranges does not quite begin where this one does.
func TestDoublingAndHalvingAreExact(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 7, 100, 333} {
		starts := startsOf(ringFrom(evenStarts(nil, n)))
		up := round(ringFrom(starts), 2*n)
		doubled := replaced(t, ringFrom(starts), up)
		down := round(doubled, n)
		again := replaced(t, doubled, down)
		wantEqual(t, len(up), n, "splits")
		wantEqual(t, len(down), n, "merges")
		wantEqual(t, slices.Equal(startsOf(again), starts), true, "being what it was")
	}
}

// A round is bounded, and the next goes on.
func TestARoundIsBounded(t *testing.T) {
	ring := ringFrom(evenStarts(nil, 1300))
	for _, want := range []int{roundMost, roundMost, 300, 0} {
		rs := round(ring, 2600)
		wantEqual(t, len(rs), want, "replacements")
		ring = replaced(t, ring, rs)
	}
}

func TestDistance(t *testing.T) {
	f := func(a, b, want hashKey) {
		t.Helper()
		wantEqual(t, a.distance(b), want, "distance")
		wantEqual(t, b.distance(a), want, "distance the other way")
	}
	f(hashKey{}, hashKey{}, hashKey{})
	f(hashKey{1, 0}, hashKey{0, 1<<64 - 1}, hashKey{0, 1})
	f(hashKey{}, maxHashKey, maxHashKey)
	f(hashKey{3, 5}, hashKey{1, 7}, hashKey{1, 1<<64 - 2})
}
