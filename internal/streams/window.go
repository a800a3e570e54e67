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
	at    int // where the next look goes
	n     int // how many looks there were, at the most all
	sum   amount
}

// look notes what went through since the look before.
func (w *window) look(a amount) {
	w.sum = w.sum.plus(a)
	w.sum.records -= w.looks[w.at].records
	w.sum.bytes -= w.looks[w.at].bytes
	w.looks[w.at] = a
	w.at = (w.at + 1) % windowLooks
	w.n = min(w.n+1, windowLooks)
}

// full reports whether the window is about a whole minute.
func (w *window) full() bool { return w.n == windowLooks }

// rate returns what went through in a second.
func (w *window) rate() throughput {
	if w.n == 0 {
		return throughput{}
	}
	seconds := (time.Duration(w.n) * measureInterval).Seconds()
	return throughput{float64(w.sum.records) / seconds, float64(w.sum.bytes) / seconds}
}

// throughput is how much goes through in a second.
type throughput struct{ records, bytes float64 }

// shards returns how many shards can just take r (quotas, "Shard throughput").
func (r throughput) shards() float64 {
	return max(r.records/limits.ShardWriteRecords, r.bytes/limits.ShardWriteBytes)
}
