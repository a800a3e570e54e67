package scratch

import (
	"math/bits"
	"sync"
)

// Classes go from 4 KiB to 32 MiB. Smaller requests get the smallest; what is
// larger is made for the occasion and never pooled.
const (
	minShift = 12
	maxShift = 25
)

// pools holds memory by class: what lies in pools[i] has room for
// 1<<(minShift+i) bytes.
var pools [maxShift - minShift + 1]sync.Pool

// Buffer is borrowed memory. Its zero value holds nothing and needs no Release.
// A Buffer is not copied.
type Buffer struct {
	// B is the buffer, of length 0 at first. The owner may append to it and
	// put what append returned back here.
	B []byte
	// slot is what the memory was wrapped in when it lay in the pool; keeping
	// it saves an allocation.
	slot *slot
}

type slot struct{ memory []byte }

// Size returns the capacity that Get(n) gives.
func Size(n int) int {
	if n <= 1<<minShift {
		return 1 << minShift
	}
	if n > 1<<maxShift {
		return n
	}
	return 1 << bits.Len(uint(n-1))
}

// Get takes a buffer with room for Size(n) bytes. What lies in its capacity is
// arbitrary.
func (b *Buffer) Get(n int) {
	if b.slot != nil {
		panic("scratch: a buffer is taken once")
	}
	size := Size(n)
	if size <= 1<<maxShift {
		b.slot, _ = pools[bits.Len(uint(size))-1-minShift].Get().(*slot)
	}
	if b.slot == nil {
		b.slot = &slot{memory: make([]byte, 0, size)}
	}
	b.B = b.slot.memory[:0]
}

// Release gives the memory back. Nobody may hold a part of it. What append made
// is cut to its class.
func (b *Buffer) Release() {
	if b.slot == nil {
		return
	}
	s, memory := b.slot, b.B[:0]
	b.slot, b.B = nil, nil
	class := bits.Len(uint(cap(memory))) - 1 - minShift
	if class < 0 || class >= len(pools) {
		return
	}
	memory = memory[: 0 : 1<<(minShift+class)]
	mangle(memory[:cap(memory)])
	s.memory = memory
	pools[class].Put(s)
}

// Abandon leaves the memory to the collector, because something may still hold
// a part of it.
func (b *Buffer) Abandon() { b.slot, b.B = nil, nil }
