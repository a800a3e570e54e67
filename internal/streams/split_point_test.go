package streams

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

var wholeRing = hashRange{hashKey{}, maxHashKey}

// heatAt is the heat of a shard whose load lies at those keys in turn.
func heatAt(keys ...hashKey) *heat {
	h := new(heat)
	for i := range 40 { // which are all kept
		h.put(keys[i%len(keys)], "k", 100, 1)
	}
	return h
}

// Whatever the range and the load, the point is one that SplitShard takes, and the
// load of the larger side is what it is said to be.
func TestSplitPointIsGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 5))
		a, b := hashKey{word.Draw(t, "hi"), word.Draw(t, "lo")}, hashKey{word.Draw(t, "hi"), word.Draw(t, "lo")}
		if b.less(a) {
			a, b = b, a
		}
		r := hashRange{a, b}
		h := new(heat)
		for range rapid.IntRange(0, 64).Draw(t, "places") {
			at := rapid.SampledFrom([]hashKey{a, b, a.next(), r.middle(), b.prev()}).Draw(t, "place")
			if at.less(a) || b.less(at) {
				at = a
			}
			h.put(at, "k", rapid.IntRange(0, 10).Draw(t, "kib")*1024, 1)
		}
		at, larger, ok := h.splitPoint(r)
		if small := !a.next().next().less(b); ok && !r.splitsAt(at) || ok == small {
			t.Fatalf("%s to %s is split at %s, %v", a, b, at, ok)
		}
		list, load := h.places()
		if !ok || len(list) < placesEnough {
			return
		}
		below := 0.0
		for _, p := range list {
			if p.at.less(at) {
				below += p.load
			}
		}
		if got := max(below, load-below) / load; got < larger-1e-9 || got > larger+1e-9 {
			t.Fatalf("split at %s the larger side has %v, want %v", at, got, larger)
		}
	})
}

func TestSplitPointFollowsTheLoad(t *testing.T) {
	quarter := hashKey{1 << 62, 0}
	middle := hashKey{1 << 63, 0}
	f := func(h *heat, wantAt hashKey, wantLarger float64) {
		t.Helper()
		at, larger, ok := h.splitPoint(wholeRing)
		if at != wantAt || larger < wantLarger-0.01 || larger > wantLarger+0.01 || !ok {
			t.Errorf("split at %s, larger side %v, want %s, %v", at, larger, wantAt, wantLarger)
		}
	}
	f(nil, middle, 0.5)
	f(new(heat), middle, 0.5)
	f(heatAt(quarter, maxHashKey), middle, 0.5)
	// All load lies in one quarter: it is divided there.
	f(heatAt(hashKey{1, 0}, hashKey{2, 0}, hashKey{3, 0}, hashKey{4, 0}), hashKey{2, 1}, 0.5)
	// One key has it all: that is no better anywhere.
	f(heatAt(quarter), middle, 1)
	// One key has three in five, the others are beside it.
	f(heatAt(quarter, quarter, quarter, hashKey{1, 0}, hashKey{2, 0}), hashKey{2, 1}, 0.6)
}

// A sample of the load is enough: the two sides differ by little.
func TestSplitPointOfManyKeys(t *testing.T) {
	h := new(heat)
	for range 100000 { // between 2^120 and 2^121
		h.put(hashKey{1<<56 + rand.Uint64N(1<<56), rand.Uint64()}, "k", 100, 1)
	}
	at, _, ok := h.splitPoint(wholeRing)
	if share := float64(at.hi-1<<56) / (1 << 56); !ok || share < 0.2 || share > 0.8 {
		t.Errorf("the load is split at %v of its range", share)
	}
}
