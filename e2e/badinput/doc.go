// Package badinput sends a built server what no client should.
//
// Each input gets AWS's error, or its connection is closed; the server's resident
// memory stays within a bound; and afterwards it serves as before.
//
// The tests need the tag e2e, and Linux: memory is read from /proc, and the full
// disk is a small tmpfs in a mount namespace of the server's own.
//
// Goroutines: the tests start clients and wait for them; the server is a process,
// which each test kills or stops.
//
// Start reading at requests_test.go.
package badinput
