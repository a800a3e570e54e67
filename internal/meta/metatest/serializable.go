package metatest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// together runs fn(0) … fn(n-1) at once and waits for all.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

// number reads the document at key as a number; none is 0.
func number(r meta.Reader, key string) (int, error) {
	d, err := r.Get(key)
	if errors.Is(err, meta.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(d.Value))
}

func putNumber(tx meta.Tx, key string, n int) error { return tx.Put(key, []byte(strconv.Itoa(n))) }

// "View runs fn on one consistent state of the store."
func viewSeesOneState(t *testing.T, s meta.Store) {
	const rounds = 200
	together(3, func(i int) {
		for n := range rounds {
			if i == 0 {
				v := strconv.Itoa(n)
				put(t, s, "a", v, "m", v, "z", v)
				continue
			}
			err := s.View(t.Context(), func(r meta.Reader) error {
				a, err1 := number(r, "a")
				var scanned []string
				for d, err := range r.Scan("", "") {
					if err != nil {
						return err
					}
					scanned = append(scanned, string(d.Value))
				}
				z, err2 := number(r, "z")
				if a != z {
					t.Errorf("one View read %d and then %d", a, z)
				}
				if len(slices.Compact(scanned)) > 1 {
					t.Errorf("one Scan read %q", scanned)
				}
				return errors.Join(err1, err2)
			})
			if err != nil {
				t.Errorf("View: %v", err)
			}
		}
	})
}

// Read, add one, write: no two may read the same.
func incrementsAreNotLost(t *testing.T, s meta.Store) {
	const writers, rounds = 8, 50
	var mu sync.Mutex
	versions := map[meta.Version]int{}
	together(writers, func(int) {
		for range rounds {
			var n int
			v, err := s.Update(t.Context(), func(tx meta.Tx) (err error) {
				if n, err = number(tx, "counter"); err != nil {
					return err
				}
				return putNumber(tx, "counter", n+1)
			})
			if err != nil {
				t.Errorf("Update: %v", err)
				return
			}
			mu.Lock()
			versions[v] = n + 1
			mu.Unlock()
		}
	})
	view(t, s, func(r meta.Reader) error {
		has(t, r, "counter", strconv.Itoa(writers*rounds), writers*rounds)
		return nil
	})
	for v, n := range versions {
		if meta.Version(n) != v {
			t.Errorf("version %d set the counter to %d", v, n)
		}
	}
	if len(versions) != writers*rounds {
		t.Errorf("%d versions for %d updates", len(versions), writers*rounds)
	}
}

// Two doctors are on call; each may leave if the other stays. Under snapshot
// isolation both do.
func noWriteSkew(t *testing.T, s meta.Store) {
	for round := range 50 {
		put(t, s, "doctor/0", "1", "doctor/1", "1")
		together(2, func(i int) {
			_, err := s.Update(t.Context(), func(tx meta.Tx) error {
				onCall := 0
				for d, err := range tx.Scan("doctor/", "") {
					if err != nil {
						return err
					}
					if string(d.Value) == "1" {
						onCall++
					}
				}
				if onCall < 2 {
					return nil
				}
				return putNumber(tx, fmt.Sprintf("doctor/%d", i), 0)
			})
			if err != nil {
				t.Errorf("Update: %v", err)
			}
		})
		view(t, s, func(r meta.Reader) error {
			a, err1 := number(r, "doctor/0")
			b, err2 := number(r, "doctor/1")
			if a+b != 1 {
				t.Errorf("round %d: %d doctors are on call, want 1", round, a+b)
			}
			return errors.Join(err1, err2)
		})
	}
}

// transaction is what one Update read and wrote.
type transaction struct {
	version meta.Version
	read    map[string]int
	wrote   map[string]int
}

// historyIsSerial runs random transactions at once, then replays them one after
// the other in the order of their versions: each must have read what it would
// have read alone.
func historyIsSerial(t *testing.T, s meta.Store) {
	const writers, rounds, keys = 6, 60, 5
	var mu sync.Mutex
	var history []transaction
	together(writers, func(w int) {
		rng := rand.New(rand.NewPCG(uint64(w), 1))
		for round := range rounds {
			id := 1 + w*rounds + round
			var did transaction
			version, err := s.Update(t.Context(), func(tx meta.Tx) error {
				did = transaction{read: map[string]int{}, wrote: map[string]int{}}
				return did.run(tx, rng, id, keys)
			})
			if err != nil {
				t.Errorf("Update: %v", err)
				return
			}
			did.version = version
			mu.Lock()
			history = append(history, did)
			mu.Unlock()
		}
	})
	replay(t, history)
}

// run reads three random keys and sets one or two to id.
func (did *transaction) run(tx meta.Tx, rng *rand.Rand, id, keys int) error {
	for range 3 {
		key := fmt.Sprintf("k%d", rng.IntN(keys))
		n, err := number(tx, key)
		if err != nil {
			return err
		}
		did.read[key] = n
	}
	for range 1 + rng.IntN(2) {
		key := fmt.Sprintf("k%d", rng.IntN(keys))
		if err := putNumber(tx, key, id); err != nil {
			return err
		}
		did.wrote[key] = id
	}
	return nil
}

func replay(t *testing.T, history []transaction) {
	slices.SortFunc(history, func(a, b transaction) int { return int(a.version) - int(b.version) })
	now := map[string]int{}
	for i, did := range history {
		if i > 0 && did.version == history[i-1].version {
			t.Fatalf("two transactions have version %d", did.version)
		}
		for key, n := range did.read {
			if now[key] != n {
				t.Errorf("version %d read %s as written by %d; before it %d was", did.version, key, n, now[key])
			}
		}
		for key, n := range did.wrote {
			now[key] = n
		}
	}
}

// What Update acknowledged is there for whoever begins afterwards.
func updateIsSeen(t *testing.T, s meta.Store) {
	together(4, func(i int) {
		key := fmt.Sprintf("k%d", i)
		for n := 1; n <= 50; n++ {
			if _, err := s.Update(t.Context(), func(tx meta.Tx) error { return putNumber(tx, key, n) }); err != nil {
				t.Errorf("Update: %v", err)
			}
			err := s.View(t.Context(), func(r meta.Reader) error {
				got, err := number(r, key)
				if got != n {
					t.Errorf("after Update of %s to %d a View reads %d", key, n, got)
				}
				return err
			})
			if err != nil {
				t.Errorf("View: %v", err)
			}
		}
	})
}
