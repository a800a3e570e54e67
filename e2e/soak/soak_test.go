//go:build e2e

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/freshet/freshet/e2e/process"
)

// built is the command, built from these sources.
var built string

func TestMain(m *testing.M) {
	os.Exit(process.WithBinary(func(binary string) int {
		built = binary
		return m.Run()
	}))
}

// TestSoak runs a short one, in which everything happens.
func TestSoak(t *testing.T) {
	c := config{
		length: 6 * time.Second, binary: built, dir: t.TempDir(), streams: 2, shards: 4, writers: 2, pace: 1000,
		reshardEvery: 500 * time.Millisecond, scaleEvery: 4, passEvery: time.Second, keep: 20 * time.Second, row: time.Second, seed: 1, log: io.Discard,
	}
	r, err := soak(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	if strings.Contains(r.counts, " 0 ") {
		t.Error("something did not happen")
	}
	_, last := r.samples.Thirds()
	for i, name := range columns {
		if last[i] == 0 {
			t.Errorf("%s was not measured", name)
		}
	}
	if left, err := os.ReadDir(c.dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := r.write(filepath.Join(t.TempDir(), "soak.csv"), filepath.Join(t.TempDir(), "soak.svg")); err != nil {
		t.Error(err)
	}
}

// A follower notices what is not what was put.
func TestFollowersNotice(t *testing.T) {
	f := func(name string, change func([]types.Record) []types.Record) {
		t.Helper()
		fo := newFollower(&stream{run: &run{}}, "test", nil, &new(counts).polled)
		key := "k"
		var list []types.Record
		for n := range uint64(3) {
			list = append(list, types.Record{PartitionKey: &key, SequenceNumber: &key, Data: newRecord(n, time.Now())})
		}
		if err := fo.meet(change(list)); (err == nil) != (name == "") {
			t.Errorf("%q: %v", name, err)
		}
	}
	f("", func(l []types.Record) []types.Record { return l })
	f("one is missing", func(l []types.Record) []types.Record { return append(l[:1], l[2:]...) })
	f("one is there twice", func(l []types.Record) []types.Record { return append(l, l[2]) })
	f("two have changed places", func(l []types.Record) []types.Record { l[0], l[1] = l[1], l[0]; return l })
	f("another byte", func(l []types.Record) []types.Record { l[1].Data[100]++; return l })
	f("cut short", func(l []types.Record) []types.Record { l[1].Data = l[1].Data[:1000]; return l })
}
