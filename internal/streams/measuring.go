package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// Measuring looks every few seconds at what went through each shard. It knows what
// a stream took in the last minute, which on-demand streams grow by (on_demand.go),
// and keeps the heat of the shards that are written to.

const (
	// heatMemory bounds the heat of all shards together. Shards that are written to
	// when it is used up have none until others rest.
	heatMemory = 64 << 20
	heatMost   = heatMemory / heatBytes
	// heatLife is for how many looks a shard that rests keeps its heat: five minutes.
	heatLife = 5 * windowLooks
)

// measures is what measuring knows of the streams. Its goroutine owns it.
type measures struct {
	streams map[shardlog.StreamID]*streamLoad
	look
}

// look is the one that is being taken.
type look struct {
	at    time.Time
	took  time.Duration // since the look before
	count int           // how many there were, this one included
	heats int           // how many shards have a heat, of those that it has come by
}

// next is the look that is taken now.
func (l look) next() look {
	now := time.Now()
	return look{at: now, took: now.Sub(l.at), count: l.count + 1}
}

// streamLoad is what is known of a stream's load while the process runs.
type streamLoad struct {
	minute window
	looked int // the look at which the stream was there last
	demand demand
}

// runMeasuring measures now and then, and writes at its end what of it is to be
// kept.
func (s *Service) runMeasuring(ctx context.Context) {
	m := measures{streams: map[shardlog.StreamID]*streamLoad{}, look: look{at: time.Now()}}
	tick := time.NewTicker(measureInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.measure(ctx, &m)
		case <-ctx.Done():
			s.keepPeaks(context.WithoutCancel(ctx), &m)
			return
		}
	}
}

func (s *Service) measure(ctx context.Context, m *measures) {
	m.look = m.next()
	for _, st := range s.catalog.now().sorted {
		l := m.streams[st.id]
		if l == nil {
			l = &streamLoad{}
			m.streams[st.id] = l
		}
		l.looked = m.count
		var sum amount
		for _, sh := range st.shards {
			a := sh.live.look()
			sum = sum.plus(a)
			sh.live.keepHeat(a, sh.isOpen(), &m.look)
		}
		l.minute.look(sum, m.took)
		if st.Mode == kinesis.StreamModeOnDemand {
			s.followDemand(ctx, st, l)
		}
	}
	for id, l := range m.streams {
		if l.looked != m.count {
			delete(m.streams, id)
		}
	}
	s.looks.Store(int64(m.count))
}

// look returns what was put since the look before.
func (l *liveShard) look() (a amount) {
	a, l.looked = l.in.since(l.looked)
	return a
}

// keepHeat makes, feeds or drops the heat of a shard into which a was put since the
// look before.
func (l *liveShard) keepHeat(a amount, open bool, look *look) {
	h := l.heat.Load()
	crowded := h == nil && a.records > 0 && open && look.heats >= heatMost
	if crowded != l.crowded.Load() {
		l.crowded.Store(crowded)
	}
	switch {
	case h == nil && (a.records == 0 || !open || crowded):
		return
	case h == nil:
		h = new(heat)
		h.look(a, *look)
		l.heat.Store(h)
	case !h.look(a, *look) || !open:
		l.heat.Store(nil)
		return
	}
	look.heats++
}

// look notes what was put since the look before, and lets the keys fade once a
// minute. It reports false if the shard has rested for long.
func (h *heat) look(a amount, look look) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.minute.look(a, look.took)
	if look.count%windowLooks == 0 {
		h.mu.keys.fade()
	}
	h.mu.looks++
	if a.records > 0 {
		h.mu.looks = 0
	}
	return h.mu.looks < heatLife
}

// rate is what is put into the shard in a second, and whether that is known, of a
// whole minute. A shard without heat rests, unless it is crowded.
func (l *liveShard) rate() (r throughput, known bool) {
	h := l.heat.Load()
	if h == nil {
		return throughput{}, !l.crowded.Load()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.minute.rate(), h.mu.minute.full()
}
