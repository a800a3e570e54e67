package streams

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What the algorithm promises: no count is too low, none too high by more than is
// remembered, and a key with more than one in sketchKeys is counted.
func TestSketchKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sketch
		want, total := map[string]float64{}, 0.0
		key := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(0, 200))
		for range rapid.IntRange(1, 2000).Draw(t, "records") {
			k := fmt.Sprint("key-", key.Draw(t, "key"))
			s.add(k, 1)
			want[k]++
			total++
		}
		got := map[string]bool{}
		for i := range s.n {
			k := string(s.keys[i])
			got[k] = true
			if s.counts[i] < want[k] || s.counts[i]-s.others[i] > want[k] {
				t.Fatalf("%s is counted %v, of which %v may be others': it was there %v times", k, s.counts[i], s.others[i], want[k])
			}
		}
		for k, n := range want {
			if n > total/sketchKeys && !got[k] {
				t.Fatalf("%s was there %v times of %v and is not counted", k, n, total)
			}
		}
	})
}

func TestSketchForgets(t *testing.T) {
	var s sketch
	for range 1000 {
		s.add("old", 1)
	}
	for range 10 {
		s.fade()
		for range 100 {
			s.add("new", 1)
		}
	}
	top := s.top(10)
	if len(top) != 1 || top[0].key != "new" || top[0].share < 0.99 {
		t.Errorf("the top is %v, want new alone", top)
	}
}

// Keys take no more than their bound, and a long one is found by all of it.
func TestSketchCutsKeys(t *testing.T) {
	var s sketch
	long := strings.Repeat("k", 1000)
	s.add(long+"a", 1)
	s.add(long+"a", 1)
	s.add(long+"b", 1)
	top := s.top(10)
	if len(top) != 2 || len(top[0].key) != sketchKeyBytes || top[0].share < 0.6 {
		t.Errorf("the top is %v", top)
	}
	for i := range 10000 {
		s.add(strings.Repeat("k", rand.IntN(1000))+fmt.Sprint(i), 1)
	}
	bytes := 0
	for _, k := range s.keys {
		bytes += cap(k)
	}
	if bytes > sketchKeys*sketchKeyBytes {
		t.Errorf("the keys take %d bytes, want at most %d", bytes, sketchKeys*sketchKeyBytes)
	}
}
