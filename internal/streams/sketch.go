package streams

import (
	"cmp"
	"hash/maphash"
	"slices"
)

const (
	// sketchKeys is how many keys a sketch counts: a key that has more than one in
	// so many of a shard's records is among them for sure.
	sketchKeys = 48
	// sketchKeyBytes is how much of a key is kept to be shown.
	sketchKeyBytes = 64
)

// sketch finds the most frequent of many keys in little memory, by counting only
// some (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k
// Elements in Data Streams, 2005): a key that is not counted takes the place of the
// rarest, and begins with its count, of which is remembered how much is not its own.
// So no count is too low, and none is too high by more than that.
//
// The zero value is empty. Its memory is bounded: a key's bytes are copied into room
// that is used again.
type sketch struct {
	n      int
	hashes [sketchKeys]uint64 // what a key is found by; the rest is at the same indices
	counts [sketchKeys]float64
	others [sketchKeys]float64 // how much of the count may be that of other keys
	keys   [sketchKeys][]byte
	total  float64
}

// keySeed is that of the hashes of all sketches.
var keySeed = maphash.MakeSeed()

// add counts a key that stands for weight records.
func (s *sketch) add(key string, weight float64) {
	s.total += weight
	hash := maphash.String(keySeed, key)
	for i, h := range s.hashes[:s.n] {
		if h == hash {
			s.counts[i] += weight
			return
		}
	}
	at := s.n
	if at < sketchKeys {
		s.n++
	} else {
		at = s.rarest()
	}
	s.hashes[at] = hash
	s.others[at] = s.counts[at]
	s.counts[at] += weight
	key = key[:min(len(key), sketchKeyBytes)]
	if cap(s.keys[at]) < len(key) {
		s.keys[at] = make([]byte, 0, len(key)) // append would make more of it
	}
	s.keys[at] = append(s.keys[at][:0], key...)
}

func (s *sketch) rarest() int {
	at := 0
	for i, c := range s.counts {
		if c < s.counts[at] {
			at = i
		}
	}
	return at
}

// fade makes all that was counted count half.
func (s *sketch) fade() {
	s.total /= 2
	for i := range s.n {
		s.counts[i] /= 2
		s.others[i] /= 2
	}
}

// keyShare is a key and the share that it surely has.
type keyShare struct {
	key   string // cut to sketchKeyBytes
	share float64
}

// top returns the most frequent keys, the first n of those that have one in a
// hundred or more.
func (s *sketch) top(n int) []keyShare {
	list := make([]keyShare, 0, s.n)
	for i := range s.n {
		if share := (s.counts[i] - s.others[i]) / s.total; share >= 0.01 {
			list = append(list, keyShare{string(s.keys[i]), share})
		}
	}
	slices.SortFunc(list, func(a, b keyShare) int { return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.key, b.key)) })
	return list[:min(n, len(list))]
}
