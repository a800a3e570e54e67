package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Wait implements shardlog.Log.
func (l *Log) Wait(ctx context.Context, name shardlog.Shard, from shardlog.Offset) error {
	for {
		changed, err := l.watch(name, from)
		if changed == nil || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-l.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watch returns a channel that is closed when the shard changes, or nil if there
// is nothing to wait for.
func (l *Log) watch(name shardlog.Shard, from shardlog.Offset) (changed <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usableLocked(name.Stream); err != nil {
		return nil, err
	}
	s := l.shardLocked(name)
	if s.sealed || len(s.from(from)) > 0 {
		return nil, nil
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed, nil
}
