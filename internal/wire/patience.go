package wire

import (
	"net/http"
	"time"
)

// pace is how fast a client must send: within the grace, and a second more for
// every rate bytes of room that it made us take.
type pace struct {
	grace time.Duration
	rate  int64
}

// of returns how long n bytes may take, the grace apart.
func (p pace) of(n int64) time.Duration {
	return time.Duration(float64(n) / float64(p.rate) * float64(time.Second))
}

// patience is the time that one client has left for its body. It runs between
// allow and stop, as a deadline on the connection, so that a client which stops
// half-way holds its room no longer than that.
type patience struct {
	pace    pace
	rc      *http.ResponseController
	left    time.Duration
	begun   bool
	running bool
	since   time.Time
}

// allow lets the time run, with more of it for n bytes of room.
func (p *patience) allow(n int64) {
	now := time.Now()
	switch {
	case !p.begun:
		p.left = p.pace.grace
	case p.running:
		p.left -= now.Sub(p.since)
	}
	p.left += p.pace.of(n)
	p.begun, p.running, p.since = true, true, now
	// A connection without deadlines has no client that could stop half-way.
	_ = p.rc.SetReadDeadline(now.Add(p.left))
}

// stop holds the time. The deadline must not outlive the body: net/http reads on
// while the operation runs, to learn of a client that leaves, and would take the
// deadline for one.
func (p *patience) stop() {
	if !p.running {
		return
	}
	p.left -= time.Since(p.since)
	p.running = false
	_ = p.rc.SetReadDeadline(time.Time{})
}
