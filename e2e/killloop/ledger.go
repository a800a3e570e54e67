package main

import (
	"fmt"
	"sync"
)

// place is where a record is.
type place struct{ shard, sequence string }

// ledger is what is known from outside of all that the server was told and has
// told.
type ledger struct {
	// streams belongs to the control loop, and to the comparison between loads.
	streams streams
	// shards is what was found, by shard. It belongs to the comparison.
	shards map[string]*shard
	// homes says in which shard the records of a key were first found.
	homes map[string]string

	mu struct {
		sync.Mutex
		page
		// How many there were in all rounds.
		sentEver, acknowledgedEver int
	}
}

// page is one round's part of the ledger. After the next start it is compared,
// and what was found becomes part of shards.
type page struct {
	round        int
	sent         map[id]bool
	acknowledged map[id]place
	shown        map[id]place
}

func newPage(round int) page {
	return page{round, map[id]bool{}, map[id]place{}, map[id]place{}}
}

func newLedger() *ledger {
	l := &ledger{
		streams: streams{state: map[string]streamState{}},
		shards:  map[string]*shard{},
		homes:   map[string]string{},
	}
	l.mu.page = newPage(0)
	return l
}

// begin opens a round's page. The one before has been compared.
func (l *ledger) begin(round int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.page = newPage(round)
}

// send enters n records of a writer before they are sent.
func (l *ledger) send(writer, attempt, n int) []id {
	l.mu.Lock()
	defer l.mu.Unlock()
	ids := make([]id, n)
	for index := range ids {
		ids[index] = id{writer, l.mu.round, attempt, index}
		l.mu.sent[ids[index]] = true
	}
	l.mu.sentEver += n
	return ids
}

// acknowledge enters that the server said where i is.
func (l *ledger) acknowledge(i id, at place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.acknowledged[i] = at
	l.mu.acknowledgedEver++
}

// show enters that a reader was given i.
func (l *ledger) show(i id, at place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.shown[i] = at
}

// close returns the round's page and opens an empty one in its place: what it
// says is compared once.
func (l *ledger) close() page {
	l.mu.Lock()
	defer l.mu.Unlock()
	closed := l.mu.page
	l.mu.page = newPage(closed.round)
	return closed
}

// ends returns the shards with the last sequence number that was found.
func (l *ledger) ends() map[string]string {
	ends := map[string]string{}
	for name, s := range l.shards {
		ends[name] = s.last
	}
	return ends
}

func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("%d records sent, %d acknowledged", l.mu.sentEver, l.mu.acknowledgedEver)
}
