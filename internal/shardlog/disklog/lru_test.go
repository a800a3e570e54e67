package disklog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// ask asks a cache for n, whose value is its decimal; it tells whether that was
// loaded, with a weight that makes it count for weight.
func ask(t *testing.T, c *lru[int, string], n int, weight int64) (loaded bool) {
	t.Helper()
	value, err := c.get(n, func() (string, int64, error) {
		loaded = true
		return fmt.Sprint(n), weight - cachedOverhead, nil
	})
	if err != nil || value != fmt.Sprint(n) {
		t.Errorf("%d is %q, %v", n, value, err)
	}
	return loaded
}

// What was not used for longest goes, as much as the bound asks for.
func TestCacheIsBounded(t *testing.T) {
	c := &lru[int, string]{limit: 1000}
	f := func(n int, weight int64, loaded bool, size int64) {
		t.Helper()
		if got := ask(t, c, n, weight); got != loaded || c.size != size {
			t.Errorf("%d: loaded %t, %d bytes; want %t, %d", n, got, c.size, loaded, size)
		}
	}
	f(1, 400, true, 400)
	f(2, 400, true, 800)
	f(1, 400, false, 800)
	f(3, 400, true, 800) // 2 goes
	f(1, 400, false, 800)
	f(2, 400, true, 800) // 3 goes
	f(4, 900, true, 900) // both go
	f(5, 1001, true, 900)
	f(5, 1001, true, 900) // too large to be kept
	f(4, 900, false, 900)
	c.forget(func(n int) bool { return n == 4 })
	f(6, 500, true, 500)
	f(4, 500, true, 1000)
	f(6, 500, false, 1000)
}

// Many who ask for the same at once share one load, and its error; the error is
// not kept. Nobody waits under the lock: another key is answered meanwhile.
func TestCacheLoadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &lru[int, string]{limit: 1000}
		gate := make(chan struct{})
		failure := errors.New("first try")
		var loads, failed atomic.Int32
		load := func() (string, int64, error) {
			loads.Add(1)
			<-gate
			return "", 0, failure
		}
		for range 8 {
			go func() {
				if _, err := c.get(1, load); errors.Is(err, failure) {
					failed.Add(1)
				}
			}()
		}
		synctest.Wait()
		ask(t, c, 2, 200)
		close(gate)
		synctest.Wait()
		if loads.Load() != 1 || failed.Load() != 8 {
			t.Errorf("%d loads, %d of 8 failed", loads.Load(), failed.Load())
		}
		if !ask(t, c, 1, 200) || ask(t, c, 1, 200) || c.size != 400 {
			t.Errorf("after the failure: %d bytes", c.size)
		}
	})
}

// What is forgotten while it is loaded is not kept.
func TestCacheForgetsWhatIsBeingLoaded(t *testing.T) {
	c := &lru[int, string]{limit: 1000}
	value, err := c.get(1, func() (string, int64, error) {
		c.forget(func(int) bool { return true })
		return "stale", 100, nil
	})
	if value != "stale" || err != nil || c.size != 0 || len(c.entries) != 0 {
		t.Errorf("%q, %v; %d bytes in %d entries", value, err, c.size, len(c.entries))
	}
}

// A random load from several goroutines keeps the books in order.
func TestCacheUnderLoad(t *testing.T) {
	c := &lru[int, string]{limit: 20_000}
	var all sync.WaitGroup
	for g := range uint64(4) {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(g, 0))
			for range 5000 {
				n := rng.IntN(100)
				ask(t, c, n, int64(500+n))
				if rng.IntN(50) == 0 {
					c.forget(func(k int) bool { return k%10 == n%10 })
				}
			}
		})
	}
	all.Wait()
	size, listed := int64(0), 0
	for e := c.newest; e != nil; e = e.older {
		size += e.weight
		listed++
		if c.entries[e.key] != e || e.older == nil && c.oldest != e {
			t.Fatalf("entry %d is out of place", e.key)
		}
	}
	if size != c.size || listed != len(c.entries) || size > c.limit {
		t.Errorf("%d bytes in %d entries; the list has %d in %d", c.size, len(c.entries), size, listed)
	}
}

// A load that panics leaves nobody waiting, and the next one is made.
func TestALoadThatPanics(t *testing.T) {
	c := lru[int, string]{limit: 1 << 10}
	waiting := make(chan error, 1)
	func() {
		defer func() { _ = recover() }()
		_, _ = c.get(1, func() (string, int64, error) {
			entered := make(chan struct{})
			go func() {
				close(entered)
				_, err := c.get(1, func() (string, int64, error) { return "", 0, errNotLoaded })
				waiting <- err
			}()
			<-entered
			panic("damage")
		})
	}()
	if err := <-waiting; !errors.Is(err, errNotLoaded) {
		t.Errorf("who waited got %v", err)
	}
	if got, err := c.get(1, func() (string, int64, error) { return "one", 3, nil }); got != "one" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
