package disklog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Seal ends a shard; see shardlog.Log. It joins a group like an append, so its
// end is exact: what joined before lies below it, what comes after is refused.
func (l *Log) Seal(ctx context.Context, id shardlog.Shard, generation uint32) (shardlog.Offset, error) {
	if err := l.changeable(); err != nil {
		return 0, err
	}
	s, err := l.shards.make(id)
	if err != nil {
		return 0, err
	}
	if state, _ := s.published(); state.Sealed {
		return state.Next, nil
	}
	// If another Seal has joined and is not durable yet, this one says the same
	// once more: when its own group is durable, so is the other's.
	c := &control{kind: kindSeal, id: id, generation: generation, stream: s.stream, shard: s}
	c.decideLocked = func(lsn uint64) shardlog.Offset {
		s.joined.sealed, s.joined.sealedBy = true, lsn
		return s.joined.next
	}
	if err := l.commitControl(ctx, c); err != nil {
		return 0, err
	}
	return c.offset, nil
}
