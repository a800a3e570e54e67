// Package scratch lends byte buffers.
//
// A Buffer is memory from a pool; its class is its capacity, a power of two. It
// is taken with Get and given back with Release, once, by its owner.
//
// Invariants:
//  1. Until Release the memory is its owner's alone; after it nobody may hold a
//     slice or a string of it. Whoever cannot be sure that all are gone lets the
//     buffer be collected instead: that is always safe.
//  2. Under the race detector released memory is overwritten, so that a test
//     which still reads it sees nonsense, and the detector sees the write.
//
// A buffer reused while something still aliases it sends one client's data to
// another (Apache Kafka, CVE-2026-35554); hence the care.
//
// Goroutines: none.
//
// Start reading at buffer.go.
package scratch
