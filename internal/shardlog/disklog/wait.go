package disklog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Wait blocks until there is something for a reader at from; see shardlog.Log.
func (l *Log) Wait(ctx context.Context, id shardlog.Shard, from shardlog.Offset) error {
	if err := l.changeable(); err != nil {
		return err
	}
	s, err := l.shards.make(id)
	if err != nil {
		return err
	}
	for {
		changed, err := s.ready(from)
		if changed == nil {
			return err
		}
		select {
		case <-changed:
		case <-l.ended:
			return shardlog.ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ready returns what to wait for, or nil if there is no need to.
func (s *shard) ready(from shardlog.Offset) (<-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.dropped:
		return nil, shardlog.ErrDropped
	case s.state.Next > max(from, s.state.Floor) || s.state.Sealed:
		return nil, nil
	case s.waiting == nil:
		s.waiting = make(chan struct{})
	}
	return s.waiting, nil
}
