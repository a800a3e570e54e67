package streams

import (
	"math/rand/v2"
	"sync"
	"unsafe"
)

// heat is what is known of a shard that was written to within the last minutes:
// how much, by which keys, and where in its range. The goroutine of measuring
// (measuring.go) makes it and drops it; until then the shard has none.
//
// Puts tell it of a few of their records (sampled). They take the lock only if
// nobody has it, and else pass by: a sample more or less does not matter.
type heat struct {
	mu struct {
		sync.Mutex
		minute window
		looks  int // since something was put
		keys   sketch
		places places
	}
}

// heatBytes is what a heat may take, with the bytes of its keys.
const heatBytes = int(unsafe.Sizeof(heat{})) + sketchKeys*sketchKeyBytes

// samplesPerCall is of how many records of a call the shards are told. Each stands
// for as many as there are of the others; small calls are told of as a whole.
const samplesPerCall = 16

// sampled tells shards of some of the records that p has put.
func (p *puts) sampled() {
	n := len(p.results)
	step := max(1, n/samplesPerCall)
	first := 0
	if step > 1 {
		first = int(rand.Uint32N(uint32(step)))
	}
	for i := first; i < n; i += step {
		if h := p.shards[i].live.heat.Load(); h != nil && p.results[i].Err == nil {
			e := &p.entries[i]
			h.put(p.keys[i], e.Key, len(e.Data)+len(e.Key), float64(step))
		}
	}
}

// put tells of a record of that hash key, partition key and size, which stands for
// weight records.
func (h *heat) put(at hashKey, key string, bytes int, weight float64) {
	if !h.mu.TryLock() {
		return
	}
	h.mu.places.add(place{at, weight * (throughput{1, float64(bytes)}).shards()})
	if key != "" {
		h.mu.keys.add(key, weight)
	}
	h.mu.Unlock()
}

// place is where in a shard's range load was.
type place struct {
	at   hashKey
	load float64
}

// places is a random choice of the latest places of a shard. The zero value is empty.
type places struct {
	list [48]place
	seen int // how many there were, but no more than placesMemory
}

// placesMemory is of about how many places there is a choice: of those before, the
// later the more.
const placesMemory = 1024

func (p *places) add(x place) {
	p.seen = min(p.seen+1, placesMemory)
	if p.seen <= len(p.list) {
		p.list[p.seen-1] = x
	} else if i := rand.IntN(p.seen); i < len(p.list) {
		p.list[i] = x
	}
}
