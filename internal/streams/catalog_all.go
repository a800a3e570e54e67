package streams

import (
	"context"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/meta"
)

// changeAll makes of every stream that has selects what fn makes of it, nil to
// remove it, in one transaction, and returns what became of them; of those that
// are removed what they were. fn may be called again, and changes nothing that
// the log is told of (keeping.go).
//
// Once the changes have begun to be written ctx is not looked at again.
func (c *catalog) changeAll(ctx context.Context, has func(*stream) bool, fn func(*stream) *stream) ([]*stream, error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx = context.WithoutCancel(ctx)
	for {
		all := changesOf(c.now(), has, fn)
		if len(all) == 0 {
			return nil, nil
		}
		version, err := c.store.Update(ctx, all.write)
		if err == nil {
			return c.installAll(all, version), nil
		}
		conflict := errors.Is(err, meta.ErrConflict)
		if !conflict {
			err = fmt.Errorf("write %d streams: %w", len(all), err)
		}
		// Some may be other than the snapshot knows, or have been written.
		for key := range all {
			if e := c.reload(ctx, key); e != nil {
				err, conflict = errors.Join(err, e), false
			}
		}
		if !conflict {
			return nil, err
		}
	}
}

// changes are what streams are and what they are to be.
type changes map[streamKey]struct{ old, next *stream }

func changesOf(n *snapshot, has func(*stream) bool, fn func(*stream) *stream) changes {
	all := changes{}
	for _, st := range n.sorted {
		if has(st) {
			all[st.streamKey] = struct{ old, next *stream }{st, fn(st)}
		}
	}
	return all
}

func (all changes) write(tx meta.Tx) error {
	for key, x := range all {
		if x.next == x.old {
			continue
		}
		if err := write(tx, key, x.old, x.next); err != nil {
			return err
		}
	}
	return nil
}

// installAll makes all, which the store holds at version, what operations see.
func (c *catalog) installAll(all changes, version meta.Version) (result []*stream) {
	var sorted []*stream
	for _, st := range c.now().sorted {
		x, ok := all[st.streamKey]
		switch {
		case !ok:
			sorted = append(sorted, st)
			continue
		case x.next == nil:
			result = append(result, x.old)
			continue
		case x.next != x.old:
			x.next.version = version
			c.profiles().limit(x.next)
		}
		sorted, result = append(sorted, x.next), append(result, x.next)
	}
	c.replace(newSnapshot(sorted, c.now().accounts))
	return result
}
