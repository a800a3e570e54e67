package ordmap

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Every map that was ever made stays as it was, and each agrees with Go's.
func TestMapAgreesWithASortedMapAndNeverChanges(t *testing.T) {
	key := rapid.StringN(0, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		type moment struct {
			ours Map[int]
			want map[string]int
		}
		moments := []moment{{want: map[string]int{}}}
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			last := moments[len(moments)-1]
			next := moment{want: maps.Clone(last.want)}
			k := key.Draw(t, "key")
			if rapid.Bool().Draw(t, "set") {
				next.ours, next.want[k] = last.ours.Set(k, i), i
			} else {
				next.ours = last.ours.Delete(k)
				delete(next.want, k)
			}
			moments = append(moments, next)
		}
		from := key.Draw(t, "from")
		for _, m := range moments {
			checkEqual(t, m.ours, m.want, from)
		}
	})
}

func checkEqual(t *rapid.T, ours Map[int], want map[string]int, from string) {
	t.Helper()
	if ours.Len() != len(want) {
		t.Fatalf("Len = %d, want %d", ours.Len(), len(want))
	}
	checkHeap(t, ours.root)
	for k, v := range want {
		if got, ok := ours.Get(k); !ok || got != v {
			t.Fatalf("Get(%q) = %d, %v; want %d", k, got, ok, v)
		}
	}
	var wantKeys, gotKeys []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if k >= from {
			wantKeys = append(wantKeys, k)
		}
	}
	for k, v := range ours.From(from) {
		if want[k] != v {
			t.Fatalf("From yields %q = %d, want %d", k, v, want[k])
		}
		gotKeys = append(gotKeys, k)
	}
	if !slices.Equal(gotKeys, wantKeys) {
		t.Fatalf("From(%q) yields %q, want %q", from, gotKeys, wantKeys)
	}
}

func checkHeap(t *rapid.T, n *node[int]) {
	if n == nil {
		return
	}
	for _, child := range []*node[int]{n.left, n.right} {
		if child != nil && child.rank > n.rank {
			t.Fatalf("%q outranks its parent %q", child.key, n.key)
		}
		checkHeap(t, child)
	}
}

func TestFromStopsWhenToldTo(t *testing.T) {
	var m Map[int]
	for i := range 100 {
		m = m.Set(fmt.Sprintf("%02d", i), i)
	}
	var got []int
	for _, v := range m.From("10") {
		if got = append(got, v); len(got) == 3 {
			break
		}
	}
	if !slices.Equal(got, []int{10, 11, 12}) {
		t.Errorf("got %v", got)
	}
}

func BenchmarkSet(b *testing.B) {
	var m Map[int]
	for i := range 100_000 {
		m = m.Set(fmt.Sprint(i), i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m = m.Set("4711", i)
	}
}
