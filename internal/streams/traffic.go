package streams

import "sync/atomic"

// traffic counts what went through a shard since the process began. It is used by
// any number of goroutines at once.
//
// Records and bytes are two counters in one word, so that a put has one addition
// to make in a place that is far from the processor when there are many shards.
// The word runs over; what is exact is the difference of two words, as long as no
// more than maxTraffic went through between them: take one every few seconds.
type traffic struct{ word atomic.Uint64 }

const (
	// trafficByteBits is how many of the low bits count bytes of data and partition
	// keys: 64 GiB. The rest count records: 268 million.
	trafficByteBits = 36
	trafficBytes    = 1<<trafficByteBits - 1
)

// amount is a number of records and their bytes, data and partition keys.
type amount struct{ records, bytes int64 }

func (a amount) plus(o amount) amount { return amount{a.records + o.records, a.bytes + o.bytes} }

func (t *traffic) add(a amount) {
	t.word.Add(uint64(a.records)<<trafficByteBits + uint64(a.bytes))
}

// since returns what went through after before, which t once was, and what t is
// now.
func (t *traffic) since(before uint64) (amount, uint64) {
	now := t.word.Load()
	d := now - before // whatever has run over: it is the sum of what was added
	return amount{int64(d >> trafficByteBits), int64(d & trafficBytes)}, now
}

// tally gathers what a call puts into shards, so that a shard is told once and
// not per record: with few shards all processors would wait for the same words.
// It is a table by the lowest bits of the shard's number, in which a shard makes
// room for another. The zero value is empty.
type tally [32]struct {
	live *liveShard
	amount
}

func (t *tally) add(d destination, bytes int) {
	slot := &t[d.number%uint32(len(t))]
	if slot.live != d.live {
		if slot.live != nil {
			slot.live.in.add(slot.amount)
		}
		slot.live, slot.amount = d.live, amount{}
	}
	slot.records++
	slot.bytes += int64(bytes)
}

// settle tells the shards that are left.
func (t *tally) settle() {
	for i := range t {
		if slot := &t[i]; slot.live != nil {
			slot.live.in.add(slot.amount)
		}
	}
}
