package streams

import (
	"cmp"
	"slices"
)

const (
	// placesEnough is how many places must be known for them to be believed.
	placesEnough = 16
	// middleGood is the least share of the load on either side at which a shard is
	// split in the middle of its range: what is known of the load is a sample, and
	// ranges that are alike are better for what comes.
	middleGood = 0.35
)

// splitPoint returns at which key a shard of that range is best split, so that the
// load of both sides is alike, and the share of the side that has more. It reports
// false if the range is too small to be split (API, SplitShard). h may be nil: then
// the middle is as good as any.
func (h *heat) splitPoint(keys hashRange) (at hashKey, larger float64, ok bool) {
	middle := keys.middle()
	if !keys.splitsAt(middle) {
		return hashKey{}, 0, false
	}
	list, load := h.places()
	if len(list) < placesEnough {
		return middle, 0.5, true
	}
	at, larger = middle, 1
	below := 0.0 // the load below list[i]
	consider := func(key hashKey, below float64) {
		if share := max(below, load-below) / load; share < larger && keys.splitsAt(key) {
			at, larger = key, share
		}
	}
	inMiddle := 0.0
	for i := 0; i < len(list); {
		place := list[i].at
		consider(place, below)
		for ; i < len(list) && list[i].at == place; i++ {
			below += list[i].load
		}
		consider(place.next(), below)
		if place.less(middle) {
			inMiddle = below
		}
	}
	if share := max(inMiddle, load-inMiddle) / load; share <= 1-middleGood {
		return middle, share, true
	}
	return at, larger, true
}

// places returns the places of the load in the order of their keys, and the load
// of them together; none if h is nil.
func (h *heat) places() (list []place, load float64) {
	if h == nil {
		return nil, 0
	}
	h.mu.Lock()
	p := &h.mu.places
	list = slices.Clone(p.list[:min(p.seen, len(p.list))])
	h.mu.Unlock()
	slices.SortFunc(list, func(a, b place) int { return cmp.Or(a.at.compare(b.at)) })
	for _, x := range list {
		load += x.load
	}
	return list, load
}

// middle is the first key of the second half of r.
func (r hashRange) middle() hashKey {
	w := r.End.distance(r.Start)
	return r.Start.plus(hashKey{w.hi >> 1, w.lo>>1 | w.hi<<63}).next()
}

// splitsAt reports whether a shard of r may be split at key (section 11).
func (r hashRange) splitsAt(key hashKey) bool {
	return r.Start.less(key) && r.Start.next().less(key) && key.less(r.End)
}
