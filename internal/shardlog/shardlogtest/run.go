package shardlogtest

import (
	"context"
	"crypto/sha256"
	"fmt"
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

// Unwrap opens the data keys that the suite adds to logs. The drivers are told.
func Unwrap(_ context.Context, k shardlog.WrappedKey) (shardlog.Secret, error) {
	if k.Wrapper != wrapper || k.Bind == "" || len(k.Wrapped) == 0 {
		return shardlog.Secret{}, fmt.Errorf("wrapped key %+v is none of the suite's", k)
	}
	return secretOf(k.Wrapped), nil
}

// wrapper wraps the keys of the suite, by doing nothing.
const wrapper = "arn:aws:kms:us-east-1:000000000000:key/suite"

func secretOf(wrapped []byte) shardlog.Secret {
	sum := sha256.Sum256(wrapped)
	s, _ := shardlog.NewSecret(sum[:])
	return s
}

// Wrapped returns a data key for a stream, the nth, that Unwrap opens.
func Wrapped(stream shardlog.StreamID, n byte) shardlog.WrappedKey {
	return shardlog.WrappedKey{Wrapper: wrapper, Bind: stream.String(), Wrapped: append(stream[:], n)}
}

// addKey adds another data key to a stream of log.
func addKey(log shardlog.Log, stream shardlog.StreamID, n byte) (shardlog.KeyID, error) {
	k := Wrapped(stream, n)
	return log.AddKey(ctx(), stream, k, secretOf(k.Wrapped))
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
		{"Keys", keyTests},
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
