package wire

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Bodies that are half read and all wait for more are all read in the end.
func TestHalfReadBodiesDoNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100+16, 16)
		half := make([]share, 10)
		for i := range half {
			if !b.tryGrow(&half[i], 10) {
				t.Fatal("the budget is smaller than it should be")
			}
		}
		var done sync.WaitGroup
		for i := range half {
			done.Go(func() {
				for range 3 {
					if err := b.grow(t.Context(), &half[i], 2); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Second) // in the bubble: until all others have got what they can
				}
				b.giveBack(&half[i])
			})
		}
		done.Wait()
		checkWhole(t, b, 100)
	})
}

func checkWhole(t *testing.T, b *budget, free int64) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.mu.free != free || b.mu.express != nil || b.mu.line.Len() != 0 {
		t.Errorf("after all gave back: free %d, want %d; express %v; line %d", b.mu.free, free, b.mu.express, b.mu.line.Len())
	}
}

func TestLineIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(10+10, 10)
		var rest, express share
		b.tryGrow(&rest, 10)
		if err := b.grow(t.Context(), &express, 10); err != nil {
			t.Fatal(err)
		}
		waiting := make([]share, 4)
		served := make([]atomic.Bool, len(waiting))
		for i, n := range []int64{4, 4, 4, 1} {
			go func() {
				if err := b.grow(t.Context(), &waiting[i], n); err != nil {
					t.Error(err)
				}
				served[i].Store(true)
			}()
			synctest.Wait()
		}
		check := func(want ...bool) {
			t.Helper()
			synctest.Wait()
			for i := range served {
				if served[i].Load() != want[i] {
					t.Errorf("waiter %d served: %v", i, !want[i])
				}
			}
		}
		check(false, false, false, false)
		b.giveBack(&rest)
		check(true, true, false, false) // 2 are free, but the third is before the fourth
		if b.tryGrow(new(share), 1) {
			t.Error("a newcomer went past the line")
		}
		b.giveBack(&waiting[1])
		check(true, true, true, true)
		for _, s := range []*share{&express, &waiting[0], &waiting[2], &waiting[3]} {
			b.giveBack(s)
		}
		checkWhole(t, b, 10)
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(10+10, 10)
		var rest, express, behind share
		b.tryGrow(&rest, 9)
		if err := b.grow(t.Context(), &express, 5); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() { gone <- b.grow(ctx, new(share), 5) }()
		synctest.Wait()
		served := make(chan error, 1)
		go func() { served <- b.grow(t.Context(), &behind, 1) }()
		synctest.Wait()
		if len(served) != 0 {
			t.Error("one went past the first in line")
		}
		cancel()
		if err := <-gone; err != context.Canceled {
			t.Errorf("grow = %v", err)
		}
		// The first in line held up the other.
		if err := <-served; err != nil {
			t.Error(err)
		}
		for _, s := range []*share{&rest, &express, &behind} {
			b.giveBack(s)
		}
		checkWhole(t, b, 10)
	})
}

// However many bodies of whatever sizes: all are read, and never more than the
// budget is held.
func TestBudgetHoldsUnderLoad(t *testing.T) {
	const total, largest, clients = 1000, 100, 50
	b := newBudget(total, largest)
	var held atomic.Int64
	var done sync.WaitGroup
	for i := range clients {
		rng := rand.New(rand.NewPCG(1, uint64(i)))
		done.Go(func() {
			for range 200 {
				readOneBody(t, b, rng, &held, total, largest)
			}
		})
	}
	done.Wait()
	checkWhole(t, b, total-largest)
}

func readOneBody(t *testing.T, b *budget, rng *rand.Rand, held *atomic.Int64, total, largest int64) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var s share
	mine := int64(0)
	for want := 1 + rng.Int64N(largest); mine < want; {
		n := 1 + rng.Int64N(want-mine)
		if rng.IntN(20) == 0 {
			cancel()
		}
		if !b.tryGrow(&s, n) {
			if err := b.grow(ctx, &s, n); err != nil {
				break
			}
		}
		mine += n
		if now := held.Add(n); now > total {
			t.Errorf("%d held of a budget of %d", now, total)
		}
	}
	held.Add(-mine)
	b.giveBack(&s)
}

func TestOutgrowingTheReserveIsABug(t *testing.T) {
	b := newBudget(10, 10)
	var s share
	if err := b.grow(t.Context(), &s, 10); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	b.takeLocked(&s, 1)
}
