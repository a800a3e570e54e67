package disklog

import (
	"errors"
	"sync"
)

// lru is a cache that is bounded in bytes: what was not used for longest goes. A
// value may be used after it went; it is the garbage collector's then.
type lru[K comparable, V any] struct {
	limit int64

	mu sync.Mutex
	// entries are made at first use. size is the sum of their weights.
	entries map[K]*cached[K, V]
	size    int64
	// newest and oldest are the ends of the list of entries that have their
	// value; the others are being loaded and have no weight yet.
	newest, oldest *cached[K, V]
}

// cached is an entry of an lru. value and err do not change once done is closed;
// the rest is guarded by lru.mu.
type cached[K comparable, V any] struct {
	key   K
	done  chan struct{}
	value V
	err   error

	weight       int64
	newer, older *cached[K, V]
}

// cachedOverhead is about what an entry takes besides its value.
const cachedOverhead = 128

// get returns the value of key. If it is not there it calls load, which returns it
// with its weight in bytes; who asks for the same key meanwhile waits for that
// one call, and gets its value or its error. Errors are not kept.
func (c *lru[K, V]) get(key K, load func() (V, int64, error)) (V, error) {
	c.mu.Lock()
	e := c.entries[key]
	if e != nil {
		if e.weight > 0 && e != c.newest {
			c.unlinkLocked(e)
			c.linkLocked(e)
		}
		c.mu.Unlock()
		<-e.done
		return e.value, e.err
	}
	e = &cached[K, V]{key: key, done: make(chan struct{})}
	if c.entries == nil {
		c.entries = map[K]*cached[K, V]{}
	}
	c.entries[key] = e
	c.mu.Unlock()

	var weight int64
	e.err = errNotLoaded
	defer func() { // also if load panics
		close(e.done)
		c.loaded(e, weight+cachedOverhead)
	}()
	e.value, weight, e.err = load()
	return e.value, e.err
}

// errNotLoaded is returned to those who wait for a load that panics.
var errNotLoaded = errors.New("the load ended without a value")

// loaded gives e its weight and lets others go for it, or lets it go itself.
func (c *lru[K, V]) loaded(e *cached[K, V], weight int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[e.key] != e {
		return // it was forgotten meanwhile
	}
	if e.err != nil || weight > c.limit {
		delete(c.entries, e.key)
		return
	}
	e.weight = weight
	c.size += weight
	c.linkLocked(e)
	for c.size > c.limit {
		c.removeLocked(c.oldest)
	}
}

// forget lets go of the entries whose keys match accepts.
func (c *lru[K, V]) forget(match func(K) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.entries {
		if !match(key) {
			continue
		}
		if e.weight == 0 {
			delete(c.entries, key) // it is being loaded, and will not be kept
		} else {
			c.removeLocked(e)
		}
	}
}

func (c *lru[K, V]) removeLocked(e *cached[K, V]) {
	delete(c.entries, e.key)
	c.size -= e.weight
	c.unlinkLocked(e)
}

func (c *lru[K, V]) linkLocked(e *cached[K, V]) {
	e.older = c.newest
	if c.newest != nil {
		c.newest.newer = e
	}
	c.newest = e
	if c.oldest == nil {
		c.oldest = e
	}
}

func (c *lru[K, V]) unlinkLocked(e *cached[K, V]) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		c.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		c.oldest = e.newer
	}
	e.newer, e.older = nil, nil
}
