package disklog

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// keyring is the data keys of the folder: all that the manifest has, each with its
// secret once somebody needed it. A nil keyring has none.
type keyring struct {
	unwrap shardlog.Unwrap // nil: no key can be unwrapped

	mu   sync.RWMutex
	keys map[shardlog.KeyID]*dataKey
}

// savedKey is a data key as the manifest has it.
type savedKey struct {
	id     shardlog.KeyID
	stream shardlog.StreamID
	shardlog.WrappedKey
}

// dataKey is a key of the ring.
type dataKey struct {
	savedKey
	ring *keyring

	// secret is nil until the key was unwrapped.
	secret atomic.Pointer[shardlog.Secret]
	// gone says that the stream was dropped: the key is not asked for any more.
	gone atomic.Bool
	// sealers are what bodies are encrypted with at present, opened what they were
	// decrypted with last: mostly the next one has the same salt.
	sealers, opened [uses]atomic.Pointer[sealer]

	// turn holds a value while somebody unwraps the key, which takes a network:
	// no lock is held for that. failed is why it could not be, and failedAt when;
	// they are of who has the turn.
	turn     chan struct{}
	failed   error
	failedAt time.Time
}

const (
	// unwrapTimeout bounds a call of Unwrap. A reader waits for it.
	unwrapTimeout = 10 * time.Second
	// unwrapRetry is for how long an error of Unwrap is believed: with a provider
	// that is not reached each reader would wait else.
	unwrapRetry = 5 * time.Second
)

func newKeyring(unwrap shardlog.Unwrap) *keyring {
	return &keyring{unwrap: unwrap, keys: map[shardlog.KeyID]*dataKey{}}
}

// add puts a key that the manifest has durably into the ring; secret may be zero.
func (r *keyring) add(saved savedKey, secret shardlog.Secret) {
	k := &dataKey{savedKey: saved, ring: r, turn: make(chan struct{}, 1)}
	if !secret.IsZero() {
		k.secret.Store(&secret)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[saved.id] = k
}

// addAll is add for what a manifest was read to say.
func (r *keyring) addAll(saved []savedKey) {
	for _, k := range saved {
		r.add(k, shardlog.Secret{})
	}
}

// forget takes the secrets of streams that were dropped out of memory, as far as the
// garbage collector goes. No memtable has records of them that are to be written.
func (r *keyring) forget(dropped []shardlog.StreamID) {
	if len(dropped) == 0 {
		return
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.keys {
		if !slices.Contains(dropped, k.stream) {
			continue
		}
		k.gone.Store(true)
		k.secret.Store(nil)
		for u := range uses {
			k.sealers[u].Store(nil)
			k.opened[u].Store(nil)
		}
	}
}

// get returns the key that a body of the stream names. An error says that the
// name is wrong, which is damage.
func (r *keyring) get(id shardlog.KeyID, stream shardlog.StreamID) (*dataKey, error) {
	var k *dataKey
	if r != nil {
		r.mu.RLock()
		k = r.keys[id]
		r.mu.RUnlock()
	}
	switch {
	case k == nil:
		return nil, fmt.Errorf("encrypted with key %d, which the manifest does not have", id)
	case k.stream != stream:
		return nil, fmt.Errorf("encrypted with key %d, which is of stream %s", id, k.stream)
	}
	return k, nil
}

// open returns the body of a sub-frame or a block of the stream. An error that is
// no ErrKey is damage.
func (r *keyring) open(ctx context.Context, id shardlog.KeyID, stream shardlog.StreamID, u use, sealed, header []byte) ([]byte, error) {
	if err := checkSealed(sealed); err != nil {
		return nil, err
	}
	k, err := r.get(id, stream)
	if err != nil {
		return nil, err
	}
	salt := [saltSize]byte(sealed)
	s := k.opened[u].Load()
	if s == nil || s.salt != salt {
		secret, err := k.unwrapped(ctx)
		if err != nil {
			return nil, err
		}
		s = sealerOf(secret, salt, u)
		k.opened[u].Store(s)
	}
	return s.open(sealed, header)
}

// sealer returns what the next body is encrypted with.
func (k *dataKey) sealer(ctx context.Context, u use) (*sealer, error) {
	for {
		s := k.sealers[u].Load()
		if s != nil && s.left.Add(-1) >= 0 {
			return s, nil
		}
		secret, err := k.unwrapped(ctx)
		if err != nil {
			return nil, err
		}
		k.sealers[u].CompareAndSwap(s, newSealer(secret, u))
	}
}

// unwrapped returns the secret, and has it unwrapped if that was not done yet. An
// error is an ErrKey, or that of ctx.
func (k *dataKey) unwrapped(ctx context.Context) (shardlog.Secret, error) {
	if s := k.secret.Load(); s != nil {
		return *s, nil
	}
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return shardlog.Secret{}, ctx.Err()
	}
	if s := k.secret.Load(); s != nil {
		return *s, nil
	}
	if k.gone.Load() {
		return shardlog.Secret{}, fmt.Errorf("%w: key %d: stream %s was dropped", shardlog.ErrKey, k.id, k.stream)
	}
	if k.failed != nil && time.Since(k.failedAt) < unwrapRetry {
		return shardlog.Secret{}, k.failed
	}
	secret, err := k.callUnwrap(ctx)
	if err != nil {
		return shardlog.Secret{}, err
	}
	k.secret.Store(&secret)
	return secret, nil
}

// callUnwrap is for who has the turn.
func (k *dataKey) callUnwrap(ctx context.Context) (shardlog.Secret, error) {
	if k.ring.unwrap == nil {
		return shardlog.Secret{}, fmt.Errorf("%w: key %d of stream %s, wrapped by %s: nobody was named who unwraps it",
			shardlog.ErrKey, k.id, k.stream, k.Wrapper)
	}
	limited, cancel := context.WithTimeout(ctx, unwrapTimeout)
	defer cancel()
	secret, err := k.ring.unwrap(limited, k.WrappedKey)
	if err == nil {
		return secret, nil
	}
	err = fmt.Errorf("%w: key %d of stream %s, wrapped by %s: %w", shardlog.ErrKey, k.id, k.stream, k.Wrapper, err)
	if ctx.Err() == nil { // else it is the caller who gave up
		k.failed, k.failedAt = err, time.Now()
	}
	return shardlog.Secret{}, err
}
