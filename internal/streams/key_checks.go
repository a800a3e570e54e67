package streams

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/shardlog"
)

// The log keeps data keys in memory, so that it goes on while the provider is not
// reached. But who takes a key away means the data: so the provider is asked again
// and again, for each key that a stream is encrypted with, to unwrap a data key of
// it. If it refuses, nothing is put to the streams of that key and nothing read of
// them until it does not. That it was not reached, or is throttling, changes nothing.
//
// Asked is for the key that a stream has at present. What was put under another one
// before is read while its data key is in memory, until the next start.

const (
	// keyInterval is how often a key is asked for. AWS caches data keys as long
	// (KMS developer guide, "How Amazon Kinesis Data Streams uses AWS KMS").
	keyInterval = 5 * time.Minute
	// refusedInterval is how often one is asked for that was refused, and
	// keyTimeout how long an answer is waited for.
	refusedInterval = 30 * time.Second
	keyTimeout      = 10 * time.Second
)

// KeyCheck tells of a question to the provider of keys.
type KeyCheck struct {
	// Key is the ARN of the key.
	Key string
	// Err is nil if it may be used; else why not, or why that is not known.
	Err error
}

// Outcome says in a word what became of the question.
func (c KeyCheck) Outcome() string {
	switch {
	case c.Err == nil:
		return "ok"
	case keys.Refused(c.Err):
		return "refused"
	}
	return "unknown"
}

// keyGate is the log as operations have it: it neither takes nor gives records of
// streams whose key was refused. Here every put and every read passes.
type keyGate struct {
	shardlog.Log
	// refused is why, by the stream; nil while there are none.
	refused atomic.Pointer[map[shardlog.StreamID]error]
}

func (l *keyGate) check(id shardlog.StreamID) error {
	refused := l.refused.Load()
	if refused == nil {
		return nil
	}
	return (*refused)[id]
}

// Append refuses all entries if one is of a stream that is refused: those of a call
// are of one stream.
func (l *keyGate) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	if l.refused.Load() != nil {
		for i := range entries {
			if err := l.check(entries[i].Shard.Stream); err != nil {
				return nil, err
			}
		}
	}
	return l.Log.Append(ctx, entries)
}

// Read implements shardlog.Log.
func (l *keyGate) Read(ctx context.Context, shard shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	if err := l.check(shard.Stream); err != nil {
		return shardlog.Batch{}, err
	}
	return l.Log.Read(ctx, shard, from, limit)
}

// pokeKeys has the keys asked for at once: a stream has another.
func (s *Service) pokeKeys() {
	select {
	case s.wakeKeys <- struct{}{}:
	default:
	}
}

// runKeyChecks asks for keys until ctx ends.
func (s *Service) runKeyChecks(ctx context.Context) {
	if s.options.Keys == nil {
		return
	}
	for ctx.Err() == nil {
		var timer <-chan time.Time
		if wait := s.checkKeys(ctx); wait > 0 {
			timer = time.After(wait)
		}
		select {
		case <-timer:
		case <-s.wakeKeys:
		case <-ctx.Done():
		}
	}
}

// checkKeys asks once for every key, and returns when to do so again; 0 if no stream
// is encrypted.
func (s *Service) checkKeys(ctx context.Context) time.Duration {
	byKey := map[string][]*stream{}
	for _, st := range s.catalog.now().sorted {
		if st.Encryption != nil {
			byKey[st.Encryption.ARN] = append(byKey[st.Encryption.ARN], st)
		}
	}
	before := map[shardlog.StreamID]error{}
	if was := s.gate.refused.Load(); was != nil {
		before = *was
	}
	refused := map[shardlog.StreamID]error{}
	reached := true
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		streams := byKey[key]
		var err error
		if reached { // else the others would wait as long, one after the other
			err = s.checkKey(ctx, streams[0])
			reached = !errors.Is(err, keys.ErrUnavailable)
		} else {
			err = keys.ErrUnavailable
		}
		for _, st := range streams {
			switch {
			case keys.Refused(err):
				refused[st.id] = fmt.Errorf("%w: %w", shardlog.ErrKey, err)
			case err != nil && before[st.id] != nil:
				refused[st.id] = before[st.id]
			}
		}
	}
	switch {
	case ctx.Err() != nil: // the errors say nothing
		return 0
	case len(refused) > 0:
		s.gate.refused.Store(&refused)
		return refusedInterval
	}
	s.gate.refused.Store(nil)
	if len(byKey) == 0 {
		return 0
	}
	return keyInterval
}

// checkKey asks whether the key of st may be used.
func (s *Service) checkKey(ctx context.Context, st *stream) error {
	limited, cancel := context.WithTimeout(ctx, keyTimeout)
	defer cancel()
	plain, err := s.options.Keys.Unwrap(limited, st.Encryption.Wrapped, keys.ForStream(st.arn()))
	if err == nil {
		plain.Zero()
	}
	if ctx.Err() != nil {
		return err
	}
	s.options.KeyChecked(KeyCheck{st.Encryption.ARN, err})
	switch {
	case err == nil:
	case keys.Refused(err):
		s.options.Logger.Warn("a key is refused, and with it the records of its streams", "key", st.Encryption.ARN, "stream", st.name, "err", err)
	default:
		s.options.Logger.Warn("whether a key may be used is not known; its streams go on as before", "key", st.Encryption.ARN, "stream", st.name, "err", err)
	}
	return err
}
