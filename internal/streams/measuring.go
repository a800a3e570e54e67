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
	looks   int
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
	m := measures{streams: map[shardlog.StreamID]*streamLoad{}}
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
	m.looks++
	heats := 0
	for _, st := range s.catalog.now().sorted {
		l := m.streams[st.id]
		if l == nil {
			l = &streamLoad{}
			m.streams[st.id] = l
		}
		l.looked = m.looks
		var sum amount
		for _, sh := range st.shards {
			a := sh.live.look()
			sum = sum.plus(a)
			sh.live.keepHeat(a, sh.isOpen(), m.looks, &heats)
		}
		l.minute.look(sum)
		if st.Mode == kinesis.StreamModeOnDemand {
			s.followDemand(ctx, st, l)
		}
	}
	for id, l := range m.streams {
		if l.looked != m.looks {
			delete(m.streams, id)
		}
	}
}

// look returns what was put since the look before.
func (l *liveShard) look() (a amount) {
	a, l.looked = l.in.since(l.looked)
	return a
}

// keepHeat makes, feeds or drops the heat of a shard into which a was put since the
// look before. It counts those that there are in heats.
func (l *liveShard) keepHeat(a amount, open bool, looks int, heats *int) {
	h := l.heat.Load()
	switch {
	case h == nil && (a.records == 0 || !open || *heats >= heatMost):
		return
	case h == nil:
		h = new(heat)
		h.look(a, false)
		l.heat.Store(h)
	case !h.look(a, looks%windowLooks == 0) || !open:
		l.heat.Store(nil)
		return
	}
	*heats++
}

// look notes what was put since the look before, and lets the keys fade if it is
// time. It reports false if the shard has rested for long.
func (h *heat) look(a amount, fade bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.minute.look(a)
	if fade {
		h.mu.keys.fade()
	}
	h.mu.looks++
	if a.records > 0 {
		h.mu.looks = 0
	}
	return h.mu.looks < heatLife
}

// rate is what is put into the shard in a second, and whether that is said of a
// whole minute. A shard without heat rests.
func (l *liveShard) rate() (r throughput, full bool) {
	h := l.heat.Load()
	if h == nil {
		return throughput{}, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.minute.rate(), h.mu.minute.full()
}
