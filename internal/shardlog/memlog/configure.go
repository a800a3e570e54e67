package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Configure implements shardlog.Log. Memory has no use for settings.
func (l *Log) Configure(_ context.Context, id shardlog.StreamID, _ shardlog.Settings) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.closed {
		return shardlog.ErrClosed
	}
	if _, gone := l.mu.dropped[id]; gone {
		return shardlog.ErrDropped
	}
	return nil
}
