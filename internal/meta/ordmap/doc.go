// Package ordmap keeps an ordered map of strings that never changes.
//
// A Map is a value: Set and Delete return another Map that shares most of its
// nodes with the first, and cost O(log n) on average. The Map is a treap: a
// search tree by key whose nodes are also a heap by rank, and a node's rank is
// a hash of its key, so that the tree's form depends on the keys alone.
//
// Invariants:
//  1. A node that can be reached is never written.
//  2. Keys in order rise by their bytes.
//  3. A node's rank is at least that of its children.
//
// Goroutines: none. A Map may be read by any number of them at once.
//
// Start reading at map.go.
package ordmap
