package audit

import (
	"net/netip"
	"sync"
	"time"
)

// How many refusals are written: anybody can send a request that is refused, and
// must not fill the disk with it, nor push out what was written before. An address
// may leave 20 at once and one a second, all of them together 200 at once and ten a
// second: 10 KiB a second, or a GiB in a day. How many were left out, the next one
// says that is written, and a metric.
const (
	addressRate, addressBurst = 1, 20
	refusalRate, refusalBurst = 10, 200
	// maxAddresses bounds what is remembered. Beyond it the addresses begin anew; the
	// bound of all of them together holds.
	maxAddresses = 4096
)

// bound decides which refusals are written.
type bound struct {
	mu struct {
		sync.Mutex
		all       bucket
		addresses map[netip.Addr]bucket
		left      uint64 // were left out since the last that was written
	}
}

// bucket fills with rate tokens a second, up to burst. Its zero value is full.
type bucket struct {
	spent float64
	at    time.Time
}

func (b *bucket) take(now time.Time, rate, burst float64) bool {
	b.spent = max(0, b.spent-rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.spent+1 > burst {
		return false
	}
	b.spent++
	return true
}

// take reports whether a refusal of a request from that address is written, and how
// many were left out before it.
func (b *bound) take(from netip.Addr, now time.Time) (write bool, left uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.mu.addresses[from]
	write = one.take(now, addressRate, addressBurst)
	if b.mu.addresses == nil || len(b.mu.addresses) >= maxAddresses {
		b.mu.addresses = map[netip.Addr]bucket{}
	}
	b.mu.addresses[from] = one
	// An address that asks too often takes nothing of what the others have.
	if !write || !b.mu.all.take(now, refusalRate, refusalBurst) {
		b.mu.left++
		return false, 0
	}
	left, b.mu.left = b.mu.left, 0
	return true, left
}
