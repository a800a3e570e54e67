package streams

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// merge reads all shards of a stream in the order of arrival, each by a cursor. A
// heap of the shards that have a record ready, by when the record arrived, gives
// the next one.
//
// It follows the lineage: a shard begins when all that it took over from have been
// read to their end, not when their clock says so. Arrivals alone would do, but for
// a clock that was set back between the records of a parent and those of its child;
// that would bring a key out of order.
//
// Its memory is bounded whatever the number of shards: of few shards it reads a
// page ahead each; of many, and of a record that is larger than a page, it remembers only when the next record of each arrived,
// and reads it again when its turn comes, since the smallest record can keep a
// whole block of the log in memory. It is used by one goroutine.
type merge struct {
	s  *Service
	st *stream
	q  recordsQuery

	active map[uint32]*head // the shards that have begun and not ended
	ready  heads            // those of them that have a record ready
	lean   bool

	scanned, scannedBytes int
}

const (
	// leanFrom is how many shards are many.
	leanFrom = 64
	// aheadRecords and aheadBytes bound what is read ahead of a shard.
	aheadRecords = 500
	aheadBytes   = 256 << 10
	// waitShards is for how many shards at most one request waits: each costs a
	// goroutine.
	waitShards = 1000
)

// head is a shard that is being read.
type head struct {
	c       cursor
	records []shardlog.Record // read ahead
	arrival shardlog.Millis   // of the next one
	ended   bool              // no record follows those
}

// heads is the heap.
type heads []*head

func (h heads) Len() int      { return len(h) }
func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h heads) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].arrival, h[j].arrival), cmp.Compare(h[i].c.sh.number, h[j].c.sh.number)) < 0
}
func (h *heads) Push(x any) { *h = append(*h, x.(*head)) }
func (h *heads) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	return last
}

// newMerge makes a merge of st as it is, from q.places on.
func (s *Service) newMerge(st *stream, q recordsQuery) *merge {
	m := &merge{s: s, st: st, q: q, active: map[uint32]*head{}, lean: len(q.places) > leanFrom}
	gone := false
	for _, p := range q.places {
		if sh := st.shard(p.shard); sh != nil {
			m.begin(sh, p.next)
		} else {
			gone = true // it has expired since the token was made
		}
	}
	if gone {
		m.beginOrphans()
	}
	return m
}

// beginOrphans begins the shards that come after those that have expired, and
// whose own parents may have too: those that lack a parent and have not been read.
// A shard that has been read is a forebear of one that is being read, unless that
// has expired, and then it has, too.
func (m *merge) beginOrphans() {
	read := map[uint32]bool{}
	for _, h := range m.active {
		m.forebears(h.c.sh, func(number uint32) bool { read[number] = true; return true })
	}
	for _, sh := range m.st.shards {
		lacks := slices.ContainsFunc(sh.Parents, func(number uint32) bool { return m.st.shard(number) == nil })
		if lacks && m.st.shard(sh.number) != nil && !read[sh.number] && m.active[sh.number] == nil && !m.waitsFor(sh) {
			m.begin(sh, 0)
		}
	}
}

// forebears calls fn with the numbers of those that sh comes from, until fn says
// false.
func (m *merge) forebears(sh *shard, fn func(number uint32) bool) {
	seen := map[uint32]bool{}
	line := slices.Clone(sh.Parents)
	for len(line) > 0 {
		number := line[len(line)-1]
		line = line[:len(line)-1]
		if seen[number] {
			continue
		}
		seen[number] = true
		if !fn(number) {
			return
		}
		if parent := m.st.shard(number); parent != nil {
			line = append(line, parent.Parents...)
		}
	}
}

func (m *merge) begin(sh *shard, next shardlog.Offset) *head {
	h := &head{c: cursor{log: m.s.log, st: m.st, sh: sh, horizon: m.s.horizon(m.st), next: next}}
	m.active[sh.number] = h
	return h
}

// beginChildren begins the children of a shard that has been read to its end, as
// far as nothing that comes before them is still to be read.
func (m *merge) beginChildren(number uint32) (begun []*head) {
	for _, child := range m.st.children[number] {
		if m.active[child.number] == nil && !m.waitsFor(child) {
			begun = append(begun, m.begin(child, 0))
		}
	}
	return begun
}

// waitsFor reports whether a forebear of sh is still being read.
func (m *merge) waitsFor(sh *shard) (waits bool) {
	m.forebears(sh, func(number uint32) bool {
		waits = m.active[number] != nil
		return !waits
	})
	return waits
}

// read returns the next records. It is called once.
func (m *merge) read(ctx context.Context) (*extapi.Records, error) {
	out := &extapi.Records{Records: []extapi.Record{}}
	begun := make([]*head, 0, len(m.active))
	for _, h := range m.active {
		begun = append(begun, h)
	}
	if err := m.advance(ctx, begun); err != nil {
		return nil, err
	}
	size := 0
	for len(m.ready) > 0 && len(out.Records) < m.q.limit && m.scanned < scannedRecords && m.scannedBytes < scannedBytes {
		h := m.ready[0]
		r, err := m.record(ctx, h)
		if err != nil {
			return nil, err
		}
		if r != nil && m.q.wants(r) {
			if n := sizeOf(*r); size > 0 && size+n > recordsBytes {
				break
			}
			size += sizeOf(*r)
			out.Records = append(out.Records, recordOf(h.c.sh, r))
		}
		heap.Pop(&m.ready)
		if r != nil {
			m.scanned++
			m.scannedBytes += sizeOf(*r)
			h.records = h.records[1:]
		}
		if err := m.advance(ctx, []*head{h}); err != nil {
			return nil, err
		}
	}
	out.CaughtUp = len(m.ready) == 0
	out.Done = len(m.active) == 0 && m.q.to > 0
	if !out.Done {
		out.Next = m.s.tokens.merge(m.st.id, m.q.selection, m.places())
	}
	return out, nil
}

func (q *selection) wants(r *shardlog.Record) bool {
	return r.Arrival >= q.from && (q.key == nil || r.Key == *q.key)
}

// advance looks what comes next in each of list, and makes those ready that have
// something. It ends those that have nothing any more, and begins what follows.
func (m *merge) advance(ctx context.Context, list []*head) error {
	for len(list) > 0 {
		h := list[len(list)-1]
		list = list[:len(list)-1]
		if err := m.look(ctx, h); err != nil {
			return err
		}
		switch {
		case len(h.records) > 0 && m.q.to > 0 && h.records[0].Arrival >= m.q.to:
			delete(m.active, h.c.sh.number) // and its children begin later still
		case len(h.records) > 0:
			h.arrival = h.records[0].Arrival
			if m.lean || sizeOf(h.records[0]) > aheadBytes {
				// It is read again when its turn comes.
				h.c.next, h.records = h.records[0].Offset, nil
			}
			heap.Push(&m.ready, h)
		case h.ended:
			delete(m.active, h.c.sh.number)
			list = append(list, m.beginChildren(h.c.sh.number)...)
		case m.q.to > 0 && m.q.to <= now():
			delete(m.active, h.c.sh.number) // what comes arrives after that
		}
	}
	return nil
}

// look reads ahead in h, unless there is something.
func (m *merge) look(ctx context.Context, h *head) error {
	if len(h.records) > 0 || h.ended {
		return nil
	}
	limit := shardlog.Limit{Records: min(aheadRecords, m.q.limit+1), Bytes: aheadBytes}
	if m.q.key != nil {
		limit.Records = aheadRecords
	}
	if m.lean {
		limit.Records = 1
	}
	p, err := h.c.read(ctx, limit)
	h.records, h.ended = p.records, p.ended
	return err
}

// record returns the record of h whose turn it is, nil if it has gone meanwhile.
func (m *merge) record(ctx context.Context, h *head) (*shardlog.Record, error) {
	if len(h.records) == 0 {
		h.ended = false
		if err := m.look(ctx, h); err != nil || len(h.records) == 0 {
			return nil, err
		}
	}
	return &h.records[0], nil
}

// places returns where to read on, by number.
func (m *merge) places() []bookmark {
	list := make([]bookmark, 0, len(m.active))
	for number, h := range m.active {
		p := bookmark{number, h.c.next}
		if len(h.records) > 0 {
			p.next = h.records[0].Offset
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b bookmark) int { return cmp.Compare(a.shard, b.shard) })
	return list
}

// errNews ends the waiting of those who wait for the other shards.
var errNews = errors.New("there is news")

// await waits until there is something new in one of the shards, which have all
// been read to their tail. Where there are too many it waits for none, until ctx
// ends.
func (m *merge) await(ctx context.Context) error {
	if len(m.active) > waitShards || len(m.active) == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, h := range m.active {
		c := h.c
		g.Go(func() error {
			if err := m.s.awaitNews(ctx, &c); err != nil {
				return err
			}
			return errNews
		})
	}
	if err := g.Wait(); !errors.Is(err, errNews) {
		return err
	}
	return nil
}
