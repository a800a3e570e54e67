package streams

import (
	"time"

	"github.com/freshet/freshet/internal/limits"
)

const (
	// measureInterval is how often it is looked at what went through shards.
	measureInterval = 10 * time.Second
	// windowLooks is how many looks a window remembers: a minute.
	windowLooks = 6
)

// window is what went through in the last minute, look by look. The zero value has
// seen nothing.
type window struct {
	looks [windowLooks]amount
	took  [windowLooks]time.Duration // since the look before: a look may be late
	at    int                        // where the next look goes
	n     int                        // how many looks there were, at the most all
}

// look notes what went through since the look before, which was that long ago.
func (w *window) look(a amount, took time.Duration) {
	w.looks[w.at], w.took[w.at] = a, took
	w.at = (w.at + 1) % windowLooks
	w.n = min(w.n+1, windowLooks)
}

// full reports whether the window is about a whole minute.
func (w *window) full() bool { return w.n == windowLooks }

// rate returns what went through in a second.
func (w *window) rate() throughput {
	var sum amount
	var took time.Duration
	for i := range w.n {
		sum = sum.plus(w.looks[i])
		took += w.took[i]
	}
	if took <= 0 {
		return throughput{}
	}
	return throughput{float64(sum.records) / took.Seconds(), float64(sum.bytes) / took.Seconds()}
}

// throughput is how much goes through in a second.
type throughput struct{ records, bytes float64 }

// shards returns how many shards can just take r (quotas, "Shard throughput").
func (r throughput) shards() float64 {
	return max(r.records/limits.ShardWriteRecords, r.bytes/limits.ShardWriteBytes)
}
