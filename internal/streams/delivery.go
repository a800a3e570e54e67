package streams

import (
	"container/heap"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// A delivery is what is known of the records of a queue. In each shard all below
// progress.read have been received; those of them that are still wanted are letters,
// all others were acknowledged, or are not kept any more. So a queue costs what is
// received and not acknowledged, and nothing for what nobody has asked for yet.
//
// A letter is visible, or in flight until an instant:
//
//	              receive                  receive for the last time
//	    ┌─────────────────────────┐       ┌────────────────────────┐
//	    │                         ▼       │                        ▼
//	living, visible      living, in flight           last, in flight
//	    ▲ ▲                       │                        │ instant passes
//	    │ └───────────────────────┘                        ▼
//	    │       instant passes          dead, visible ◀─▶ dead, in flight
//	    └──────────────────────────────────────┴────────────────────┘
//	                            restore
//
// Of each state an acknowledgement makes nothing at all. Instants pass without
// anybody doing anything: who looks settles first what has passed.
type delivery struct {
	id queueID
	// records and deadLetters are where receivers of the one and the other stand.
	records, deadLetters lane

	mu struct {
		sync.Mutex
		shards map[uint32]*progress
		heaps  [3]letterHeap // by the state of the letters
		// max is the queue's MaxReceives by which the letters have their states.
		max int32
		// turn counts receives, so that they begin now with letters, now with records
		// that nobody has seen, and each time with another shard.
		turn int
	}
}

// letterState says what becomes of a letter.
type letterState int

const (
	// living letters are received like any record.
	living letterState = iota
	// last are those in their last delivery: when its instant has passed they are
	// dead letters.
	last
	// dead are dead letters, until they are restored.
	dead
)

// letter is a record that was received and is still wanted. All is guarded by the
// delivery's lock, but for shard and offset, which stay.
type letter struct {
	shard  uint32
	offset shardlog.Offset

	receives int32           // ReceiveCount
	first    shardlog.Millis // FirstReceiveTimestamp
	// handed counts how often a receipt handle became void, besides: only the handle
	// that says the same is good.
	handed  uint32
	visible time.Time // from then on
	state   letterState
	at      int // its place in the heap of its state
}

// progress is how far a queue is in a shard.
type progress struct {
	read   shardlog.Offset
	blocks map[uint64]map[shardlog.Offset]*letter // by the number of the block (delivery_document.go)

	// What the store does not know yet. gone says that the shard is not of the stream
	// any more, and nothing of it to be left.
	gone        bool
	readChanged bool
	changed     map[uint64]bool
}

func newDelivery(id queueID) *delivery {
	d := &delivery{id: id, records: newLane(), deadLetters: newLane()}
	d.mu.shards = map[uint32]*progress{}
	return d
}

// progressLocked returns how far the queue q is in a shard.
func (d *delivery) progressLocked(q *queue, number uint32) *progress {
	p := d.mu.shards[number]
	if p == nil {
		p = newProgress(q.From[number])
		d.mu.shards[number] = p
	}
	return p
}

func newProgress(read shardlog.Offset) *progress {
	return &progress{read: read, blocks: map[uint64]map[shardlog.Offset]*letter{}, changed: map[uint64]bool{}}
}

// settleLocked makes dead letters of those whose last delivery is over at now. Before,
// if the queue has another MaxReceives, it looks anew which delivery is the last one:
// what is a dead letter stays one, what is in flight has until its instant. Neither is
// documented.
func (d *delivery) settleLocked(q *queue, now time.Time) {
	d.buryLocked(now)
	if d.mu.max == q.MaxReceives {
		return
	}
	before := append(d.mu.heaps[living], d.mu.heaps[last]...)
	d.mu.max, d.mu.heaps[living], d.mu.heaps[last] = q.MaxReceives, nil, nil
	for _, l := range before {
		d.placeLocked(l, false)
	}
	d.buryLocked(now)
}

func (d *delivery) buryLocked(now time.Time) {
	for h := &d.mu.heaps[last]; len(*h) > 0 && !(*h)[0].visible.After(now); {
		l := heap.Pop(h).(*letter)
		d.placeLocked(l, true)
		d.touchLocked(l)
	}
}

// placeLocked puts l, which is in no heap, where it belongs, and tells those who may
// wait for it.
func (d *delivery) placeLocked(l *letter, isDead bool) {
	switch {
	case isDead:
		l.state = dead
	case d.mu.max > 0 && l.receives >= d.mu.max:
		l.state = last
	default:
		l.state = living
	}
	heap.Push(&d.mu.heaps[l.state], l)
	if l.state == living {
		d.records.wake()
	} else {
		d.deadLetters.wake()
	}
}

// moveLocked makes l visible from an instant on. A living letter is in its last
// delivery if it was received so often.
func (d *delivery) moveLocked(l *letter, visible time.Time) {
	heap.Remove(&d.mu.heaps[l.state], l.at)
	l.visible = visible
	d.placeLocked(l, l.state == dead)
	d.touchLocked(l)
}

// restoreLocked makes of the dead letter l a record that was never received.
func (d *delivery) restoreLocked(l *letter, now time.Time) {
	heap.Remove(&d.mu.heaps[l.state], l.at)
	l.receives, l.visible = 0, now
	l.handed++
	d.placeLocked(l, false)
	d.touchLocked(l)
}

// addLocked adds a letter, which is new.
func (d *delivery) addLocked(p *progress, l *letter) {
	block := blockOf(l.offset)
	if p.blocks[block] == nil {
		p.blocks[block] = map[shardlog.Offset]*letter{}
	}
	p.blocks[block][l.offset] = l
	d.placeLocked(l, l.state == dead)
}

// removeLocked forgets l: it was acknowledged, or is not kept any more.
func (d *delivery) removeLocked(l *letter) {
	heap.Remove(&d.mu.heaps[l.state], l.at)
	p, block := d.mu.shards[l.shard], blockOf(l.offset)
	if delete(p.blocks[block], l.offset); len(p.blocks[block]) == 0 {
		delete(p.blocks, block)
	}
	d.touchLocked(l)
}

// touchLocked notes that the store does not know what l is.
func (d *delivery) touchLocked(l *letter) { d.mu.shards[l.shard].changed[blockOf(l.offset)] = true }

// letterLocked returns the letter of a record, or nil.
func (d *delivery) letterLocked(shard uint32, offset shardlog.Offset) *letter {
	if p := d.mu.shards[shard]; p != nil {
		return p.blocks[blockOf(offset)][offset]
	}
	return nil
}

// pickLocked hands out the letters of a state that have been visible for longest, at
// most n, until visible. The handles of the
// deliveries before are void.
func (d *delivery) pickLocked(state letterState, n int, now, visible time.Time) []*letter {
	var due []*letter
	for h := &d.mu.heaps[state]; len(due) < n && len(*h) > 0 && !(*h)[0].visible.After(now); {
		due = append(due, heap.Pop(h).(*letter))
	}
	for _, l := range due { // not before: one that is visible at once is not picked twice
		l.receives++
		l.handed++
		l.visible = visible
		d.placeLocked(l, state == dead)
		d.touchLocked(l)
	}
	return due
}

// unpickLocked undoes pickLocked for l, which could not be read, if nothing has
// happened to it since: the letter is visible again.
func (d *delivery) unpickLocked(l *letter, handed uint32, now time.Time) {
	if d.letterLocked(l.shard, l.offset) != l || l.handed != handed {
		return
	}
	l.receives--
	d.moveLocked(l, now)
}

// inFlightLocked is what counts against limits.QueueInFlight.
func (d *delivery) inFlightLocked() int { return len(d.mu.heaps[living]) + len(d.mu.heaps[last]) }

// letterHeap has the letter that is visible first at its top.
type letterHeap []*letter

func (h letterHeap) Len() int { return len(h) }

func (h letterHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if !a.visible.Equal(b.visible) {
		return a.visible.Before(b.visible)
	}
	return a.shard < b.shard || a.shard == b.shard && a.offset < b.offset
}

func (h letterHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push is heap's.
func (h *letterHeap) Push(x any) {
	l := x.(*letter)
	l.at = len(*h)
	*h = append(*h, l)
}

// Pop is heap's.
func (h *letterHeap) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return l
}

// lane is where those stand who receive letters of a kind: one at a time looks, and
// waits if there is nothing; the others wait for their turn. So a record wakes one
// receiver.
type lane struct {
	// turn holds a token while a receiver has it. It is a channel and not a lock
	// because who has it reads and waits.
	turn chan struct{}
	// news tells who has the turn to look again.
	news chan struct{}
}

func newLane() lane { return lane{make(chan struct{}, 1), make(chan struct{}, 1)} }

// wake tells the receiver who has the turn, or the next one, to look again.
func (n *lane) wake() {
	select {
	case n.news <- struct{}{}:
	default: // it has been told and has not looked yet
	}
}
