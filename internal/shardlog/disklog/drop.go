package disklog

import (
	"context"
	"errors"

	"github.com/freshet/freshet/internal/shardlog"
)

// Drop forgets a stream; see shardlog.Log. Its id is remembered for good, at 16
// bytes, so that a late append does not bring it back.
func (l *Log) Drop(ctx context.Context, id shardlog.StreamID) error {
	if err := l.changeable(); err != nil {
		return err
	}
	st, err := l.shards.stream(id)
	if errors.Is(err, shardlog.ErrDropped) {
		return nil
	}
	if err != nil {
		return err
	}
	c := &control{kind: kindDrop, id: shardlog.Shard{Stream: id}, stream: st}
	c.decideLocked = func(lsn uint64) shardlog.Offset {
		st.dropped, st.droppedBy = true, lsn
		return 0
	}
	if err := l.commitControl(ctx, c); err != nil {
		return err
	}
	l.changed(id, bound{before: forever})
	return nil
}
