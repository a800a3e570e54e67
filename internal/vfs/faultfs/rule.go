package faultfs

import (
	"errors"
	"sync"

	"github.com/freshet/freshet/internal/vfs"
)

// ErrIO is what a rule without an error of its own injects: the device failed.
var ErrIO = errors.New("input/output error")

// Never lets all calls pass: the rule only counts.
const Never = -1

// Rule says which calls fail and how.
type Rule struct {
	// Match picks the calls; nil picks all. It is called from many goroutines,
	// one at a time, and must not call the FS.
	Match func(vfs.Op) bool
	// After is how many matching calls pass first, or Never.
	After int
	// Times is how many fail then, 0 meaning one and Always all.
	Times int
	// Err is what they return, ErrIO if nil. It is found by errors.Is.
	Err error
	// Short is how many bytes of a write that fails are written nevertheless;
	// with vfs.ErrNoSpace never all.
	// Calls of other kinds do nothing if they fail.
	Short int
	// Before, if not nil, runs before each matching call, failing or not, and may
	// block: so a test holds a sync.
	Before func(vfs.Op)
}

// Always is the number of Times that has no end.
const Always = -1

// Fault is a rule at work.
type Fault struct {
	rule Rule
	fs   *FS
	mu   struct {
		sync.Mutex
		seen, failed int
	}
}

// Seen returns how many calls have matched.
func (f *Fault) Seen() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.seen
}

// Failed returns how many of them were made to fail.
func (f *Fault) Failed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.failed
}

// Remove ends the rule: calls that begin later do not meet it.
func (f *Fault) Remove() { f.fs.remove(f) }

// meet counts a call, and reports whether it matches and whether it fails.
func (f *Fault) meet(op vfs.Op) (matches, fails bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rule.Match != nil && !f.rule.Match(op) {
		return false, false
	}
	f.mu.seen++
	if f.rule.After == Never || f.mu.seen <= f.rule.After {
		return true, false
	}
	if f.rule.Times != Always && f.mu.failed >= max(f.rule.Times, 1) {
		return true, false
	}
	f.mu.failed++
	return true, true
}

// Kind matches the calls of these methods.
func Kind(kinds ...vfs.Kind) func(vfs.Op) bool {
	return func(op vfs.Op) bool {
		for _, k := range kinds {
			if op.Kind == k {
				return true
			}
		}
		return false
	}
}

// Mutating matches the calls that change the disk or what of it is durable.
func Mutating(op vfs.Op) bool { return op.Mutates() }
