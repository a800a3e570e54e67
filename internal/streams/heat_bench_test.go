package streams

import (
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// What a put costs when its shards are measured, as they are when they are written
// to for more than ten seconds.
func BenchmarkPutMeasured(b *testing.B) {
	null := nullLog{results: make([]shardlog.Result, 500)}
	measured := func(b *testing.B, shards int32) *Service {
		s := benchService(b, null, shards)
		var now look
		for _, sh := range s.catalog.now().sorted[0].ring {
			sh.live.keepHeat(amount{1, 1}, true, &now)
		}
		return s
	}
	in := requests()
	for name, shards := range map[string]int32{"records=500/shards=4": 4, "records=500/shards=10000": 10000} {
		b.Run(name, func(b *testing.B) {
			s, i := measured(b, shards), 0
			b.ReportAllocs()
			for b.Loop() {
				i++
				if _, err := s.PutRecords(b.Context(), testCaller, in[i%len(in)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("records=1/shards=4", func(b *testing.B) {
		s, i := measured(b, 4), 0
		b.ReportAllocs()
		for b.Loop() {
			i++
			r := &in[i%len(in)].Records[i%500]
			put := &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: r.PartitionKey, Data: r.Data}
			if _, err := s.PutRecord(b.Context(), testCaller, put); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A look at ten thousand shards, every ten seconds.
func BenchmarkMeasure10000(b *testing.B) {
	for name, put := range map[string]int64{"rest": 0, "written": 1} {
		b.Run(name, func(b *testing.B) {
			s := benchService(b, nullLog{results: make([]shardlog.Result, 500)}, 10000)
			m := measures{streams: map[shardlog.StreamID]*streamLoad{}, look: look{at: time.Now()}}
			b.ReportAllocs()
			for b.Loop() {
				for _, sh := range s.catalog.now().sorted[0].ring {
					sh.live.in.add(amount{put, put})
				}
				s.measure(b.Context(), &m)
			}
		})
	}
}
