package freshet

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Durability says what a put that was acknowledged survives. The zero value is
// DurabilitySync; there are also DurabilityMemory and the intervals that
// DurabilityInterval returns.
type Durability time.Duration

const (
	// DurabilitySync acknowledges a put when the disk has it: neither kill -9 nor
	// a power cut loses it.
	DurabilitySync Durability = 0

	// DurabilityMemory keeps everything in memory and touches no disk: the end of
	// the process loses it.
	DurabilityMemory Durability = math.MinInt64
)

// Bounds of an interval. A shorter one is a sync for each group of puts, which is
// what DurabilitySync does; a longer one loses more than anybody can mean.
const (
	minInterval = time.Millisecond
	maxInterval = time.Minute
)

// DurabilityInterval acknowledges a put when the operating system has it, and
// syncs the disk every d, from 1 ms to 1 min: kill -9 loses nothing, a power cut
// or a crash of the operating system up to the last d.
func DurabilityInterval(d time.Duration) Durability { return Durability(d) }

// syncEvery is the interval, 0 without one.
func (d Durability) syncEvery() time.Duration { return max(0, time.Duration(d)) }

// check returns the rule that d breaks, if it does.
func (d Durability) check() error {
	if d == DurabilitySync || d == DurabilityMemory {
		return nil
	}
	return checkInterval(time.Duration(d))
}

func checkInterval(d time.Duration) error {
	if d < minInterval || d > maxInterval {
		return errors.New("the interval must be from 1ms to 1m")
	}
	return nil
}

// String returns d as ParseDurability reads it: sync, interval(50ms), memory.
func (d Durability) String() string {
	switch d {
	case DurabilitySync:
		return "sync"
	case DurabilityMemory:
		return "memory"
	}
	return fmt.Sprintf("interval(%s)", time.Duration(d))
}

// ParseDurability reads sync, memory, or an interval like interval(50ms).
func ParseDurability(s string) (Durability, error) {
	switch s {
	case "sync":
		return DurabilitySync, nil
	case "memory":
		return DurabilityMemory, nil
	}
	text, ok := strings.CutPrefix(s, "interval(")
	text, closed := strings.CutSuffix(text, ")")
	every, err := time.ParseDuration(text)
	if !ok || !closed || err != nil {
		return 0, errors.New("must be sync, memory, or an interval like interval(50ms)")
	}
	if err := checkInterval(every); err != nil {
		return 0, err
	}
	return DurabilityInterval(every), nil
}
