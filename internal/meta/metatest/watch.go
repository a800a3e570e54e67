package metatest

import (
	"context"
	"errors"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

func watchAtOnce(t *testing.T, s meta.Store) {
	put(t, s, "a", "1")
	v := put(t, s, "a", "2")
	for after := range v {
		if got, err := s.Watch(t.Context(), after); err != nil || got != v {
			t.Errorf("Watch(%d) = %d, %v; want %d", after, got, err, v)
		}
	}
}

// watching starts a Watch and returns where its answer will be.
func watching(ctx context.Context, s meta.Store, after meta.Version) <-chan watched {
	answer := make(chan watched, 1)
	go func() {
		v, err := s.Watch(ctx, after)
		answer <- watched{v, err}
	}()
	return answer
}

type watched struct {
	version meta.Version
	err     error
}

// "Watch blocks until the store's version is above after, and returns it."
func watchWaits(t *testing.T, s meta.Store) {
	v := put(t, s, "a", "1")
	one, two := watching(t.Context(), s, v), watching(t.Context(), s, v+1)
	update(t, s, func(tx meta.Tx) error { return tx.Delete("none") }) // makes no version
	if got := put(t, s, "a", "2"); got != v+1 {
		t.Fatalf("version %d, want %d", got, v+1)
	}
	if got := <-one; got.err != nil || got.version != v+1 {
		t.Errorf("Watch(%d) = %d, %v; want %d", v, got.version, got.err, v+1)
	}
	select {
	case got := <-two:
		t.Errorf("Watch(%d) = %d, %v at version %d", v+1, got.version, got.err, v+1)
	default:
	}
	put(t, s, "a", "3")
	if got := <-two; got.err != nil || got.version != v+2 {
		t.Errorf("Watch(%d) = %d, %v; want %d", v+1, got.version, got.err, v+2)
	}
}

// A follower that reads after each Watch ends with the last state, and what it
// reads is never older than what Watch told.
func watchMissesNothing(t *testing.T, s meta.Store) {
	const updates = 200
	together(2, func(i int) {
		if i == 0 {
			for range updates {
				put(t, s, "a", "1")
			}
			return
		}
		for seen := meta.Version(0); seen < updates; {
			told, err := s.Watch(t.Context(), seen)
			if err != nil || told <= seen {
				t.Errorf("Watch(%d) = %d, %v", seen, told, err)
				return
			}
			err = s.View(t.Context(), func(r meta.Reader) error {
				d, err := r.Get("a")
				if d.Version < told {
					t.Errorf("Watch told of version %d, a View after it reads %d", told, d.Version)
				}
				return err
			})
			if err != nil {
				t.Errorf("View: %v", err)
			}
			seen = told
		}
	})
}

// "It returns ctx's error when ctx ends."
func watchContext(t *testing.T, s meta.Store) {
	put(t, s, "a", "1")
	if _, err := s.Watch(ended(t), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("Watch of an ended context: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	answer := watching(ctx, s, 1)
	cancel()
	if got := <-answer; !errors.Is(got.err, context.Canceled) {
		t.Errorf("Watch whose context ended: %d, %v", got.version, got.err)
	}
}

// "ErrClosed when the store is closed."
func watchClose(t *testing.T, s meta.Store) {
	v := put(t, s, "a", "1")
	one, two := watching(t.Context(), s, v), watching(t.Context(), s, v+10)
	closeStore(t, s)
	for _, answer := range []<-chan watched{one, two} {
		if got := <-answer; !errors.Is(got.err, meta.ErrClosed) {
			t.Errorf("Watch of a store that is closed: %d, %v; want ErrClosed", got.version, got.err)
		}
	}
}
