package audit

import (
	"context"
	"sync"
	"time"
)

// Bounds of a lane.
const (
	// laneBytes is what waits before a sink, and laneEvents how many.
	laneBytes  = 16 << 20
	laneEvents = 20_000
	// batchBytes and batchEvents are the most that a sink is given at once: what
	// PutRecords takes.
	batchBytes  = 4 << 20
	batchEvents = 500
	// retryFirst and retryMost are how long a lane waits after its sink failed.
	retryFirst = 500 * time.Millisecond
	retryMost  = 30 * time.Second
)

// lane is the queue before a sink.
type lane struct {
	sink Sink
	told Observer
	// patience is how long the sink may fail before the lane is unable to keep events.
	patience time.Duration
	wake     chan struct{} // has room for one

	mu struct {
		sync.Mutex
		waiting [][]byte
		bytes   int
		// failing is since when the sink keeps nothing, zero while it does.
		failing time.Time
	}
}

// push puts a line at the end and reports whether there was room. One that must be
// kept always finds some: Admit has seen to it that these are few.
func (l *lane) push(line []byte, must bool) bool {
	l.mu.Lock()
	full := l.mu.bytes+len(line) > laneBytes || len(l.mu.waiting) >= laneEvents
	if !full || must {
		l.mu.waiting = append(l.mu.waiting, line)
		l.mu.bytes += len(line)
	}
	l.mu.Unlock()
	if full && !must {
		return false
	}
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
	return true
}

// able reports whether an event that is made now will be kept.
func (l *lane) able(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.bytes > laneBytes/2 || len(l.mu.waiting) > laneEvents/2 {
		return false
	}
	return l.mu.failing.IsZero() || now.Sub(l.mu.failing) <= l.patience
}

// run empties the lane until ctx ends, and then what is left, until last ends or the
// sink fails: from then on the rest is dropped.
func (l *lane) run(ctx, last context.Context) {
	retry := retryFirst
	for {
		batch := l.peek()
		if len(batch) == 0 {
			select {
			case <-l.wake:
				continue
			case <-ctx.Done():
				if batch = l.peek(); len(batch) == 0 {
					return
				}
			}
		}
		err := l.sink.Write(last, batch)
		l.note(err)
		if err == nil {
			l.pop(len(batch))
			retry = retryFirst
			continue
		}
		if ctx.Err() != nil {
			l.giveUp()
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
		retry = min(2*retry, retryMost)
	}
}

// peek returns the first lines that wait. They stay until pop.
func (l *lane) peek() [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, size := 0, 0
	for n < min(len(l.mu.waiting), batchEvents) {
		if size += len(l.mu.waiting[n]); n > 0 && size > batchBytes {
			break
		}
		n++
	}
	return l.mu.waiting[:n:n]
}

// pop takes away the first n lines, which were kept.
func (l *lane) pop(n int) {
	l.mu.Lock()
	for i := range n {
		l.mu.bytes -= len(l.mu.waiting[i])
		l.mu.waiting[i] = nil
	}
	if l.mu.waiting = l.mu.waiting[n:]; len(l.mu.waiting) == 0 {
		l.mu.waiting = nil
	}
	l.mu.Unlock()
	l.told.Written(l.sink.Name(), n)
}

// note keeps how the sink is, and tells when that changes.
func (l *lane) note(err error) {
	l.mu.Lock()
	was := !l.mu.failing.IsZero()
	switch {
	case err == nil:
		l.mu.failing = time.Time{}
	case !was:
		l.mu.failing = time.Now()
	}
	l.mu.Unlock()
	if was != (err != nil) {
		l.told.Failing(l.sink.Name(), err)
	}
}

// giveUp drops what is left.
func (l *lane) giveUp() {
	l.mu.Lock()
	n := len(l.mu.waiting)
	l.mu.waiting, l.mu.bytes = nil, 0
	l.mu.Unlock()
	if n > 0 {
		l.told.Dropped(l.sink.Name(), n)
	}
}
