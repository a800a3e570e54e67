package streams

import (
	"context"
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// nullLog acknowledges and keeps nothing: what is left is the service's own.
type nullLog struct {
	shardlog.Log
	results []shardlog.Result
}

func (l nullLog) Append(_ context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	return l.results[:len(entries)], nil
}

func (nullLog) AddKey(context.Context, shardlog.StreamID, shardlog.WrappedKey, shardlog.Secret) (shardlog.KeyID, error) {
	return 1, nil
}
func (nullLog) Configure(context.Context, shardlog.StreamID, shardlog.Settings) error { return nil }

func benchService(b *testing.B, log shardlog.Log, shards int32) *Service {
	s := New(log, memmeta.New(), Options{})
	must(b, 0, s.Load(b.Context()))
	_, err := s.CreateStream(b.Context(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: &shards})
	must(b, 0, err)
	return s
}

// requests are 64 of 500 records of 1 KiB, so that keys differ.
func requests() []*kinesis.PutRecordsInput {
	data := make([]byte, 1024)
	list := make([]*kinesis.PutRecordsInput, 64)
	for i := range list {
		list[i] = &kinesis.PutRecordsInput{StreamName: new("orders"), Records: make([]kinesis.PutRecordsRequestEntry, 500)}
		for j := range list[i].Records {
			list[i].Records[j] = kinesis.PutRecordsRequestEntry{Data: data, PartitionKey: new(fmt.Sprintf("customer-%06d", i*500+j))}
		}
	}
	return list
}

func BenchmarkPutRecords500(b *testing.B) {
	in := requests()
	for _, shards := range []int32{4, 10000} {
		null := nullLog{results: make([]shardlog.Result, 500)}
		b.Run(fmt.Sprint("log=none/shards=", shards), func(b *testing.B) { benchPutRecords(b, null, shards, in) })
		b.Run(fmt.Sprint("log=memory/shards=", shards), func(b *testing.B) { benchPutRecords(b, memlog.New(), shards, in) })
	}
}

// What the meters of limited shards cost, with limits that let everything through.
func BenchmarkPutRecords500Limited(b *testing.B) {
	in := requests()
	null := nullLog{results: make([]shardlog.Result, 500)}
	for _, profile := range []string{"relaxed", "relaxed write_bytes=1GiB/s write_records=1000000000/s"} {
		p, err := limits.ParseProfile(profile)
		must(b, 0, err)
		b.Run(p.String(), func(b *testing.B) {
			s := benchService(b, null, 4)
			must(b, 0, errOf(s.catalog.changeAccount(b.Context(), accountKey{testAccount, testRegion}, func(a account) account {
				a.Limits = p.String()
				return a
			})))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				out, err := s.PutRecords(b.Context(), testCaller, in[i%len(in)])
				if err != nil || *out.FailedRecordCount != 0 {
					b.Fatal(out, err)
				}
			}
		})
	}
}

func benchPutRecords(b *testing.B, log shardlog.Log, shards int32, in []*kinesis.PutRecordsInput) {
	s := benchService(b, log, shards)
	id := s.catalog.now().sorted[0].id
	b.ReportAllocs()
	b.SetBytes(500 * 1024)
	i := 0
	for b.Loop() {
		if i++; i%500 == 0 { // so that memory does not grow without bound
			b.StopTimer()
			if _, ok := log.(nullLog); !ok {
				must(b, 0, log.Trim(b.Context(), id, now()+1))
			}
			b.StartTimer()
		}
		if _, err := s.PutRecords(b.Context(), testCaller, in[i%len(in)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*500/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkGetRecords1000(b *testing.B) {
	s := benchService(b, memlog.New(), 1)
	for _, in := range requests()[:2] {
		_, err := s.PutRecords(b.Context(), testCaller, in)
		must(b, 0, err)
	}
	out, err := s.GetShardIterator(b.Context(), testCaller, &kinesis.GetShardIteratorInput{
		StreamName: new("orders"), ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeTrimHorizon)})
	in := &kinesis.GetRecordsInput{ShardIterator: must(b, out, err).ShardIterator}
	b.ReportAllocs()
	b.SetBytes(1000 * 1024)
	for b.Loop() {
		out, err := s.GetRecords(b.Context(), testCaller, in)
		if err != nil || len(out.Records) != 1000 {
			b.Fatal(len(out.Records), err)
		}
	}
}

func BenchmarkShardAt(b *testing.B) {
	for _, shards := range []int32{4, 10000} {
		b.Run(fmt.Sprint("shards=", shards), func(b *testing.B) {
			st := benchService(b, memlog.New(), shards).catalog.now().sorted[0]
			keys := make([]hashKey, 4096)
			for i := range keys {
				keys[i] = hashOf(fmt.Sprint(i))
			}
			i := 0
			for b.Loop() {
				i++
				st.shardAt(keys[i%len(keys)])
			}
		})
	}
}

func BenchmarkCreateStream10000(b *testing.B) {
	s := New(memlog.New(), memmeta.New(), Options{})
	must(b, 0, s.Load(b.Context()))
	for b.Loop() {
		_, err := s.CreateStream(b.Context(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: new(int32(10000))})
		must(b, 0, err)
		_, err = s.DeleteStream(b.Context(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders")})
		must(b, 0, err)
	}
}

// BenchmarkScaling is what the service itself does: doubling and halving is one
// replacement for each shard or pair, any other number about one for each shard that
// there is and each that there will be.
func BenchmarkScaling(b *testing.B) {
	for _, step := range []struct{ from, to int32 }{{5000, 10000}, {10000, 5000}, {10000, 7321}} {
		b.Run(fmt.Sprintf("shards=%d-%d", step.from, step.to), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := benchService(b, memlog.New(), step.from)
				b.StartTimer()
				_, err := s.UpdateShardCount(b.Context(), testCaller, &kinesis.UpdateShardCountInput{
					StreamName: new("orders"), TargetShardCount: new(step.to), ScalingType: new(kinesis.ScalingTypeUniformScaling)})
				must(b, 0, err)
			}
		})
	}
}

// What it costs to decide whether a put is allowed.
func BenchmarkTouchesAndAuthorize(b *testing.B) {
	d, err := policy.Parse(policy.Identity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:Put*","Resource":"arn:aws:kinesis:*:*:stream/orders"}]}`)
	if err != nil {
		b.Fatal(err)
	}
	p := &access.Principal{Kind: access.User, ARN: "arn:aws:iam::123456789012:user/app", Account: "123456789012", Policies: []policy.Named{{Name: "p", Document: d}}}
	i := access.Verified(p, "AKIA", "us-east-1", access.Facts{})
	s := New(nil, memmeta.New(), Options{})
	in := &kinesis.PutRecordsInput{StreamName: new("orders")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := access.AuthorizeRequest(i, s.Touches(kinesis.OpPutRecords, i, in)); err != nil {
			b.Fatal(err)
		}
	}
}
