package disklog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

// maxFloors is how many floors one trim holds; a stream with more shards takes
// several.
const maxFloors = 64 << 10

// Trim raises the floors of a stream's shards; see shardlog.Log. Segments in
// which nothing is left are removed afterwards by the flusher. Damage that keeps
// one shard from being trimmed keeps no other; it is returned in the end.
func (l *Log) Trim(ctx context.Context, id shardlog.StreamID, before shardlog.Millis) error {
	if err := l.changeable(); err != nil {
		return err
	}
	shards, err := l.shards.shardsOf(id)
	if err != nil {
		return err
	}
	floors, damage := l.floorsAt(ctx, shards, before)
	if len(floors) == 0 {
		return damage
	}
	st, err := l.shards.stream(id)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(floors, maxFloors) {
		c := &control{kind: kindTrim, id: shardlog.Shard{Stream: id}, stream: st, floors: part}
		c.decideLocked = func(uint64) shardlog.Offset { return 0 }
		if err := l.commitControl(ctx, c); err != nil {
			l.changed(id, bound{before, true}) // earlier parts may have been committed
			return err
		}
	}
	l.changed(id, bound{before, damage != nil})
	return damage
}

// floorsAt returns the floors that rise, by shard number, and the errors of the
// shards for which that could not be found.
func (l *Log) floorsAt(ctx context.Context, shards []*shard, before shardlog.Millis) (floors []floor, damage error) {
	slices.SortFunc(shards, func(a, b *shard) int { return cmp.Compare(a.number, b.number) })
	for _, s := range shards {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.noneBefore(before) {
			continue
		}
		found, state, err := l.findShard(s, before)
		if errors.Is(err, shardlog.ErrDropped) {
			return nil, err
		}
		if errors.Is(err, shardlog.ErrKey) {
			err = nil // what was found is the beginning of the block: no record is trimmed too early
		}
		if err != nil {
			damage = errors.Join(damage, fmt.Errorf("trim shard %s: %w", s.id(), err))
			continue
		}
		s.remember(found)
		if found.offset > state.Floor {
			floors = append(floors, floor{s.number, found.offset})
		}
	}
	return floors, damage
}

// noneBefore reports whether what the last trim found tells already that no
// record arrived before t: shards are trimmed by the minute, and to look into
// their segments each time would read footers without end.
func (s *shard) noneBefore(t shardlog.Millis) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.dropped && s.oldest.offset <= s.state.Floor && t <= s.oldest.at
}

func (s *shard) remember(found since) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oldest = found
}
