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
	"time"

	"github.com/freshet/freshet/internal/series"
)

// columns are what a sample has. Records are appended, in a second; p50 to p99.9
// are of the appends.
var columns = []string{
	"second", "records/s", "p50 ms", "p99 ms", "p99.9 ms", "heap MiB", "resident MiB", "folder MiB", "goroutines", "open files",
}

var panels = []series.Panel{
	{Title: "append, ms", Columns: []string{"p99 ms", "p50 ms"}},
	{Title: "memory, MiB", Columns: []string{"resident MiB", "heap MiB"}},
	{Title: "data folder, MiB", Columns: []string{"folder MiB"}},
}

// sample takes a sample each second until ctx ends.
func (s *run) sample(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began, last := time.Now(), time.Now()
	records := s.counts.records.Load()
	s.latencies.Take() // of the top speed
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		now, n := time.Now(), s.counts.records.Load()
		rest, err := s.measure()
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		s.samples.Add(append([]float64{now.Sub(began).Seconds(), float64(n-records) / now.Sub(last).Seconds()}, rest...)...)
		last, records = now, n
	}
}

const mib = 1 << 20

// measure returns the columns but for the first two.
func (s *run) measure() ([]float64, error) {
	took := s.latencies.Take()
	slices.Sort(took)
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	folder, err := folderSize(s.folder)
	return []float64{
		series.Quantile(took, 0.5), series.Quantile(took, 0.99), series.Quantile(took, 0.999),
		float64(heap[0].Value.Uint64()) / mib, resident(), float64(folder) / mib,
		float64(runtime.NumGoroutine()), openFiles(),
	}, err
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
