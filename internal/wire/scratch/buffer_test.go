package scratch

import "testing"

func TestSize(t *testing.T) {
	f := func(n, want int) {
		t.Helper()
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %d, want %d", n, got, want)
		}
	}
	f(0, 4096)
	f(4096, 4096)
	f(4097, 8192)
	f(1<<20, 1<<20)
	f(1<<20+1, 1<<21)
	f(1<<25, 1<<25)
	f(1<<25+1, 1<<25+1)
}

func TestGetHasRoom(t *testing.T) {
	for _, n := range []int{0, 1, 4096, 5000, 1 << 20, 1<<25 + 1} {
		var b Buffer
		b.Get(n)
		if len(b.B) != 0 || cap(b.B) < n {
			t.Errorf("Get(%d): length %d, capacity %d", n, len(b.B), cap(b.B))
		}
		b.Release()
		if b.B != nil {
			t.Error("a released buffer still shows its memory")
		}
	}
}

// What is larger than the largest class is never taken from a pool.
func TestGetOfMoreThanTheLargestClass(t *testing.T) {
	for range 10 {
		var b Buffer
		b.Get(1 << 25)
		b.Release()
		b.Get(1<<25 + 1)
		if cap(b.B) < 1<<25+1 {
			t.Fatalf("capacity %d", cap(b.B))
		}
	}
}

// What append made of a buffer goes to the pool of its own class.
func TestGrownBuffersAreSortedByWhatTheyHold(t *testing.T) {
	for range 100 {
		var b Buffer
		b.Get(1)
		b.B = append(b.B, make([]byte, 9000)...)
		b.Release()
		b.Get(8192) // those who count what they hold go by Size
		if cap(b.B) != 8192 {
			t.Fatalf("capacity %d", cap(b.B))
		}
		b.B = make([]byte, 0, 10) // too small for any pool
		b.Release()
	}
}

func TestReleaseOfNothing(t *testing.T) {
	var b Buffer
	b.Release()
	b.Get(10)
	b.Abandon()
	b.Release()
	b.Get(10)
	defer func() {
		if recover() == nil {
			t.Error("a second Get without Release did not panic")
		}
	}()
	b.Get(10)
}
