// Package series keeps what a long run measured over time, and shows it.
//
// A Series is a table: a column for each figure, the first of which is the
// second, and a row for each moment. It is condensed to medians, set against
// itself (the first third against the last), written as CSV, and drawn as an SVG
// of Panels that share the time.
//
// Latencies gather what a row tells of.
//
// Invariants:
//  1. Every row has a value for every column.
//
// Goroutines: none; a Series is used by one at a time, Latencies by any number.
//
// Start reading at series.go.
package series
