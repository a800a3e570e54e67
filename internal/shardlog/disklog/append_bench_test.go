package disklog

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkAppend is so many appenders, each with one batch of records of 1 KiB
// after the other; p50 and p99, in µs, are those of an append. ns/op is for one
// append; records/s is what counts.
func BenchmarkAppend(b *testing.B) {
	for _, every := range []time.Duration{0, 10 * time.Millisecond} {
		for _, appenders := range []int{1, 8, 64} {
			for _, records := range []int{1, 500} {
				for _, shards := range []int{4, 1000} {
					name := fmt.Sprintf("every=%v/appenders=%d/records=%d/shards=%d", every, appenders, records, shards)
					b.Run(name, func(b *testing.B) { benchmarkAppend(b, every, appenders, records, shards) })
				}
			}
		}
	}
}

func benchmarkAppend(b *testing.B, every time.Duration, appenders, records, shards int) {
	l := openForBench(b, b.TempDir(), Options{SyncEvery: every})
	batches := scattered(records, shards)
	took := make([][]time.Duration, appenders)
	var work sync.WaitGroup
	b.ResetTimer()
	for a := range appenders {
		work.Go(func() {
			for i := a; i < b.N; i += appenders {
				began := time.Now()
				appendAll(b, l, batches[i%len(batches)])
				took[a] = append(took[a], time.Since(began))
			}
		})
	}
	work.Wait()
	b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(all[(len(all)-1)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(all[(len(all)-1)*99/100].Nanoseconds())/1000, "p99-µs")
}
