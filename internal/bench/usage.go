package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has used since it began, as Linux counts it.
type Usage struct {
	// CPU is its processor time, in its own code and the kernel's.
	CPU time.Duration
	// Written is what it has caused to be written to disks.
	Written int64
	// Resident is its memory now, Peak the most it ever was.
	Resident, Peak int64
}

// usageOf reads /proc, which Linux alone has.
func usageOf(pid int) (u Usage, err error) {
	read := func(name string) []byte {
		b, readErr := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		err = errors.Join(err, readErr)
		return b
	}
	u.CPU = parseStat(read("stat"))
	status := read("status")
	u.Written = parseLine(read("io"), "write_bytes:")
	u.Resident, u.Peak = parseLine(status, "VmRSS:")<<10, parseLine(status, "VmHWM:")<<10
	if err == nil && (u.CPU < 0 || u.Resident < 0 || u.Written < 0) {
		err = fmt.Errorf("/proc/%d does not say what was expected: %+v", pid, u)
	}
	return u, err
}

// clockTick is the unit of times in /proc, on every platform that Go has.
const clockTick = 10 * time.Millisecond

// parseStat returns utime and stime of /proc/PID/stat (proc(5)), or -1. The second
// field is the program's name in parentheses, which may hold anything.
func parseStat(stat []byte) time.Duration {
	_, rest, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	fields := bytes.Fields(rest)
	if len(fields) < 13 {
		return -1
	}
	user, err := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	if errors.Join(err, err2) != nil {
		return -1
	}
	return time.Duration(user+system) * clockTick
}

// parseLine returns the number of the line that begins with name, or -1.
func parseLine(text []byte, name string) int64 {
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, name); found {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return -1
			}
			return n
		}
	}
	return -1
}
