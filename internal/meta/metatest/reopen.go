package metatest

import (
	"slices"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// Reopen tests a driver whose stores outlive their Close. open opens the store
// in the folder dir, and makes it the first time.
func Reopen(t *testing.T, open func(t *testing.T, dir string) meta.Store) {
	dir := t.TempDir()
	large := string(make([]byte, meta.MaxValueBytes))
	want := []string{"\x00=zero", "a=changed", "\xff\xff=high"}

	s := open(t, dir)
	put(t, s, "\x00", "zero", "a", "1", "gone", "1", "\xff\xff", "high")
	update(t, s, func(tx meta.Tx) error { return tx.Delete("gone") })
	v := put(t, s, "a", "changed")
	closeStore(t, s)

	for round := range 3 {
		s := open(t, dir)
		view(t, s, func(r meta.Reader) error {
			has(t, r, "a", "changed", v)
			if got := list(t, r.Scan("", "")); !slices.Equal(got, want) {
				t.Errorf("after %d closings there is %q, want %q", round+1, got, want)
			}
			return nil
		})
		if got, err := s.Watch(t.Context(), 0); err != nil || got != v+meta.Version(2*round) {
			t.Errorf("after %d closings Watch(0) = %d, %v; want %d", round+1, got, err, v+meta.Version(2*round))
		}
		// Versions go on where they were.
		if got := put(t, s, "large", large); got != v+meta.Version(2*round+1) {
			t.Errorf("after %d closings an update has version %d, want %d", round+1, got, v+meta.Version(2*round+1))
		}
		update(t, s, func(tx meta.Tx) error { return tx.Delete("large") })
		closeStore(t, s)
	}
}
