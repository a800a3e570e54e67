package identity

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/freshet/freshet/internal/meta"
)

// catalog keeps the documents (documents.go) and the snapshot of them.
//
// A change is decided on the snapshot and goes into the store as one transaction
// that first checks that nothing has changed since: every change writes changedKey,
// whose version the snapshot knows. Then the store is read again. So there is one way
// from documents to a snapshot, whoever wrote them.
type catalog struct {
	store   meta.Store
	current atomic.Pointer[snapshot]
	sealer  Sealer // set by load, nil if there is nothing to seal with
	// read is what is known of documents, by their keys: one that has the same version
	// is not read again. It belongs to who has the turn.
	read  map[string]read
	usage *usages
	evict func(keyID string)
	// turn holds a token while a change is on its way from the snapshot to the
	// store and back. It is a channel and not a lock because a change waits for
	// the disk, and who waits for it may give up.
	turn chan struct{}
}

func newCatalog(store meta.Store, evict func(string)) *catalog {
	c := &catalog{store: store, evict: evict, usage: newUsages(store), turn: make(chan struct{}, 1)}
	c.current.Store(&snapshot{failed: errors.New("identities were not loaded")})
	return c
}

// now returns the snapshot. It takes no lock.
func (c *catalog) now() *snapshot { return c.current.Load() }

// known is now, or why it is not known what there is.
func (c *catalog) known() (*snapshot, error) {
	n := c.now()
	return n, n.failed
}

// change writes what fn decides on the snapshot, and returns the snapshot that has
// it. fn may be called again. Its error is returned as it is, and nothing is written.
//
// Once the change has begun to be written ctx is not looked at again: a caller that
// goes away leaves no doubt about the outcome.
func (c *catalog) change(ctx context.Context, fn func(*snapshot, *edit) error) (*snapshot, error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx = context.WithoutCancel(ctx)
	for {
		now, err := c.known()
		if err != nil {
			return nil, err
		}
		var e edit
		if err := fn(now, &e); err != nil || len(e.documents) == 0 {
			return now, err
		}
		_, err = c.store.Update(ctx, func(tx meta.Tx) error { return e.write(tx, now.version) })
		conflict := errors.Is(err, meta.ErrConflict)
		if err != nil && !conflict {
			// It may have been written all the same, and then it holds.
			return nil, errors.Join(fmt.Errorf("write identities: %w", err), c.reload(ctx))
		}
		if err := c.reload(ctx); err != nil {
			return nil, err
		}
		if !conflict {
			return c.now(), nil
		}
	}
}

// refresh reads the store if anybody has changed it.
func (c *catalog) refresh(ctx context.Context) error {
	leave, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var version meta.Version
	err = c.store.View(ctx, func(r meta.Reader) error {
		var err error
		version, err = versionOf(r)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for changed identities: %w", err)
	}
	if now := c.now(); now.failed == nil && now.version == version {
		return nil
	}
	return c.reload(ctx)
}

// reload makes the store's state the snapshot. If that cannot be, nobody knows any
// more who may come in, and so nobody may. The caller has the turn.
func (c *catalog) reload(ctx context.Context) error {
	next, err := c.load(ctx)
	if err != nil {
		err = fmt.Errorf("read identities: %w", err)
		next = &snapshot{failed: err}
	}
	old := c.current.Swap(next)
	for id, k := range old.keys {
		if !k.same(next.keys[id]) {
			c.evict(id)
		}
		if err == nil && next.keys[id] == nil {
			c.usage.forget(id)
		}
	}
	return err
}

// enter waits for the turn, until ctx ends. The caller must leave.
func (c *catalog) enter(ctx context.Context) (leave func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// versionOf is the version of the last change, 0 if there was none.
func versionOf(r meta.Reader) (meta.Version, error) {
	doc, err := r.Get(changedKey)
	if errors.Is(err, meta.ErrNotFound) {
		return 0, nil
	}
	return doc.Version, err
}
