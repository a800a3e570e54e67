package streams

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// An on-demand stream has as many shards as it takes to take twice the peak of its
// last 30 days, but four at least (developer guide, "Choose the right mode"). A peak
// is what was put in a second, in the mean of a minute. The highest of each day is in
// the stream's document, so it outlives the process.
//
// A shard that is hot is split where its load is, whether or not there are shards
// enough: how many that made of a day is in the document as well, or else they would
// be merged at night and split in the morning. Merged are neighbours that are cold,
// when neither the peaks nor the hot shards of 30 days need so many.
//
// All of it is replacements of a reshard: a round of them at a time, in which a
// shard is split once.

const (
	// growInterval is the least time between two rounds that make more shards: so
	// long it takes until what is known of the new ones is of a whole minute.
	growInterval = time.Minute
	// shrinkInterval is that between rounds that make fewer. There is no hurry: what
	// they go by took a month.
	shrinkInterval = time.Hour
	// peakInterval is how long a peak that has risen may wait to be written.
	peakInterval = 5 * time.Minute
	// peakDays is for how many days peaks count, today included.
	peakDays = 30
)

// dailyPeak is the most that a stream took in a second on one day.
type dailyPeak struct {
	Day     int64 `json:"day"` // since 1970, UTC
	Records int64 `json:"records"`
	Bytes   int64 `json:"bytes"`
	// Shards is how many shards there were because some were hot, or the stream had
	// them when it became on-demand.
	Shards int `json:"shards,omitempty"`
}

// with returns the higher of both, value by value; the day is p's.
func (p dailyPeak) with(o dailyPeak) dailyPeak {
	return dailyPeak{p.Day, max(p.Records, o.Records), max(p.Bytes, o.Bytes), max(p.Shards, o.Shards)}
}

func (p dailyPeak) withRate(r throughput) dailyPeak {
	return p.with(dailyPeak{Records: int64(math.Ceil(r.records)), Bytes: int64(math.Ceil(r.bytes))})
}

// peaks are those of the days on which something was put, in their order.
type peaks []dailyPeak

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// recent returns the peaks that count on a day.
func (p peaks) recent(day int64) peaks {
	i := slices.IndexFunc(p, func(x dailyPeak) bool { return x.Day > day-peakDays })
	if i < 0 {
		return nil
	}
	return p[i:]
}

// noted returns the peaks that count on x's day, with x among them. p stays as it is.
func (p peaks) noted(x dailyPeak) peaks {
	list := slices.Clone(p.recent(x.Day))
	i, found := slices.BinarySearchFunc(list, x.Day, func(p dailyPeak, day int64) int { return cmp.Compare(p.Day, day) })
	if found {
		list[i] = list[i].with(x)
		return list
	}
	return slices.Insert(list, i, x)
}

// highest returns what is the most of p.
func (p peaks) highest() (all dailyPeak) {
	for _, x := range p {
		all = all.with(x)
	}
	return all
}

// demand is what the goroutine of measuring knows of an on-demand stream besides its
// document.
type demand struct {
	today  dailyPeak
	unkept bool // today is higher than what is in the document
	kept   time.Time
	grown  time.Time
	shrunk time.Time
	stream *stream // as it was seen last
}

// followDemand notes the load of an on-demand stream, and gives it the shards that
// it takes.
func (s *Service) followDemand(ctx context.Context, st *stream, l *streamLoad) {
	now, d := time.Now(), &l.demand
	if day := dayOf(now); d.today.Day != day {
		s.keepPeak(ctx, d)
		d.today = dailyPeak{Day: day}
	}
	d.stream = st
	if !l.minute.full() {
		return // nothing is known of a minute
	}
	d.note(d.today.withRate(l.minute.rate()))
	if d.unkept && now.Sub(d.kept) >= peakInterval {
		s.keepPeak(ctx, d)
	}
	if st.Status == kinesis.StreamStatusActive {
		s.scaleByDemand(ctx, st, d, now)
	}
}

// note makes today p, which is not lower.
func (d *demand) note(p dailyPeak) {
	if p != d.today {
		d.today, d.unkept = p, true
	}
}

// scaleByDemand begins a round of replacements if it is time for one.
func (s *Service) scaleByDemand(ctx context.Context, st *stream, d *demand, now time.Time) {
	highest := st.Peaks.noted(d.today).highest()
	most := s.onDemandShards(st.region)
	want := min(max(wanted(highest), s.warmShards(st)), most)
	loads := loadsOf(st.ring)
	var rs []replacement
	if now.Sub(d.grown) >= growInterval {
		if rs = growth(loads, want, most); len(rs) > 0 {
			d.grown = now
		}
		if after := len(loads) + len(rs); after > want && len(rs) > 0 { // some are for hot shards
			d.note(d.today.with(dailyPeak{Shards: after}))
		}
	}
	if len(rs) == 0 && now.Sub(d.grown) >= growInterval && now.Sub(d.shrunk) >= shrinkInterval {
		if rs = shrinkage(loads, max(want, highest.Shards)); len(rs) > 0 {
			d.shrunk = now
		}
	}
	if len(rs) == 0 {
		return
	}
	err := s.reshard(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old.id != st.id || old.Mode != kinesis.StreamModeOnDemand || !slices.Equal(old.ring, st.ring) {
			return old, nil // somebody else was quicker
		}
		return old.closing(time.Now(), rs...), nil
	})
	if err != nil && ctx.Err() == nil {
		s.options.Logger.Warn("an on-demand stream will be scaled later", "stream", st.name, "err", err)
	}
}

// wanted is how many shards take twice a peak.
func wanted(p dailyPeak) int {
	shards := throughput{float64(p.Records), float64(p.Bytes)}.shards()
	return max(limits.ShardsByDefault, int(math.Ceil(2*shards)))
}

// growth returns the splits of a round that brings a stream nearer to want shards,
// and divides those that are hot; it leads to at most most shards. First come those
// that take most load off a shard.
func growth(loads []shardLoad, want, most int) []replacement {
	if len(loads) >= want && !slices.ContainsFunc(loads, shardLoad.isHot) {
		return nil
	}
	var splits []split
	for _, l := range loads {
		if at, larger, ok := l.live.heat.Load().splitPoint(l.Keys); ok {
			splits = append(splits, split{l, at, larger})
		}
	}
	slices.SortStableFunc(splits, func(a, b split) int {
		return cmp.Or(cmp.Compare(b.relief(), a.relief()), b.Keys.End.distance(b.Keys.Start).compare(a.Keys.End.distance(a.Keys.Start)))
	})
	var rs []replacement
	for _, x := range splits {
		count := len(loads) + len(rs)
		if len(rs) == roundMost || count >= most {
			break
		}
		if count < want || x.isHot() && x.larger <= keyBound {
			rs = append(rs, splitAt(x.shard, x.at))
		}
	}
	return rs
}

// split is how a shard is best split.
type split struct {
	shardLoad
	at     hashKey
	larger float64 // what share of its load the side has that has more
}

// relief is how much of the load another shard takes over.
func (s split) relief() float64 { return s.load * (1 - s.larger) }

// shrinkage returns the merges of a round that brings a stream nearer to least
// shards: of neighbours that are cold, the coldest first.
func shrinkage(loads []shardLoad, least int) []replacement {
	var pairs []int // the first of each
	for i := range len(loads) - 1 {
		if cold(loads[i], loads[i+1]) {
			pairs = append(pairs, i)
		}
	}
	load := func(i int) float64 { return loads[i].load + loads[i+1].load }
	slices.SortStableFunc(pairs, func(i, j int) int { return cmp.Compare(load(i), load(j)) })
	var rs []replacement
	merged := make([]bool, len(loads))
	for _, i := range pairs {
		if len(loads)-len(rs) <= least || len(rs) == roundMost {
			break
		}
		if merged[i] || merged[i+1] {
			continue
		}
		merged[i], merged[i+1] = true, true
		rs = append(rs, mergeOf(loads[i].shard, loads[i+1].shard))
	}
	return rs
}

// keepPeak writes today's peak into the stream's document, if it is not there.
func (s *Service) keepPeak(ctx context.Context, d *demand) {
	if !d.unkept {
		return
	}
	st, today := d.stream, d.today
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil || old.id != st.id {
			return old, nil
		}
		doc := old.streamDocument
		doc.Peaks = doc.Peaks.noted(today)
		return old.revised(doc, old.shards), nil
	})
	d.kept = time.Now() // also if it failed: at the most so often
	if err != nil {
		if ctx.Err() == nil {
			s.options.Logger.Warn("the peak of an on-demand stream will be kept later", "stream", st.name, "err", err)
		}
		return
	}
	d.unkept = false
}

// keepPeaks writes the peaks of all streams.
func (s *Service) keepPeaks(ctx context.Context, m *measures) {
	for _, l := range m.streams {
		s.keepPeak(ctx, &l.demand)
	}
}
