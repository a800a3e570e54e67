//go:build !race

package scratch

// mangle does nothing: only tests under the race detector pay for it.
func mangle([]byte) {}
