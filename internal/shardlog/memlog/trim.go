package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Trim implements shardlog.Log.
func (l *Log) Trim(_ context.Context, id shardlog.StreamID, before shardlog.Millis) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usableLocked(id); err != nil {
		return err
	}
	for _, s := range l.mu.streams[id] {
		s.trim(s.arrivedSince(before))
	}
	return nil
}
