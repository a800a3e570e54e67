package memmeta_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/meta/metatest"
)

func TestMemmeta(t *testing.T) {
	metatest.Run(t, func(*testing.T) meta.Store { return memmeta.New() })
}

// Every wait of the store is one that synctest knows: the bubble sees that all
// goroutines wait, and what ends each wait.
func TestWaitsWithinABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memmeta.New()
		watched, updated, closed := make(chan error, 1), make(chan error, 1), make(chan error, 1)
		hold := make(chan struct{})
		go func() { _, err := s.Watch(t.Context(), 1); watched <- err }()
		go func() {
			_, err := s.Update(t.Context(), func(tx meta.Tx) error { <-hold; return tx.Put("a", nil) })
			updated <- err
		}()
		synctest.Wait()

		ctx, cancel := context.WithCancel(t.Context())
		waiting := make(chan error, 1)
		go func() { _, err := s.Update(ctx, func(meta.Tx) error { return nil }); waiting <- err }()
		synctest.Wait()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("Update that waited for its turn: %v", err)
		}

		go func() { closed <- s.Close() }()
		synctest.Wait()
		if err := <-watched; !errors.Is(err, meta.ErrClosed) {
			t.Errorf("Watch: %v, want ErrClosed", err)
		}
		close(hold)
		if err := errors.Join(<-updated, <-closed); err != nil {
			t.Error(err)
		}
	})
}

// A View that never ends holds up no Update, and goes on seeing its own state.
func TestViewHoldsUpNobody(t *testing.T) {
	s := memmeta.New()
	defer s.Close()
	set := func(value string) {
		if _, err := s.Update(t.Context(), func(tx meta.Tx) error { return tx.Put("a", []byte(value)) }); err != nil {
			t.Fatal(err)
		}
	}
	set("old")
	err := s.View(t.Context(), func(r meta.Reader) error {
		set("new")
		d, err := r.Get("a")
		if string(d.Value) != "old" {
			t.Errorf("the View reads %q", d.Value)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkUpdateAmong100000(b *testing.B) {
	s := memmeta.New()
	defer s.Close()
	_, err := s.Update(b.Context(), func(tx meta.Tx) error {
		for i := range 100_000 {
			if err := tx.Put(fmt.Sprintf("k%06d", i), []byte("value")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Update(b.Context(), func(tx meta.Tx) error { return tx.Put("k050000", []byte("other")) }); err != nil {
			b.Fatal(err)
		}
	}
}
