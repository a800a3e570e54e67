package metatest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/meta"
)

// model is a store as simple as can be.
type model struct {
	version   meta.Version
	documents map[string]document
}

type document struct {
	value   string
	version meta.Version
}

// agreesWithMap runs random transactions on a store and on the model, and
// compares every answer.
func agreesWithMap(t *testing.T, open func(t *testing.T) meta.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer closeStore(t, s)
		m := model{documents: map[string]document{}}
		for range rapid.IntRange(1, 8).Draw(rt, "transactions") {
			step(rt, s, &m)
		}
	})
}

var errGivenUp = errors.New("given up")

// step runs one transaction on both.
func step(rt *rapid.T, s meta.Store, m *model) {
	after := model{m.version, maps.Clone(m.documents)}
	wrote := false
	version, err := s.Update(rt.Context(), func(tx meta.Tx) error {
		for range rapid.IntRange(0, 12).Draw(rt, "operations") {
			wrote = operate(rt, tx, &after, m.version+1) || wrote
		}
		if rapid.IntRange(0, 4).Draw(rt, "give up") == 0 {
			return errGivenUp
		}
		return nil
	})
	switch {
	case errors.Is(err, errGivenUp):
	case err != nil:
		rt.Fatalf("Update: %v", err)
	case wrote && version != m.version && version != m.version+1, !wrote && version != m.version:
		rt.Fatalf("version %d after %d", version, m.version)
	default:
		*m = model{version, after.documents}
	}
	err = s.View(rt.Context(), func(r meta.Reader) error {
		compareScan(rt, r, m)
		return nil
	})
	if err != nil {
		rt.Fatalf("View: %v", err)
	}
}

// anyKey draws from few and near keys, so that they meet.
var anyKey = rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]byte("\x00ab\x80\xfe\xff")), 1, 3),
	func(b []byte) string { return string(b) })

// operate does one random thing to both and reports whether it wrote.
func operate(rt *rapid.T, tx meta.Tx, m *model, version meta.Version) bool {
	key := anyKey.Draw(rt, "key")
	value := rapid.StringN(0, 5, -1).Draw(rt, "value")
	old, there := m.documents[key]
	switch rapid.SampledFrom([]string{"put", "put if", "delete", "get", "scan"}).Draw(rt, "operation") {
	case "put":
		must(rt, tx.Put(key, []byte(value)))
	case "put if":
		asked := rapid.SampledFrom([]meta.Version{0, old.version, version}).Draw(rt, "version")
		if asked != old.version {
			if err := tx.PutIf(key, []byte(value), asked); !errors.Is(err, meta.ErrConflict) {
				rt.Fatalf("PutIf(%q) at version %d, not %d: %v", key, asked, old.version, err)
			}
			return false
		}
		must(rt, tx.PutIf(key, []byte(value), asked))
	case "delete":
		must(rt, tx.Delete(key))
		delete(m.documents, key)
		return there
	case "get":
		d, err := tx.Get(key)
		if there != (err == nil) || there && (string(d.Value) != old.value || d.Version != old.version) {
			rt.Fatalf("Get(%q) = %q at %d, %v; want %q at %d", key, d.Value, d.Version, err, old.value, old.version)
		}
		return false
	case "scan":
		compareScan(rt, tx, m)
		return false
	}
	m.documents[key] = document{value, version}
	return true
}

func must(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatal(err)
	}
}

// compareScan scans both from a random place.
func compareScan(rt *rapid.T, r meta.Reader, m *model) {
	prefix := rapid.OneOf(rapid.Just(""), anyKey).Draw(rt, "prefix")
	after := rapid.OneOf(rapid.Just(""), anyKey).Draw(rt, "after")
	var want []string
	for _, key := range slices.Sorted(maps.Keys(m.documents)) {
		if strings.HasPrefix(key, prefix) && key > after {
			want = append(want, key)
		}
	}
	var got []string
	for d, err := range r.Scan(prefix, after) {
		must(rt, err)
		if w := m.documents[d.Key]; string(d.Value) != w.value || d.Version != w.version {
			rt.Fatalf("Scan yields %q = %q at %d, want %q at %d", d.Key, d.Value, d.Version, w.value, w.version)
		}
		got = append(got, d.Key)
	}
	if !slices.Equal(got, want) {
		rt.Fatalf("Scan(%q, %q) yields %q, want %q", prefix, after, got, want)
	}
}
