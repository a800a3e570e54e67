package memlog

import (
	"context"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Append implements shardlog.Log. It never returns ErrNoSpace, ErrTooLarge or
// ErrUnknown, and does not look at generations.
func (l *Log) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	records := make([]shardlog.Record, len(entries))
	for i, e := range entries {
		// Each record has memory of its own, so that trimming one frees it.
		records[i] = shardlog.Record{Key: strings.Clone(e.Key), Data: append([]byte{}, e.Data...)}
	}
	results := make([]shardlog.Result, len(entries))

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.closed {
		return nil, shardlog.ErrClosed
	}
	now := shardlog.MillisOf(time.Now())
	for i, e := range entries {
		records[i].Stamp = now
		results[i] = l.appendLocked(e.Shard, records[i])
	}
	return results, nil
}

func (l *Log) appendLocked(name shardlog.Shard, r shardlog.Record) shardlog.Result {
	if err := l.usableLocked(name.Stream); err != nil {
		return shardlog.Result{Err: err}
	}
	s := l.shardLocked(name)
	if s.sealed {
		return shardlog.Result{Err: shardlog.ErrSealed}
	}
	r.Encrypted = l.mu.encrypted[name.Stream]
	return s.append(r)
}
