package onewriter

import (
	"context"
	"fmt"
	"sync"

	"github.com/freshet/freshet/internal/meta"
)

// Backend keeps documents. Its methods may be called from any number of
// goroutines at once, but Begin only when the Draft before has been ended.
type Backend interface {
	// Snapshot returns the state that the last commit made, which later
	// commits do not change. It waits, until ctx ends, while there are as many
	// snapshots as the backend allows.
	Snapshot(ctx context.Context) (Snapshot, error)

	// Begin returns the state that the next commit is made upon. It waits,
	// until ctx ends, while somebody outside the process is writing.
	Begin(ctx context.Context) (Draft, error)

	// Close frees the backend. No snapshot or draft is open.
	Close() error
}

// Snapshot reads one state. Values that it returns belong to the caller.
type Snapshot interface {
	meta.Reader

	// End frees the snapshot. It is called once.
	End()
}

// Draft reads one state, and may make the next one of it.
type Draft interface {
	Snapshot

	// Version is that of the state that is read.
	Version() meta.Version

	// Commit applies writes, which are not empty, durably and all together, as
	// version, which is Version() + 1. After an error none is applied. It is
	// called once at the most, before End.
	Commit(version meta.Version, writes Writes) error
}

// Store is a meta.Store.
type Store struct {
	backend Backend
	// turn holds a token while an Update runs.
	turn chan struct{}
	// running counts the calls that may use the backend.
	running sync.WaitGroup

	mu struct {
		sync.Mutex
		closed  bool
		version meta.Version
		// changed is closed when version rises and when the store is closed.
		changed chan struct{}
	}
}

// New makes a store over backend, whose documents are at version.
func New(backend Backend, version meta.Version) *Store {
	s := &Store{backend: backend, turn: make(chan struct{}, 1)}
	s.mu.version = version
	s.mu.changed = make(chan struct{})
	return s
}

// View implements meta.Store.
func (s *Store) View(ctx context.Context, fn func(meta.Reader) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.running.Done()

	snapshot, err := s.backend.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.End()
	return fn(snapshot)
}

// Update implements meta.Store. fn is run once.
func (s *Store) Update(ctx context.Context, fn func(meta.Tx) error) (meta.Version, error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.running.Done()

	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}

	draft, err := s.backend.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer draft.End()
	return s.run(ctx, draft, fn)
}

// run runs fn over draft and commits what it wrote.
func (s *Store) run(ctx context.Context, draft Draft, fn func(meta.Tx) error) (meta.Version, error) {
	next := draft.Version() + 1
	t := &tx{base: draft, version: next}
	if err := fn(t); err != nil {
		return 0, err
	}
	// From here on ctx is not looked at: an update that has begun to be written
	// must not end in an error that leaves open whether it was.
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if t.writes.Len() == 0 {
		return draft.Version(), nil
	}
	if err := draft.Commit(next, t.writes); err != nil {
		return 0, fmt.Errorf("commit version %d: %w", next, err)
	}
	s.advance(next)
	return next, nil
}

// Watch implements meta.Store.
func (s *Store) Watch(ctx context.Context, after meta.Version) (meta.Version, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		s.mu.Lock()
		version, changed, closed := s.mu.version, s.mu.changed, s.mu.closed
		s.mu.Unlock()
		switch {
		case closed:
			return 0, meta.ErrClosed
		case version > after:
			return version, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// Close implements meta.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.mu.closed {
		s.mu.Unlock()
		return meta.ErrClosed
	}
	s.mu.closed = true
	close(s.mu.changed)
	s.mu.Unlock()

	s.running.Wait()
	return s.backend.Close()
}

// enter counts the caller among the running, unless the store is closed or ctx
// has ended.
func (s *Store) enter(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Under the lock, so that Close, which sets closed under it, has seen every
	// caller that got in.
	if s.mu.closed {
		return meta.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.running.Add(1)
	return nil
}

// advance tells the watchers that the backend has reached version.
func (s *Store) advance(version meta.Version) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.version = version
	if s.mu.closed {
		return // changed is closed already: Close waits for us to end
	}
	close(s.mu.changed)
	s.mu.changed = make(chan struct{})
}
