package metatest

import (
	"context"
	"errors"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// "A later transaction has a higher version." "The first one has version 1."
func versionsCount(t *testing.T, s meta.Store) {
	for want := meta.Version(1); want <= 5; want++ {
		v := put(t, s, "a", "1", "b", "1")
		if v != want {
			t.Errorf("update %d has version %d", want, v)
		}
		view(t, s, func(r meta.Reader) error {
			has(t, r, "a", "1", v)
			has(t, r, "b", "1", v)
			return nil
		})
	}
}

// "A transaction that wrote nothing makes no new version and returns the
// store's present one."
func noWritesNoVersion(t *testing.T, s meta.Store) {
	nothing := func(tx meta.Tx) error {
		hasNot(t, tx, "none")
		if err := tx.PutIf("none", nil, 7); !errors.Is(err, meta.ErrConflict) {
			t.Errorf("PutIf: %v, want ErrConflict", err)
		}
		return tx.Delete("none")
	}
	f := func(want meta.Version) {
		t.Helper()
		if v := update(t, s, nothing); v != want {
			t.Errorf("a transaction without writes has version %d, want %d", v, want)
		}
	}
	f(0)
	put(t, s, "a", "1")
	f(1)
	f(1)
	if v := put(t, s, "a", "1"); v != 2 {
		t.Errorf("setting a document to the value it has is version %d, want 2", v)
	}
	f(2)
}

// "If fn returns an error nothing is written and Update returns that error."
func errorRollsBack(t *testing.T, s meta.Store) {
	v := put(t, s, "a", "1", "b", "2")
	want := errors.New("the caller's reason")
	got, err := s.Update(t.Context(), func(tx meta.Tx) error {
		if err := errors.Join(tx.Put("a", []byte("x")), tx.Delete("b"), tx.Put("c", nil)); err != nil {
			return err
		}
		return want
	})
	if err != want || got != 0 {
		t.Errorf("Update = %d, %v; want the error of its function, as it is", got, err)
	}
	unchanged(t, s, v)
}

func panicRollsBack(t *testing.T, s meta.Store) {
	v := put(t, s, "a", "1", "b", "2")
	caught := func(call func()) (caught any) {
		defer func() { caught = recover() }()
		call()
		return nil
	}
	got := caught(func() {
		_, err := s.Update(t.Context(), func(tx meta.Tx) error {
			if err := errors.Join(tx.Put("a", []byte("x")), tx.Delete("b")); err != nil {
				return err
			}
			panic("in Update")
		})
		t.Errorf("Update returned %v", err)
	})
	if got != "in Update" {
		t.Errorf("recovered %v", got)
	}
	unchanged(t, s, v)

	got = caught(func() {
		err := s.View(t.Context(), func(meta.Reader) error { panic("in View") })
		t.Errorf("View returned %v", err)
	})
	if got != "in View" {
		t.Errorf("recovered %v", got)
	}
	unchanged(t, s, v)
}

// unchanged checks that the store is as put(a=1, b=2) left it at version v, and
// that it still takes updates.
func unchanged(t *testing.T, s meta.Store, v meta.Version) {
	t.Helper()
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", "1", v)
		has(t, r, "b", "2", v)
		hasNot(t, r, "c")
		return nil
	})
	if got := update(t, s, func(meta.Tx) error { return nil }); got != v {
		t.Errorf("the store has version %d, want %d", got, v)
	}
}

func viewReturnsError(t *testing.T, s meta.Store) {
	want := errors.New("the caller's reason")
	if err := s.View(t.Context(), func(meta.Reader) error { return want }); err != want {
		t.Errorf("View: %v, want the error of its function, as it is", err)
	}
}

func endedContext(t *testing.T, s meta.Store) {
	ctx := ended(t)
	err := s.View(ctx, func(meta.Reader) error { t.Error("View ran its function"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("View: %v, want the context's error", err)
	}
	_, err = s.Update(ctx, func(meta.Tx) error { t.Error("Update ran its function"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v, want the context's error", err)
	}
}

// Whatever Update says of a context that ended under it must be true.
func contextEndsWithinUpdate(t *testing.T, s meta.Store) {
	put(t, s, "a", "before")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := s.Update(ctx, func(tx meta.Tx) error {
		cancel()
		return tx.Put("a", []byte("after"))
	})
	want := "after"
	if err != nil {
		want = "before"
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Update: %v, want the context's error", err)
		}
	}
	view(t, s, func(r meta.Reader) error {
		has(t, r, "a", want, 0)
		return nil
	})
}

func contextEndsWait(t *testing.T, s meta.Store) {
	held, release := make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		_, err := s.Update(t.Context(), func(tx meta.Tx) error {
			close(held)
			<-release
			return tx.Put("a", []byte("first"))
		})
		first <- err
	}()
	<-held

	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() {
		_, err := s.Update(ctx, func(tx meta.Tx) error { return tx.Put("b", []byte("second")) })
		second <- err
	}()
	cancel()
	// A driver may let both run at once; but one that waits must stop waiting.
	if err := <-second; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the waiting Update: %v, want the context's error", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the Update that was waited for: %v", err)
	}
}
