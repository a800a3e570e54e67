package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Drop implements shardlog.Log.
func (l *Log) Drop(_ context.Context, id shardlog.StreamID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.closed {
		return shardlog.ErrClosed
	}
	l.mu.dropped[id] = struct{}{}
	for _, s := range l.mu.streams[id] {
		s.wake()
	}
	delete(l.mu.streams, id)
	return nil
}
