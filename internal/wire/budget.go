package wire

import (
	"container/list"
	"context"
	"sync"
)

// budget is the memory that bodies in flight share: a weighted semaphore, first
// come first served, of which a holder may ask for more.
//
// The simple way is to take a body's whole length at once, before it is read.
// But a length is only a claim, and some bodies come without one: whoever claims
// 16 MiB and sends nothing would keep others out with a handful of connections.
// So a body takes room as it grows, and now the hard part: bodies that are half
// read hold room, wait for more, and none will ever give back what the others
// wait for.
//
// The way out is the banker's: a part of the budget, the reserve, is as large as
// the largest body and belongs to one body at a time, the express. What the
// express takes comes from the reserve alone, and since it can never need more
// than the largest body it never waits again. It is read to its end, or breaks
// off within its deadline; its operation waits for no other body; so the reserve
// comes back. Then the body that has waited longest is the next express. Hence
// everyone who waits is served, one after another at the worst:
//
//	grow n:     if I am the express:                     take n of the reserve
//	            if nobody waits and n of the rest is free: take it
//	            else wait in line
//	admit:      while the first in line can have its n:   give it
//	            if there is no express, the first in line becomes it; go on
//	give back:  what was taken from each part; admit
//
// Subtleties: room that the express took from the rest before it became express
// stays counted there. The line is strictly first come first served, so a large
// request is not starved by small ones. One that stops waiting (its context
// ended) may be the one that held up the line, so admit runs then too.
type budget struct {
	reserve int64
	mu      struct {
		sync.Mutex
		free    int64 // of the rest
		express *share
		line    list.List // of *waiter
	}
}

// share is what one body holds. It belongs to the goroutine that reads the body;
// the budget touches it only while that one is inside grow or giveBack.
type share struct {
	held    int64 // of the rest
	express int64 // of the reserve
}

type waiter struct {
	share *share
	n     int64
	ready chan struct{} // closed when n was given
}

// newBudget makes a budget of total bytes for bodies of at most largest bytes;
// total must not be less than largest.
func newBudget(total, largest int64) *budget {
	b := &budget{reserve: largest}
	b.mu.free = total - largest
	return b
}

// tryGrow takes n more for s if they can be had at once.
func (b *budget) tryGrow(s *share, n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.mu.express != s && b.mu.line.Len() > 0 {
		return false
	}
	return b.takeLocked(s, n)
}

// grow takes n more for s, waiting until they are free or ctx ends.
func (b *budget) grow(ctx context.Context, s *share, n int64) error {
	b.mu.Lock()
	if b.mu.express == s { // waits for nobody, also not for the line
		b.takeLocked(s, n)
		b.mu.Unlock()
		return nil
	}
	w := &waiter{share: s, n: n, ready: make(chan struct{})}
	place := b.mu.line.PushBack(w)
	b.admitLocked()
	b.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	// If n was given in the meantime it is among what s gives back, and the place
	// is not in the line any more. Leaving takes no search: a connection may take
	// a hundred thousand places with it.
	b.mu.line.Remove(place)
	b.admitLocked()
	return ctx.Err()
}

// giveBack returns all that s holds.
func (b *budget) giveBack(s *share) {
	if s.held == 0 && s.express == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.free += s.held
	if b.mu.express == s {
		b.mu.express = nil
	}
	*s = share{}
	b.admitLocked()
}

func (b *budget) takeLocked(s *share, n int64) bool {
	switch {
	case b.mu.express == s:
		if s.express += n; s.express > b.reserve {
			panic("wire: a body outgrew the reserve of the budget")
		}
	case n <= b.mu.free:
		b.mu.free -= n
		s.held += n
	default:
		return false
	}
	return true
}

func (b *budget) admitLocked() {
	for first := b.mu.line.Front(); first != nil; first = b.mu.line.Front() {
		w := first.Value.(*waiter)
		if w.n > b.mu.free {
			if b.mu.express != nil {
				return
			}
			b.mu.express = w.share
		}
		b.takeLocked(w.share, w.n)
		b.mu.line.Remove(first)
		close(w.ready)
	}
}
