// Package vfstest is the suite that every vfs.FS passes.
//
// Run takes a function that gives a file system and an empty folder in it. Each
// test quotes the rule of vfs that it checks. What a power cut leaves is not
// tested here: only crashfs can cut the power.
//
// Invariants:
//  1. The suite uses nothing but vfs.FS and vfs.File.
//
// Goroutines: those of one test, which waits for them.
//
// Start reading at run.go.
package vfstest
