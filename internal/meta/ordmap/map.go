package ordmap

import (
	"hash/maphash"
	"iter"
)

// Map is an ordered map from strings to V. The zero Map is empty.
type Map[V any] struct {
	root *node[V]
	len  int
}

type node[V any] struct {
	key         string
	value       V
	rank        uint64
	left, right *node[V]
}

// seed makes the ranks of one process, so that nobody outside can choose keys
// that make a deep tree.
var seed = maphash.MakeSeed()

// Len returns the number of keys.
func (m Map[V]) Len() int { return m.len }

// Get returns the value at key and whether there is one.
func (m Map[V]) Get(key string) (V, bool) {
	for n := m.root; n != nil; {
		switch {
		case key < n.key:
			n = n.left
		case key > n.key:
			n = n.right
		default:
			return n.value, true
		}
	}
	var none V
	return none, false
}

// Set returns m with key at value.
func (m Map[V]) Set(key string, value V) Map[V] {
	below, at, above := split(m.root, key)
	if at == nil {
		m.len++
	}
	at = &node[V]{key: key, value: value, rank: maphash.String(seed, key)}
	m.root = join(join(below, at), above)
	return m
}

// Delete returns m without key.
func (m Map[V]) Delete(key string) Map[V] {
	below, at, above := split(m.root, key)
	if at == nil {
		return m
	}
	m.len--
	m.root = join(below, above)
	return m
}

// From yields the entries whose keys are at or above key, in order.
func (m Map[V]) From(key string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		m.root.from(key, yield)
	}
}

// from yields what n holds at or above key and reports whether to go on.
func (n *node[V]) from(key string, yield func(string, V) bool) bool {
	if n == nil {
		return true
	}
	if n.key < key {
		return n.right.from(key, yield)
	}
	return n.left.from(key, yield) && yield(n.key, n.value) && n.right.from(key, yield)
}

// split parts n into what lies below key, the node at key without its
// children, or nil, and what lies above.
func split[V any](n *node[V], key string) (below, at, above *node[V]) {
	if n == nil {
		return nil, nil, nil
	}
	switch {
	case key < n.key:
		below, at, above = split(n.left, key)
		return below, at, n.with(above, n.right)
	case key > n.key:
		below, at, above = split(n.right, key)
		return n.with(n.left, below), at, above
	default:
		return n.left, n.with(nil, nil), n.right
	}
}

// join makes one tree of two; every key of a lies below every key of b.
func join[V any](a, b *node[V]) *node[V] {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.rank >= b.rank:
		return a.with(a.left, join(a.right, b))
	default:
		return b.with(join(a, b.left), b.right)
	}
}

// with returns a copy of n that has these children.
func (n *node[V]) with(left, right *node[V]) *node[V] {
	c := *n
	c.left, c.right = left, right
	return &c
}
