package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Seal implements shardlog.Log. It does not look at the generation.
func (l *Log) Seal(_ context.Context, name shardlog.Shard, _ uint32) (shardlog.Offset, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usableLocked(name.Stream); err != nil {
		return 0, err
	}
	s := l.shardLocked(name)
	s.sealed = true
	s.wake()
	return s.next, nil
}
