package disklog

import (
	"context"
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/shardlog"
)

// batch is the entries of one Append on their way into a group, sorted by shard.
// Its slices are used again by later appends.
type batch struct {
	entries []shardlog.Entry
	// runs are the shards in the order of their first entry.
	runs []batchRun
	// next links each entry to the next one of the same shard; -1 ends.
	next []int32
	// slots is a hash table from shard to run, open addressing, run + 1.
	slots []int32
	// sealings are those of runs of streams that have a key.
	sealings []sealing
}

// batchRun is one shard's entries, and what joining decided for them.
type batchRun struct {
	id          shardlog.Shard
	generation  uint32
	shard       *shard
	head, tail  int32 // entries
	count       uint32
	sealing     int32 // in the batch's sealings, + 1; 0, it is not encrypted
	size        int   // of the body
	first       shardlog.Offset
	arrival     shardlog.Millis
	err         error // ErrSealed, ErrDropped or ErrKey
	region      int   // where in the batch's region
	subFrameEnd int
}

// sealing is what a run of a stream with a key needs besides.
type sealing struct {
	key shardlog.KeyID
	// with encrypts the body; nil, and locked is why it cannot be encrypted.
	with   *sealer
	locked error
	// plain has room for the body as the memtable keeps it.
	plain []byte
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func newBatch(entries []shardlog.Entry) *batch {
	b := batches.Get().(*batch)
	b.entries = entries
	return b
}

// release gives the slices back, without what they point at.
func (b *batch) release() {
	b.entries = nil
	clear(b.runs)
	b.runs = b.runs[:0]
	clear(b.sealings)
	b.sealings = b.sealings[:0]
	batches.Put(b)
}

// plan sorts the entries into runs.
func (b *batch) plan() error {
	b.reset(len(b.entries))
	total := headerSize
	for i := range b.entries {
		e := &b.entries[i]
		if len(e.Key) > maxKey {
			return fmt.Errorf("key of %d bytes: %w", len(e.Key), shardlog.ErrTooLarge)
		}
		size := tableEntry + keyLength + len(e.Key) + len(e.Data)
		before := len(b.runs)
		b.add(int32(i), size)
		total += size + (len(b.runs)-before)*(subHeaderSize+sealOverhead)
		if total > maxFrame {
			return shardlog.ErrTooLarge
		}
	}
	return nil
}

func (b *batch) reset(n int) {
	if cap(b.next) < n {
		b.next = make([]int32, n)
	}
	b.next = b.next[:n]
	slots := 64
	for slots < 2*n {
		slots *= 2
	}
	if cap(b.slots) < slots {
		b.slots = make([]int32, slots)
	}
	b.slots = b.slots[:slots]
	clear(b.slots)
}

// add appends entry i to its shard's run.
func (b *batch) add(i int32, size int) {
	e := &b.entries[i]
	b.next[i] = -1
	mask := uint64(len(b.slots) - 1)
	for at := hashShard(e.Shard) & mask; ; at = (at + 1) & mask {
		slot := b.slots[at]
		if slot == 0 {
			b.runs = append(b.runs, batchRun{
				id: e.Shard, generation: e.Generation, head: i, tail: i, count: 1, size: size,
			})
			b.slots[at] = int32(len(b.runs))
			return
		}
		r := &b.runs[slot-1]
		if r.id == e.Shard {
			b.next[r.tail] = i
			r.tail = i
			r.count++
			r.size += size
			r.generation = max(r.generation, e.Generation)
			return
		}
	}
}

// hashShard spreads the shards of one stream; stream ids are random.
func hashShard(id shardlog.Shard) uint64 {
	h := (le.Uint64(id.Stream[:8]) ^ uint64(id.Number)) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// resolve finds the shards of runs, makes those that were never seen, and
// refuses those of streams that were dropped.
func (d *directory) resolve(runs []batchRun) {
	missing := false
	var st *stream // of the run before, which mostly is that of all
	d.mu.RLock()
	for i := range runs {
		r := &runs[i]
		if st != nil && st.id == r.id.Stream {
			r.shard = st.shards.get(r.id.Number)
		} else if r.shard, r.err = d.findLocked(r.id); r.shard != nil {
			st = r.shard.stream
		}
		missing = missing || r.shard == nil && r.err == nil
	}
	d.mu.RUnlock()
	if !missing {
		return
	}
	for i := range runs {
		if r := &runs[i]; r.shard == nil && r.err == nil {
			r.shard, r.err = d.make(r.id)
		}
	}
}

// encrypt finds what the runs are encrypted with, and makes room for what the
// memtable keeps of them. It may wait for a key to be unwrapped. An error is that of
// ctx.
func (b *batch) encrypt(ctx context.Context) error {
	size := 0
	for i := range b.runs {
		r := &b.runs[i]
		if r.shard == nil {
			continue
		}
		k := r.shard.stream.key.Load()
		if k == nil {
			continue
		}
		with, err := k.sealer(ctx, useJournal)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			size += r.size
		}
		b.sealings = append(b.sealings, sealing{key: k.id, with: with, locked: err})
		r.sealing = int32(len(b.sealings))
	}
	if size == 0 {
		return nil
	}
	plain := make([]byte, size)
	for i := range b.runs {
		r := &b.runs[i]
		if e := b.sealingOf(r); e.with != nil {
			e.plain, plain = plain[:r.size:r.size], plain[r.size:]
		}
	}
	return nil
}

// noSealing is that of a run that is not encrypted. It does not change.
var noSealing sealing

func (b *batch) sealingOf(r *batchRun) *sealing {
	if r.sealing == 0 {
		return &noSealing
	}
	return &b.sealings[r.sealing-1]
}

// stored is how long the body of r is in the frame.
func (b *batch) stored(r *batchRun) int {
	if r.sealing != 0 {
		return r.size + sealOverhead
	}
	return r.size
}

func (b *batch) urgent() bool { return false }

// sizeLocked decides which runs are taken: from here to assignLocked the lock is
// held, so the decision stands.
func (b *batch) sizeLocked() (total int, refusedBy uint64) {
	for i := range b.runs {
		r := &b.runs[i]
		switch {
		case r.shard == nil:
			continue // dropped, resolve said so
		case r.shard.stream.dropped:
			r.err = shardlog.ErrDropped
			refusedBy = max(refusedBy, r.shard.stream.droppedBy)
		case r.shard.joined.sealed:
			r.err = shardlog.ErrSealed
			refusedBy = max(refusedBy, r.shard.joined.sealedBy)
		case r.sealing != 0 && b.sealingOf(r).locked != nil:
			r.err = b.sealingOf(r).locked
		default:
			r.region = total
			total += subHeaderSize + b.stored(r)
			r.subFrameEnd = total
		}
	}
	return total, refusedBy
}

func (b *batch) assignLocked(g *group, region []byte) {
	t := now()
	for i := range b.runs {
		r := &b.runs[i]
		if r.err != nil {
			continue
		}
		s := r.shard
		r.first = s.joined.next
		r.arrival = max(t, s.joined.arrival)
		s.joined.next += shardlog.Offset(r.count)
		s.joined.arrival = r.arrival
		g.entries += int(r.count)
		e := b.sealingOf(r)
		body := e.plain
		if e.with == nil {
			body = region[r.region+subHeaderSize : r.subFrameEnd : r.subFrameEnd]
		}
		g.changes = append(g.changes, change{
			kind:       kindEntries,
			stream:     s.stream,
			shard:      s,
			generation: r.generation,
			offset:     r.first,
			at:         r.arrival,
			count:      r.count,
			key:        e.key,
			body:       body,
		})
	}
}

// write fills the region and returns the sum of the sub-frames' checksums.
func (b *batch) write(region []byte) (sum uint64) {
	for i := range b.runs {
		r := &b.runs[i]
		if r.err != nil {
			continue
		}
		p, e := region[r.region:r.subFrameEnd], b.sealingOf(r)
		header := subFrame{
			kind: kindEntries, shard: r.id, generation: r.generation,
			offset: r.first, at: r.arrival, count: r.count, key: e.key,
		}
		if e.with != nil {
			b.writeRun(e.plain, r)
			sum += uint64(header.putSealed(p, e.plain, e.with))
			continue
		}
		b.writeRun(p[subHeaderSize:], r)
		sum += uint64(header.putHeader(p))
	}
	return sum
}

// writeRun writes the table and the entries of r.
func (b *batch) writeRun(p []byte, r *batchRun) {
	table, body := p[:r.count*tableEntry], p[r.count*tableEntry:]
	end := 0
	for i := r.head; i >= 0; i = b.next[i] {
		e := &b.entries[i]
		le.PutUint16(body[end:], uint16(len(e.Key)))
		end += keyLength
		end += copy(body[end:], e.Key)
		end += copy(body[end:], e.Data)
		le.PutUint32(table, uint32(end))
		table = table[tableEntry:]
	}
}

// answer fills in the results of the entries. failed is why the group is not
// durable, if it is not: then a seal or drop that it holds may not be either.
func (b *batch) answer(results []shardlog.Result, failed error) {
	for i := range b.runs {
		r := &b.runs[i]
		result := shardlog.Result{Err: r.err}
		switch {
		case failed != nil:
			result.Err = failed
		case r.err != nil:
		default:
			result = shardlog.Result{Offset: r.first, Stamp: r.arrival, Arrival: r.arrival}
		}
		for at := r.head; at >= 0; at = b.next[at] {
			results[at] = result
			if result.Err == nil {
				result.Offset++
			}
		}
	}
}
