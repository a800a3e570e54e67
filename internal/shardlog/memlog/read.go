package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// Read implements shardlog.Log.
func (l *Log) Read(_ context.Context, name shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	var batch shardlog.Batch
	err := l.view(name, func(s *shard) {
		records := within(s.from(from), limit)
		batch = shardlog.Batch{Next: max(from, s.floor), State: s.state()}
		if n := len(records); n > 0 {
			batch.Records = append(batch.Records, records...)
			batch.Next = records[n-1].Offset + 1
		}
	})
	return batch, err
}

// within cuts records to limit.
func within(records []shardlog.Record, limit shardlog.Limit) []shardlog.Record {
	records = records[:min(len(records), limit.Records)]
	size := 0
	for i, r := range records {
		size += len(r.Data) + len(r.Key)
		if i > 0 && size > limit.Bytes {
			return records[:i]
		}
	}
	return records
}

// Find implements shardlog.Log.
func (l *Log) Find(_ context.Context, name shardlog.Shard, t shardlog.Millis) (shardlog.Offset, error) {
	var found shardlog.Offset
	err := l.view(name, func(s *shard) {
		found = s.floor + shardlog.Offset(s.arrivedSince(t))
	})
	return found, err
}

// State implements shardlog.Log. A shard of a dropped stream, or of a log that has
// ended, has the zero State.
func (l *Log) State(name shardlog.Shard) shardlog.State {
	var state shardlog.State
	_ = l.view(name, func(s *shard) { state = s.state() })
	return state
}
