// Package serve tries freshet serve as who puts it into production meets it: its
// first start and its second, who is let in, what is refused, and a backup that is
// restored.
//
// Goroutines: none; the server is a process, which the tests stop and await.
//
// Start reading at first_start_test.go.
package serve
