package streams

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// deliveries are those of all queues, and write down what happens to them. One
// goroutine of Run does that, for all queues together: soon after a change, and at
// once when an acknowledgement waits for it. So however many acknowledge at the same
// time, the store syncs once. A crash forgets what was received and made visible
// within saveDelay before it, which is received again then, and nothing that was
// acknowledged.
type deliveries struct {
	store meta.Store
	now   func() *snapshot

	// soon and atOnce tell the goroutine that there is something to write.
	soon, atOnce chan struct{}
	// ended is closed when nothing is written any more.
	ended chan struct{}

	mu struct {
		sync.Mutex
		byQueue map[queueID]*delivery
		// changed have something that is not written yet.
		changed map[*delivery]bool
		// next is the writing that will have what has changed until it begins.
		next *writing
	}
}

// writing is one transaction that is to come. err is set when done is closed.
type writing struct {
	done chan struct{}
	err  error
}

const (
	// saveDelay is how long a change that nobody waits for is not written.
	saveDelay = 100 * time.Millisecond
	// saveRetry is how long it is until what could not be written is tried again.
	saveRetry = time.Second
)

func newDeliveries(store meta.Store, now func() *snapshot) *deliveries {
	n := &deliveries{store: store, now: now, soon: make(chan struct{}, 1), atOnce: make(chan struct{}, 1), ended: make(chan struct{})}
	n.mu.byQueue, n.mu.changed, n.mu.next = map[queueID]*delivery{}, map[*delivery]bool{}, newWriting()
	return n
}

func newWriting() *writing { return &writing{done: make(chan struct{})} }

// of returns the delivery of a queue. One whose queue is gone is nobody else's.
func (n *deliveries) of(id queueID) *delivery {
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.mu.byQueue[id]
	if d == nil {
		d = newDelivery(id)
		if n.now().byID[id.stream].queue(id.number) != nil { // else replaced has been here
			n.mu.byQueue[id] = d
		}
	}
	return d
}

// replaced forgets the deliveries of queues that next does not have, and wakes the
// receivers from streams that are others in it.
func (n *deliveries) replaced(old, next *snapshot) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, d := range n.mu.byQueue {
		st := next.byID[id.stream]
		if old.byID[id.stream] == st {
			continue
		}
		if st.queue(id.number) == nil {
			delete(n.mu.byQueue, id)
			delete(n.mu.changed, d)
		}
		d.records.wake()
		d.deadLetters.wake()
	}
}

// load reads the deliveries, and corrects them by the log: after a power cut that
// took its newest records (durability interval) offsets that were received are given
// to others. It is called once, before anything is appended.
func (n *deliveries) load(ctx context.Context, log shardlog.Log) error {
	began := time.Now()
	err := n.store.View(ctx, func(r meta.Reader) (err error) {
		n.mu.byQueue, err = readDeliveries(r, began)
		return err
	})
	if err != nil {
		return fmt.Errorf("load deliveries: %w", err)
	}
	maps.DeleteFunc(n.mu.byQueue, func(id queueID, _ *delivery) bool { return n.now().byID[id.stream].queue(id.number) == nil })
	for _, st := range n.now().sorted {
		for _, q := range st.queues {
			d := n.of(q.id)
			if d.correct(st, q, log) {
				n.note(d, n.soon)
			}
		}
	}
	return n.save(ctx)
}

// correct takes what lies beyond the log's end out of d, and reports whether there
// was any.
func (d *delivery) correct(st *stream, q *queue, log shardlog.Log) (changed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, sh := range st.shards {
		p := d.progressLocked(q, sh.number)
		end := log.State(st.ref(sh)).Next
		if p.read <= end {
			continue
		}
		p.read, p.readChanged, changed = end, true, true
		for _, l := range p.letters() {
			if l.offset >= end {
				d.removeLocked(l)
			}
		}
	}
	return changed
}

// letters returns those of a shard, in no order.
func (p *progress) letters() []*letter {
	var list []*letter
	for _, block := range p.blocks {
		list = slices.AppendSeq(list, maps.Values(block))
	}
	return list
}

// note says that d has changed, and returns the writing that will have it.
func (n *deliveries) note(d *delivery, when chan struct{}) *writing {
	n.mu.Lock()
	n.mu.changed[d] = true
	w := n.mu.next
	n.mu.Unlock()
	select {
	case when <- struct{}{}:
	default: // it has been told
	}
	return w
}

// written returns when all that has changed in d is written.
func (n *deliveries) written(ctx context.Context, d *delivery) error {
	w := n.note(d, n.atOnce)
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	case <-n.ended:
	}
	select {
	case <-w.done:
		return w.err
	default:
		return errors.New("write deliveries: the service has ended")
	}
}

// run writes what changes, until ctx ends and all is written.
func (n *deliveries) run(ctx context.Context, failed func(error)) {
	defer close(n.ended)
	for ended := false; !ended; {
		select {
		case <-n.soon:
			select {
			case <-time.After(saveDelay):
			case <-n.atOnce:
			case <-ctx.Done():
			}
		case <-n.atOnce:
		case <-ctx.Done():
		}
		ended = ctx.Err() != nil // what is changed from here on finds that it has
		if err := n.save(context.WithoutCancel(ctx)); err != nil {
			failed(err)
			select {
			case <-time.After(saveRetry):
				n.poke()
			case <-ctx.Done():
			}
		}
	}
}

func (n *deliveries) poke() {
	select {
	case n.soon <- struct{}{}:
	default: // it has been told
	}
}

// save writes all that has changed, in one transaction, and then tells those who
// wait for it. What it could not write is as changed as before.
func (n *deliveries) save(ctx context.Context) error {
	n.mu.Lock()
	changed, w := n.mu.changed, n.mu.next
	n.mu.changed, n.mu.next = map[*delivery]bool{}, newWriting()
	n.mu.Unlock()
	all := map[*delivery][]deliveredChange{}
	for d := range changed {
		d.mu.Lock()
		list, err := d.changesLocked()
		d.mu.Unlock()
		if err != nil {
			panic("BUG: " + err.Error())
		}
		if len(list) > 0 {
			all[d] = list
		}
	}
	if len(all) > 0 {
		if _, err := n.store.Update(ctx, func(tx meta.Tx) error { return writeDeliveries(tx, all) }); err != nil {
			w.err = fmt.Errorf("write deliveries: %w", err)
			n.undo(all)
		}
	}
	close(w.done)
	return w.err
}

// undo notes that all was not written.
func (n *deliveries) undo(all map[*delivery][]deliveredChange) {
	for d, list := range all {
		d.forgotten(list)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for d := range all {
		n.mu.changed[d] = true
	}
}

// writeDeliveries writes of the queues that are there: of one that is gone nothing is
// to be left.
func writeDeliveries(tx meta.Tx, all map[*delivery][]deliveredChange) error {
	for d, list := range all {
		_, err := tx.Get(d.id.document())
		if errors.Is(err, meta.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		for _, x := range list {
			if x.value == nil {
				err = tx.Delete(x.key)
			} else {
				err = tx.Put(x.key, x.value)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// forget gives back the room of what no receiver will see again: of letters below the
// log's floor, of shards that are not of the stream any more.
func (n *deliveries) forget(st *stream, log shardlog.Log) {
	for _, q := range st.queues {
		d := n.of(q.id)
		if d.forget(st, log) {
			n.note(d, n.soon)
		}
	}
}

func (d *delivery) forget(st *stream, log shardlog.Log) (changed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for number, p := range d.mu.shards {
		gone := st.place(number) < 0
		floor := log.State(shardlog.Shard{Stream: st.id, Number: number}).Floor
		for _, l := range p.letters() {
			if gone || l.offset < floor {
				d.removeLocked(l)
				changed = true
			}
		}
		p.gone, changed = gone, changed || gone
	}
	return changed
}
