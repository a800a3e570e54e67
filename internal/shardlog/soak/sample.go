package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sample is one second of a soak, or the medians of some.
type sample struct {
	second float64 // since the first
	// records were appended, in a second; p50 to p999 are of the appends.
	records        float64
	p50, p99, p999 float64 // milliseconds
	heap, rss      float64 // MiB
	folder         float64 // MiB on the disk
	goroutines     float64
	files          float64 // open
}

// column is a member of samples.
type column struct {
	name string
	of   func(*sample) *float64
}

var columns = []column{
	{"second", func(s *sample) *float64 { return &s.second }},
	{"records/s", func(s *sample) *float64 { return &s.records }},
	{"p50 ms", func(s *sample) *float64 { return &s.p50 }},
	{"p99 ms", func(s *sample) *float64 { return &s.p99 }},
	{"p99.9 ms", func(s *sample) *float64 { return &s.p999 }},
	{"heap MiB", func(s *sample) *float64 { return &s.heap }},
	{"resident MiB", func(s *sample) *float64 { return &s.rss }},
	{"folder MiB", func(s *sample) *float64 { return &s.folder }},
	{"goroutines", func(s *sample) *float64 { return &s.goroutines }},
	{"open files", func(s *sample) *float64 { return &s.files }},
}

// medians returns the median of each member.
func medians(list []sample) sample {
	var m sample
	if len(list) == 0 {
		return m
	}
	values := make([]float64, len(list))
	for _, c := range columns {
		for i := range list {
			values[i] = *c.of(&list[i])
		}
		slices.Sort(values)
		*c.of(&m) = values[len(values)/2]
	}
	return m
}

// sample takes a sample each second until ctx ends.
func (s *run) sample(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began, last := time.Now(), time.Now()
	records := s.counts.records.Load()
	s.latencies.take() // of the top speed
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		now, n := time.Now(), s.counts.records.Load()
		one, err := s.measure()
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		one.second = now.Sub(began).Seconds()
		one.records = float64(n-records) / now.Sub(last).Seconds()
		s.samples = append(s.samples, one)
		last, records = now, n
	}
}

const mib = 1 << 20

// measure looks at everything but the time.
func (s *run) measure() (sample, error) {
	var one sample
	took := s.latencies.take()
	slices.Sort(took)
	one.p50, one.p99, one.p999 = quantile(took, 0.5), quantile(took, 0.99), quantile(took, 0.999)
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	one.heap = float64(heap[0].Value.Uint64()) / mib
	one.goroutines = float64(runtime.NumGoroutine())
	one.rss, one.files = resident(), openFiles()
	size, err := folderSize(s.folder)
	one.folder = float64(size) / mib
	return one, err
}

// quantile returns that of sorted times, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(q*float64(len(sorted)-1))].Microseconds()) / 1000
}

// resident returns the process's resident memory in MiB, 0 where /proc does not
// tell.
func resident() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return 0
	}
	return pages * float64(os.Getpagesize()) / mib
}

// openFiles returns how many descriptors are open, 0 where /proc does not tell.
func openFiles() float64 {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return float64(len(list))
}

// folderSize returns the bytes that the files of a folder take on the disk.
func folderSize(dir string) (int64, error) {
	var size int64
	list, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if os.IsNotExist(err) {
			continue // removed meanwhile
		}
		if err != nil {
			return 0, err
		}
		size += diskSize(info)
	}
	return size, nil
}

// latencies gathers how long appends took.
type latencies struct {
	mu   sync.Mutex
	took []time.Duration
}

func (l *latencies) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, d)
}

// take returns those since the last take.
func (l *latencies) take() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	took := l.took
	l.took = make([]time.Duration, 0, len(took))
	return took
}
