package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Configure implements shardlog.Log. Memory has no use for settings; it
// only remembers which records were appended under a key.
func (l *Log) Configure(_ context.Context, id shardlog.StreamID, s shardlog.Settings) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usableLocked(id); err != nil {
		return err
	}
	if !l.hasKeyLocked(id, s.Key) {
		return shardlog.ErrNoKey
	}
	if delete(l.mu.encrypted, id); s.Key != 0 {
		l.mu.encrypted[id] = true
	}
	return nil
}
