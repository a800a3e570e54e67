package streams

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A window is the mean of the looks of the last minute.
func TestWindowIsTheLastMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		type look struct {
			amount
			took time.Duration
		}
		var all []look
		for range rapid.IntRange(1, 20).Draw(t, "looks") {
			a := amount{rapid.Int64Range(0, 1000).Draw(t, "records"), rapid.Int64Range(0, 1<<30).Draw(t, "bytes")}
			took := time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second
			w.look(a, took)
			all = append(all, look{a, took})
		}
		last := all[max(0, len(all)-6):]
		sum, seconds := amount{}, 0.0
		for _, l := range last {
			sum = sum.plus(l.amount)
			seconds += l.took.Seconds()
		}
		if got, want := w.rate(), (throughput{float64(sum.records) / seconds, float64(sum.bytes) / seconds}); got != want {
			t.Fatalf("the rate is %v, want %v", got, want)
		}
		if w.full() != (len(all) >= 6) {
			t.Fatalf("full is %v after %d looks", w.full(), len(all))
		}
	})
}

// A shard takes 1,000 records or 1 MiB a second (quotas).
func TestThroughputInShards(t *testing.T) {
	f := func(records, bytes, want float64) {
		t.Helper()
		wantEqual(t, throughput{records, bytes}.shards(), want, "shards")
	}
	f(0, 0, 0)
	f(500, 1000, 0.5)
	f(1, 3<<20, 3)
}
