//go:build unix

package main

import "golang.org/x/sys/unix"

// fewFiles is where ten thousand clients do not fit beside the data.
const fewFiles = 10_240

// openFiles looks at the limit that holds for this process; a server raises the
// soft limit to the hard one by itself.
func openFiles() finding {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return found(warned, "unknown: %v", err)
	}
	if limit.Cur < fewFiles {
		return found(warned, "%d at most; each connection takes one (ulimit -n)", limit.Cur)
	}
	return found(fine, "%d at most", limit.Cur)
}
