package metatest

import (
	"errors"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// "Later calls return ErrClosed."
func afterClose(t *testing.T, s meta.Store) {
	put(t, s, "a", "1")
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	f := func(call string, err error) {
		t.Helper()
		if !errors.Is(err, meta.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", call, err)
		}
	}
	f("View", s.View(t.Context(), func(meta.Reader) error { t.Error("View ran its function"); return nil }))
	_, err := s.Update(t.Context(), func(meta.Tx) error { t.Error("Update ran its function"); return nil })
	f("Update", err)
	_, err = s.Watch(t.Context(), 0)
	f("Watch", err)
	f("Close", s.Close())
}

// "Close waits for running transactions."
func closeWaits(t *testing.T, s meta.Store) {
	put(t, s, "a", "1")
	began, finish := make(chan struct{}, 2), make(chan struct{})
	results := make(chan error, 2)
	go func() {
		results <- s.View(t.Context(), func(r meta.Reader) error {
			began <- struct{}{}
			<-finish
			has(t, r, "a", "1", 0)
			return nil
		})
	}()
	go func() {
		_, err := s.Update(t.Context(), func(tx meta.Tx) error {
			began <- struct{}{}
			<-finish
			return tx.Put("b", []byte("2"))
		})
		results <- err
	}()
	<-began
	<-began

	// Once Watch is refused Close has begun.
	watch := watching(t.Context(), s, 100)
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	if got := <-watch; !errors.Is(got.err, meta.ErrClosed) {
		t.Errorf("Watch: %v, want ErrClosed", got.err)
	}
	select {
	case err := <-closed:
		t.Errorf("Close returned %v while transactions ran", err)
		closed <- err
	default:
	}
	close(finish)
	for range 2 {
		if err := <-results; err != nil {
			t.Errorf("a transaction that ran when Close was called: %v", err)
		}
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
}
