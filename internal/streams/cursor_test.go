package streams

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// stingyLog returns at most two records at a time, as engines do whose batches
// end with a block.
type stingyLog struct{ *memlog.Log }

func (l stingyLog) Read(ctx context.Context, shard shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	limit.Records = min(limit.Records, 2)
	return l.Log.Read(ctx, shard, from, limit)
}

// The limits hold over all the batches of a page.
func TestCursorJoinsBatches(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		for i := range 9 {
			r.put("orders", "k", fmt.Sprint(i, "......"))
		}
		st := r.stream("orders")
		f := func(limit shardlog.Limit, want int, behind bool) {
			t.Helper()
			later(time.Second)
			c := cursor{log: stingyLog{r.log}, st: st, sh: st.shard(0)}
			p, err := c.read(r.ctx(), limit)
			must(t, 0, err)
			wantEqual(t, len(p.records), want, "records")
			for i, rec := range p.records {
				wantEqual(t, rec.Offset, shardlog.Offset(i), "offset")
			}
			wantEqual(t, c.next, shardlog.Offset(want), "the cursor")
			wantEqual(t, p.behind > 0, behind, "being behind")
		}
		f(shardlog.Limit{Records: 100, Bytes: 1000}, 9, false)
		f(shardlog.Limit{Records: 9, Bytes: 1000}, 9, false)
		f(shardlog.Limit{Records: 5, Bytes: 1000}, 5, true)
		f(shardlog.Limit{Records: 100, Bytes: 8 * 5}, 5, true)
		f(shardlog.Limit{Records: 100, Bytes: 8*4 + 7}, 4, true)
		f(shardlog.Limit{Records: 100, Bytes: 1}, 1, true)
	})
}

// damagedLog cannot read the record at an offset.
type damagedLog struct {
	*memlog.Log
	at shardlog.Offset
}

var errDamaged = errors.New("a damaged block")

func (l damagedLog) Read(ctx context.Context, shard shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	if from == l.at {
		return shardlog.Batch{}, errDamaged
	}
	if from < l.at {
		limit.Records = min(limit.Records, int(l.at-from))
	}
	return l.Log.Read(ctx, shard, from, limit)
}

// What lies before a damage is read; the read that begins at it fails.
func TestCursorReadsUpToDamage(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		for i := range 5 {
			r.put("orders", "k", fmt.Sprint(i))
		}
		later(time.Second)
		st := r.stream("orders")
		c := cursor{log: damagedLog{r.log, 3}, st: st, sh: st.shard(0)}
		limit := shardlog.Limit{Records: 100, Bytes: 1000}
		p, err := c.read(r.ctx(), limit)
		must(t, 0, err)
		wantEqual(t, len(p.records), 3, "records before the damage")
		wantEqual(t, p.behind, 1000, "MillisBehindLatest")
		wantEqual(t, c.next, 3, "the cursor")
		if _, err = c.read(r.ctx(), limit); !errors.Is(err, errDamaged) {
			t.Errorf("reading at the damage: %v", err)
		}
	})
}

// gappyLog uses up three offsets of each shard behind its last record, as
// engines do that write marks of their own.
type gappyLog struct{ *memlog.Log }

func (l gappyLog) Read(ctx context.Context, shard shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	b, err := l.Log.Read(ctx, shard, from, limit)
	b.State.Next += 3
	return b, err
}

// Offsets may have gaps, at the end too: a reader comes to the tail of an open
// shard and to the end of a closed one.
func TestCursorPassesAGapAtTheTail(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		f := func(sh shardDocument, ended bool) {
			t.Helper()
			c := cursor{log: gappyLog{r.log}, st: r.stream("orders"), sh: newShard(0, sh)}
			p, err := c.read(r.ctx(), shardlog.Limit{Records: 100, Bytes: 1000})
			must(t, 0, err)
			wantEqual(t, len(p.records), 1, "records")
			wantEqual(t, p.behind, 0, "MillisBehindLatest")
			wantEqual(t, p.ended, ended, "the end")
		}
		f(shardDocument{State: open}, false)
		f(shardDocument{State: closed, End: 4}, true)
	})
}

// A power cut with durability interval takes the newest records: who had read
// them goes on with what gets their offsets now.
func TestCursorBeyondTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		st := r.stream("orders")
		c := cursor{log: r.log, st: st, sh: st.shard(0), next: 9}
		limit := shardlog.Limit{Records: 100, Bytes: 1000}
		p, err := c.read(r.ctx(), limit)
		must(t, 0, err)
		wantEqual(t, len(p.records), 0, "records")
		r.put("orders", "k", "b")
		p, err = c.read(r.ctx(), limit)
		must(t, 0, err)
		wantEqual(t, len(p.records), 1, "records")
	})
}
