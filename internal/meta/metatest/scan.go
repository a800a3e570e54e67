package metatest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// "Keys are ordered by their bytes."
func scanOrder(t *testing.T, s meta.Store) {
	want := []string{
		"\x00", "\x00\x00", "\x00\xff", "\x01", "A", "B", "a", "a\x00", "a\x00b", "aa", "a\xff", "b",
		"\x7f", "\x80", "\xc3\xa9", "é\x00", "\xfe\xff", "\xff", "\xff\x00", "\xff\xff", "\xff\xff\xff",
	}
	slices.Sort(want)
	update(t, s, func(tx meta.Tx) error {
		for i := range want { // not in their order
			key := want[(i*8)%len(want)]
			if err := tx.Put(key, nil); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(r meta.Reader) error {
		var got []string
		for d, err := range r.Scan("", "") {
			if err != nil {
				return err
			}
			got = append(got, d.Key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("Scan yields\n%q, want\n%q", got, want)
		}
		return nil
	})
}

// "Scan yields the documents whose keys begin with prefix and lie strictly
// above after ("" for all), in the order of their keys."
func scanPrefixAfter(t *testing.T, s meta.Store) {
	put(t, s, "a", "", "a/1", "", "a/2", "", "a/2/x", "", "a0", "", "b", "", "\xfd\x80", "", "\xfd\xff", "",
		"\xff", "", "\xff\xff", "", "\xff\xff1", "")
	view(t, s, func(r meta.Reader) error {
		f := func(prefix, after string, want ...string) {
			t.Helper()
			var got []string
			for d, err := range r.Scan(prefix, after) {
				if err != nil {
					t.Fatalf("Scan(%q, %q): %v", prefix, after, err)
				}
				got = append(got, d.Key)
			}
			if !slices.Equal(got, want) {
				t.Errorf("Scan(%q, %q) yields %q, want %q", prefix, after, got, want)
			}
		}
		f("", "", "a", "a/1", "a/2", "a/2/x", "a0", "b", "\xfd\x80", "\xfd\xff", "\xff", "\xff\xff", "\xff\xff1")
		f("a/", "", "a/1", "a/2", "a/2/x")
		f("a/", "a/1", "a/2", "a/2/x")
		f("a/", "a/11", "a/2", "a/2/x")
		f("a/", "a", "a/1", "a/2", "a/2/x")
		f("a/", "a/", "a/1", "a/2", "a/2/x")
		f("a/", "a/2/x")
		f("a/", "b")
		f("a", "a", "a/1", "a/2", "a/2/x", "a0")
		f("a/2", "a/2", "a/2/x")
		f("", "a0", "b", "\xfd\x80", "\xfd\xff", "\xff", "\xff\xff", "\xff\xff1")
		f("", "\xff\xff\xff")
		f("\xff", "", "\xff", "\xff\xff", "\xff\xff1")
		f("\xff\xff", "\xff\xff", "\xff\xff1")
		f("a/2/x/longer than any", "")
		f("none", "")
		f("\xfd", "", "\xfd\x80", "\xfd\xff")
		f("\xfd\x80", "", "\xfd\x80")
		f("\xfd\xff", "", "\xfd\xff")
		return nil
	})
}

func scanStops(t *testing.T, s meta.Store) {
	put(t, s, "a", "1", "b", "2", "c", "3")
	view(t, s, func(r meta.Reader) error {
		for range r.Scan("", "") {
			break
		}
		// The reader is good for more, and a sequence for another round.
		all := r.Scan("", "")
		for range 2 {
			if got := list(t, all); !slices.Equal(got, []string{"a=1", "b=2", "c=3"}) {
				t.Errorf("Scan yields %q", got)
			}
		}
		return nil
	})
}

// "In an Update it sees the transaction's own writes made before Scan was called."
func scanSeesOwnWrites(t *testing.T, s meta.Store) {
	put(t, s, "b", "1", "d", "2", "f", "3")
	update(t, s, func(tx meta.Tx) error {
		err := errors.Join(
			tx.Put("a", []byte("new")), tx.Put("c", []byte("new")), tx.Put("d", []byte("changed")),
			tx.Delete("f"), tx.Put("g", []byte("new")), tx.Put("h", []byte("gone")), tx.Delete("h"))
		f := func(prefix, after string, want ...string) {
			t.Helper()
			if got := list(t, tx.Scan(prefix, after)); !slices.Equal(got, want) {
				t.Errorf("Scan(%q, %q) yields %q, want %q", prefix, after, got, want)
			}
		}
		f("", "", "a=new", "b=1", "c=new", "d=changed", "g=new")
		f("", "a", "b=1", "c=new", "d=changed", "g=new")
		f("", "c", "d=changed", "g=new")
		f("c", "", "c=new")
		f("f", "")
		for range tx.Scan("", "") {
			break
		}
		return err
	})
}

// "Writing while iterating is allowed and does not change what is yielded."
func scanDoesNotSeeLaterWrites(t *testing.T, s meta.Store) {
	put(t, s, "b", "1", "d", "2", "f", "3")
	update(t, s, func(tx meta.Tx) error {
		if err := tx.Put("e", []byte("before")); err != nil {
			return err
		}
		scan := tx.Scan("", "")
		if err := tx.Put("a", []byte("after Scan was called")); err != nil {
			return err
		}
		var got []string
		for d, err := range scan {
			if err != nil {
				return err
			}
			got = append(got, d.Key+"="+string(d.Value))
			err := errors.Join(
				tx.Put("c", []byte("new")), tx.Put("d", []byte("changed")), tx.Put("e", []byte("changed")),
				tx.Delete(d.Key), tx.Delete("f"), tx.Put("z"+d.Key, nil))
			if err != nil {
				return err
			}
		}
		if want := []string{"b=1", "d=2", "e=before", "f=3"}; !slices.Equal(got, want) {
			t.Errorf("Scan yields %q, want %q", got, want)
		}
		return nil
	})
	view(t, s, func(r meta.Reader) error {
		// The last round put c, d and e again, which earlier ones had deleted.
		want := []string{
			"a=after Scan was called", "c=new", "d=changed", "e=changed", "zb=", "zd=", "ze=", "zf=",
		}
		if got := list(t, r.Scan("", "")); !slices.Equal(got, want) {
			t.Errorf("afterwards there is %q, want %q", got, want)
		}
		return nil
	})
}

func scanWithinScan(t *testing.T, s meta.Store) {
	put(t, s, "a", "1", "b", "2", "c", "3")
	check := func(r meta.Reader) error {
		pairs := 0
		for outer, err := range r.Scan("", "") {
			if err != nil {
				return err
			}
			for inner, err := range r.Scan("", outer.Key) {
				if err != nil {
					return err
				}
				has(t, r, inner.Key, string(inner.Value), 0)
				pairs++
			}
		}
		if pairs != 3 {
			t.Errorf("%d pairs, want 3", pairs)
		}
		return nil
	}
	view(t, s, check)
	update(t, s, func(tx meta.Tx) error { return check(tx) })
}

// A scan goes on past whatever a driver reads at a time.
func scanLarge(t *testing.T, s meta.Store) {
	const documents = 3000
	large := bytes.Repeat([]byte("x"), 1<<20)
	update(t, s, func(tx meta.Tx) error {
		for i := range documents {
			value := large[:i%100]
			if i%500 == 0 {
				value = large
			}
			if err := tx.Put(fmt.Sprintf("k%05d", i), value); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(r meta.Reader) error {
		i := 0
		for d, err := range r.Scan("k", "") {
			if err != nil {
				return err
			}
			want := i % 100
			if i%500 == 0 {
				want = len(large)
			}
			if d.Key != fmt.Sprintf("k%05d", i) || len(d.Value) != want {
				t.Fatalf("document %d is %q of %d bytes, want %d", i, d.Key, len(d.Value), want)
			}
			i++
		}
		if i != documents {
			t.Errorf("%d documents, want %d", i, documents)
		}
		return nil
	})
}
