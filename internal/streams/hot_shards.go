package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
)

const (
	// hotShard is the load, in shards, from which on a shard is hot: when it comes
	// near to what a shard of AWS takes.
	hotShard = 0.75
	// coldPair is up to which load together two neighbours are cold. One shard of
	// that load is far from being hot.
	coldPair = 0.25
	// keyBound is the share of a shard's load at the better side of a split from
	// which on the split would be for nothing.
	keyBound = 0.9
	// keysShown is how many keys of a shard are shown.
	keysShown = 10
)

// HotShards is the extension API's page on the load of a stream's open shards.
func (s *Service) HotShards(_ context.Context, caller access.Caller, name string, _ *extapi.Nothing) (*extapi.Shards, error) {
	st, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	out := &extapi.Shards{Stream: st.name, Shards: make([]extapi.Shard, len(st.ring))}
	loads := loadsOf(st.ring)
	total := 0.0
	for _, l := range loads {
		total += l.load
	}
	for i, l := range loads {
		out.Shards[i] = l.describe()
		if total > 0 {
			out.Shards[i].Share = l.load / total
		}
	}
	if st.Mode == kinesis.StreamModeProvisioned && s.looks.Load() >= windowLooks { // others are split and merged without anybody
		advise(loads, out.Shards)
	}
	return out, nil
}

// shardLoad is what an open shard took in the last minute.
type shardLoad struct {
	*shard
	rate throughput
	load float64 // rate, in shards
	full bool    // rate is known, of a whole minute
}

// loadsOf returns the loads of a ring, in its order.
func loadsOf(ring []*shard) []shardLoad {
	list, minuteAgo := make([]shardLoad, len(ring)), now()-60_000
	for i, sh := range ring {
		r, known := sh.live.rate()
		// One that has just opened has no heat yet, as if it rested.
		list[i] = shardLoad{sh, r, r.shards(), known && sh.Opened <= minuteAgo}
	}
	return list
}

func (l shardLoad) describe() extapi.Shard {
	d := extapi.Shard{
		ID:               l.id,
		StartingHashKey:  l.Keys.Start.String(),
		EndingHashKey:    l.Keys.End.String(),
		RecordsPerSecond: l.rate.records,
		BytesPerSecond:   l.rate.bytes,
		Load:             l.load,
		Keys:             []extapi.HotKey{},
	}
	for _, k := range l.live.heat.Load().hottest(keysShown) {
		d.Keys = append(d.Keys, extapi.HotKey{Key: k.key, Share: k.share})
	}
	return d
}

// hottest returns the most frequent keys, none if h is nil.
func (h *heat) hottest(n int) []keyShare {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.keys.top(n)
}

// isHot reports whether l has been hot for a minute.
func (l shardLoad) isHot() bool { return l.full && l.load >= hotShard }

// advise says what would be good for shards of those loads. It advises no shard
// twice.
func advise(loads []shardLoad, shards []extapi.Shard) {
	for i := 0; i < len(loads); i++ {
		switch {
		case loads[i].isHot():
			shards[i].Advice = loads[i].relief()
		case i+1 < len(loads) && cold(loads[i], loads[i+1]):
			shards[i].Advice = &extapi.ShardAdvice{Action: "merge", AdjacentShard: loads[i+1].id}
			i++
		}
	}
}

// relief says what is good for a shard that is hot.
func (l shardLoad) relief() *extapi.ShardAdvice {
	at, larger, ok := l.live.heat.Load().splitPoint(l.Keys)
	if !ok || larger > keyBound {
		return &extapi.ShardAdvice{Action: "spread"}
	}
	return &extapi.ShardAdvice{Action: "split", NewStartingHashKey: at.String()}
}

// cold reports whether two neighbours could be one.
func cold(a, b shardLoad) bool { return a.full && b.full && a.load+b.load <= coldPair }
