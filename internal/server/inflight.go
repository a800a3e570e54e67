package server

import (
	"sync"
	"sync/atomic"
)

// inflight counts the requests that are being answered, so that Run can wait for
// their goroutines: the HTTP server does not wait for those whose connection it
// had to cut.
type inflight struct {
	mu struct {
		sync.RWMutex
		ended bool
	}
	requests sync.WaitGroup
	count    atomic.Int64 // of requests, which a WaitGroup does not tell
}

// enter reports whether a request may begin. If so, leave must follow.
func (f *inflight) enter() bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.mu.ended {
		return false
	}
	f.requests.Add(1)
	f.count.Add(1)
	return true
}

func (f *inflight) leave() {
	f.count.Add(-1)
	f.requests.Done()
}

// end refuses new requests and waits until the last one left.
func (f *inflight) end() {
	f.mu.Lock()
	f.mu.ended = true
	f.mu.Unlock()
	f.requests.Wait()
}
