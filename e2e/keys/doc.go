// Package keys asks real keepers of keys: a KMS API (moto's server) and an OpenBao.
//
// Each runs as a process on loopback, and the driver passes the contract's suite
// (internal/keys/keystest) against it; then it is stopped, and what the driver says
// of one that is not there is looked at.
//
// The tests need the tag e2e. moto is where `make e2e-deps` puts it; bao, OpenBao's
// command, is in the PATH or where BAO says. In short mode OpenBao is left out.
//
// Goroutines: one waits for each process; the test waits for it.
//
// Start reading at moto_test.go.
package keys
