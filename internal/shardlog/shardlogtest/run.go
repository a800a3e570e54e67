package shardlogtest

import (
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
)

// Driver says how the suite gets logs.
type Driver struct {
	// New makes empty storage for one test and returns how to open it. The suite
	// calls open, then Run of the log, then Close when Run has returned; then
	// perhaps open again, which gives a log on the same storage.
	New func(t *testing.T) (open func() (shardlog.Log, error))
	// Volatile says that closing a log loses its records, so that open need not
	// work twice: the tests that open again are left out.
	Volatile bool
}

// test is one test of the suite.
type test struct {
	name string
	run  func(*rig)
}

// Run checks that the logs of d keep the contract of shardlog.
func Run(t *testing.T, d Driver) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"Append", appendTests},
		{"Read", readTests},
		{"Find", findTests},
		{"Trim", trimTests},
		{"Seal", sealTests},
		{"Drop", dropTests},
		{"Configure", configureTests},
		{"Wait", waitTests},
		{"End", endTests},
	}
	if !d.Volatile {
		groups = append(groups, struct {
			name  string
			tests []test
		}{"Reopen", reopenTests})
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, tt := range g.tests {
				t.Run(tt.name, func(t *testing.T) { tt.run(newRig(t, d)) })
			}
		})
	}
}
