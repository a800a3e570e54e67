package disklog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/shardlog"
)

// bodyOf returns the body of a sub-frame, decrypted. Where the key is not to be
// had it notes that, and returns what there is: whoever reads it must ask
// checkUnlocked before.
func (l *Log) bodyOf(s *subFrame) ([]byte, error) {
	if s.key == 0 {
		return s.body, nil
	}
	if why := l.locked.known(s, l.keys); why != nil {
		l.locked.note(s, why)
		return s.body, nil
	}
	opened, err := s.opened(context.Background(), l.keys)
	if errors.Is(err, shardlog.ErrKey) {
		l.locked.note(s, err)
		return s.body, nil
	}
	return opened.body, err
}

// lockedRuns are the entries of the journal that could not be decrypted for want
// of keys. They belong to recovery.
type lockedRuns struct {
	subFrames int
	why       map[shardlog.StreamID]error
	// keys are those that were asked for in vain, with why. Recovery asks for each
	// once, and for none any more after it had no answer in time: it would wait at
	// every sub-frame else.
	keys   map[shardlog.KeyID]error
	silent error
}

// known returns why the body of s cannot be decrypted, nil if that is not known yet.
func (r *lockedRuns) known(s *subFrame, keys *keyring) error {
	if r.keys == nil {
		return nil
	}
	k, err := keys.get(s.key, s.shard.Stream)
	if err != nil {
		return nil
	}
	if why := r.keys[k.id]; why != nil || r.silent == nil || k.secret.Load() != nil {
		return why
	}
	return fmt.Errorf("%w: key %d of stream %s, wrapped by %s: not asked for, since there was no answer for another: %w",
		shardlog.ErrKey, k.id, k.stream, k.Wrapper, r.silent)
}

func (r *lockedRuns) note(s *subFrame, why error) {
	if r.why == nil {
		r.why, r.keys = map[shardlog.StreamID]error{}, map[shardlog.KeyID]error{}
	}
	r.subFrames++
	r.keys[s.key] = why
	if r.silent == nil && errors.Is(why, context.DeadlineExceeded) {
		r.silent = context.DeadlineExceeded
	}
	if r.why[s.shard.Stream] == nil {
		r.why[s.shard.Stream] = why
	}
}

// checkUnlocked returns why the log cannot be opened: records that no segment has
// are encrypted, and their key is not to be had. Those of a stream that was dropped
// later on are nobody's.
func (l *Log) checkUnlocked() error {
	var errs []error
	for id, why := range l.locked.why {
		if !l.shards.isDropped(id) {
			errs = append(errs, why)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return fmt.Errorf("the journal has records that cannot be decrypted; nothing was changed. "+
		"Let the provider of the key be reached, and the key be enabled, and start again: %w", errors.Join(errs...))
}
