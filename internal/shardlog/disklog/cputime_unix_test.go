//go:build unix

package disklog

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that the process has taken. Where others use the
// machine it says more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
