// Package suite measures everything that docs/benchmarks.md shows, on servers that
// it starts, and prints the tables.
//
// A Suite goes through sections, each a table. A section measures its rows one
// after the other, and all of them again in every round, so that what else the
// machine does meets all rows alike; a cell has the figures of the rounds. Each
// load is preceded by the same load on the floor.
//
// Invariants:
//  1. Servers and floors are processes of their own, and are gone when Run returns.
//  2. What the server is said to have used, it used between the first request and
//     the last of the load; making and deleting streams is not in it.
//  3. Records that are said to be read from a disk were read from no cache: the
//     server was started again, and the kernel told to forget the files.
//
// Goroutines: none. Servers, floors and loads have theirs (package bench).
//
// It needs Linux, whose /proc tells what a process has used.
//
// Start reading at suite.go.
package suite
