package series

import (
	"slices"
	"sync"
	"time"
)

// Latencies gathers how long something took, from any number of goroutines. The
// zero value is ready.
type Latencies struct {
	mu   sync.Mutex
	took []time.Duration
}

// Add adds one.
func (l *Latencies) Add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, d)
}

// Take returns those since the last Take, sorted. They are the caller's.
func (l *Latencies) Take() []time.Duration {
	l.mu.Lock()
	took := l.took
	l.took = make([]time.Duration, 0, len(took))
	l.mu.Unlock()
	slices.Sort(took)
	return took
}

// Quantile returns that of sorted times, in milliseconds; 0 of none.
func Quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(q*float64(len(sorted)-1))].Microseconds()) / 1000
}
