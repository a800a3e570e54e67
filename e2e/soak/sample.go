package main

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/series"
)

// columns are what a sample has: of the server, but for the latencies, which are
// those that the soak's clients met.
var columns = []string{
	"second", "records/s", "put p50 ms", "put p99 ms", "push p50 ms", "push p99 ms",
	"resident MiB", "heap MiB", "folder MiB", "goroutines", "open files", "CPU %",
}

var panels = []series.Panel{
	{Title: "PutRecords, ms", Columns: []string{"put p99 ms", "put p50 ms"}},
	{Title: "from put to push, ms", Columns: []string{"push p99 ms", "push p50 ms"}},
	{Title: "memory, MiB", Columns: []string{"resident MiB", "heap MiB"}},
	{Title: "data folder, MiB", Columns: []string{"folder MiB"}},
}

// sample takes a sample each second until ctx ends.
func (s *run) sample(ctx context.Context) error {
	began, last := time.Now(), time.Now()
	records, cpu := int64(0), 0.0
	return every(ctx, time.Second, func(ctx context.Context) error {
		m, err := s.metrics(ctx)
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		resident, _, err := s.server.Resident()
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		folder, err := folderSize(s.folder)
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		now, n, busy := time.Now(), s.counts.records.Load(), m["process_cpu_seconds_total"]
		span := now.Sub(last).Seconds()
		put, push := s.puts.Take(), s.pushes.Take()
		s.samples.Add(now.Sub(began).Seconds(), float64(n-records)/span,
			series.Quantile(put, 0.5), series.Quantile(put, 0.99), series.Quantile(push, 0.5), series.Quantile(push, 0.99),
			float64(resident)/mib, m["go_memstats_heap_alloc_bytes"]/mib, float64(folder)/mib,
			m["go_goroutines"], m["process_open_fds"], 100*(busy-cpu)/span)
		last, records, cpu = now, n, busy
		return nil
	})
}

const mib = 1 << 20

// metrics returns the server's metrics that have no labels.
func (s *run) metrics(ctx context.Context) (map[string]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.Endpoint()+"/_freshet/metrics", nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	values := map[string]float64{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, text, found := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseFloat(text, 64); found && err == nil {
			values[name] = value
		}
	}
	return values, lines.Err()
}

// folderSize returns the bytes of the files of a folder, holes included.
func folderSize(dir string) (int64, error) {
	var size int64
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return ignoreGone(err)
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return ignoreGone(err)
	})
	return size, err
}

// ignoreGone returns err, unless it tells of a file that was removed meanwhile.
func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}
