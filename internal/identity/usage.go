package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/meta"
)

// usageInterval is how often it is written down what keys were used for, and how
// exactly the time of the last use is known.
const usageInterval = time.Minute

// usage is when and for what a key was used last. Who authenticates writes it, and
// no snapshot changes by that.
type usage struct {
	last atomic.Pointer[usedDocument] // nil if it never was
	// written is what of it the store has.
	written atomic.Pointer[usedDocument]
}

// note says that the key was used. Most calls do no more than look at the time: of
// uses within a minute the first counts, unless it was of another service or region.
func (u *usage) note(now time.Time, service, region string) {
	last := u.last.Load()
	if last != nil && now.Sub(last.At) < usageInterval && last.Service == service && last.Region == region {
		return
	}
	u.last.CompareAndSwap(last, &usedDocument{At: now.UTC(), Service: service, Region: region})
}

// usages are those of all keys. They outlive snapshots.
type usages struct {
	store meta.Store
	mu    struct {
		sync.Mutex
		byKey map[string]*usage
	}
}

func newUsages(store meta.Store) *usages {
	u := &usages{store: store}
	u.mu.byKey = map[string]*usage{}
	return u
}

// of is the usage of a key; r knows what was written of it before.
func (u *usages) of(r meta.Reader, id string) (*usage, error) {
	u.mu.Lock()
	known := u.mu.byKey[id]
	u.mu.Unlock()
	if known != nil {
		return known, nil
	}
	known = &usage{}
	doc, err := r.Get(usedPrefix + id)
	switch {
	case errors.Is(err, meta.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		var d usedDocument
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		known.last.Store(&d)
		known.written.Store(&d)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mu.byKey[id] = known
	return known, nil
}

// forget drops what is known of keys that are no more.
func (u *usages) forget(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.mu.byKey, id)
}

// write writes what the store does not know, in one transaction.
func (u *usages) write(ctx context.Context) error {
	u.mu.Lock()
	all := maps.Clone(u.mu.byKey)
	u.mu.Unlock()
	fresh := map[string]*usedDocument{}
	for id, used := range all {
		if last := used.last.Load(); last != used.written.Load() {
			fresh[id] = last
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err := u.store.Update(ctx, func(tx meta.Tx) error {
		for id, d := range fresh {
			if err := putUsed(tx, id, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write what access keys were used for: %w", err)
	}
	for id, d := range fresh {
		all[id].written.Store(d)
	}
	return nil
}

// putUsed puts d unless the key is no more.
func putUsed(tx meta.Tx, id string, d *usedDocument) error {
	if _, err := tx.Get(keyPrefix + id); errors.Is(err, meta.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	value, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return tx.Put(usedPrefix+id, value)
}
