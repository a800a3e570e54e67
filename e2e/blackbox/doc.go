// Package blackbox tries the rules of the folder conformance on the server as it
// is shipped: the built command, in a process of its own, on a disk.
//
// Goroutines: none; the server is a process, which the test stops and awaits.
//
// Start reading at blackbox_test.go.
package blackbox
