// Package memmeta keeps documents in memory. It is the reference for the other
// drivers, and the store of --memory and of freshettest.
//
// A state is an immutable ordered map with its version; an update makes the
// next state, which shares most of its nodes with the one before. So a View is
// the price of reading a pointer, and holds nobody up.
//
// Invariants:
//  1. A state that was published is never changed.
//
// Goroutines: none. A store made within a synctest bubble lives within it.
//
// Start reading at store.go.
package memmeta
