package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
)

// small is a soak of a few seconds on a small engine.
func small(t *testing.T) config {
	return config{
		dir: t.TempDir(), top: 500 * time.Millisecond, length: 3100 * time.Millisecond, share: 0.5,
		appenders: 2, streams: 2, shards: 4, batch: 50, retention: time.Second, row: time.Second,
		sealEvery: 200 * time.Millisecond, dropEvery: 600 * time.Millisecond,
		seed: 1, log: io.Discard,
		options: disklog.Options{MemtableBytes: 4 << 20, JournalMin: 1 << 20, JournalMax: 4 << 20},
	}
}

// TestSoak runs a short one, looks at what it writes, and that it cleans up.
func TestSoak(t *testing.T) {
	c := small(t)
	r, err := soak(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	if !strings.Contains(r.counts, "met all") || strings.Contains(r.counts, " 0 streams dropped") || strings.Contains(r.counts, " 0 removed") {
		t.Error("the soak missed something")
	}
	if left, err := os.ReadDir(c.dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	table, plot := filepath.Join(t.TempDir(), "soak.csv"), filepath.Join(t.TempDir(), "soak.svg")
	if err := r.write(table, plot); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 || len(rows[1]) != len(columns) {
		t.Errorf("table %q, %v", text, err)
	}
	_, last := r.samples.Thirds()
	for _, name := range []string{"records/s", "p99 ms", "folder MiB"} {
		if last[slices.Index(columns, name)] == 0 {
			t.Errorf("%s was not measured", name)
		}
	}
	svg, err := os.ReadFile(plot)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); err == nil; {
		_, err = d.Token()
	}
	if err != io.EOF {
		t.Errorf("the plot is no XML: %v", err)
	}
}

// A soak that is told to end makes all its checks.
func TestSoakEndsEarly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := small(t)
	c.length = time.Hour
	c.log = writer(func(p []byte) { // it says the top speed and begins to sample
		if strings.Contains(string(p), "top speed") {
			cancel()
		}
	})
	if _, err := soak(ctx, c); err != nil {
		t.Error(err)
	}
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

// A tail notices what is not what was appended.
func TestTailsNotice(t *testing.T) {
	f := func(name string, change func(data []byte) []byte) {
		t.Helper()
		s := &run{}
		sh := &shard{tag: 5, filler: noise(rng())}
		if _, err := s.check(sh, records(sh, change), 0); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
	s, sh := &run{}, &shard{tag: 5, filler: noise(rng())}
	if next, err := s.check(sh, records(sh, func(p []byte) []byte { return p }), 0); err != nil || next != 3 {
		t.Errorf("good records: %d, %v", next, err)
	}
	f("another number", func(p []byte) []byte { p[0]++; return p })
	f("another shard", func(p []byte) []byte { p[8]++; return p })
	f("another byte", func(p []byte) []byte { p[len(p)-1]++; return p })
	f("cut short", func(p []byte) []byte { return p[:len(p)-1] })
	f("cut to nothing", func([]byte) []byte { return nil })
}

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// records returns records 0, 1, 2 of a shard, the second changed.
func records(sh *shard, change func([]byte) []byte) []shardlog.Record {
	var list []shardlog.Record
	for n := range uint64(3) {
		data := sh.appendRecord(nil, n)
		if n == 1 {
			data = change(data)
		}
		list = append(list, shardlog.Record{Offset: shardlog.Offset(n), Key: key, Data: data})
	}
	return list
}
