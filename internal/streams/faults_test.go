package streams

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
)

func (r *rig) faults(name string, f extapi.Faults) *extapi.Faults {
	r.t.Helper()
	said, err := r.SetFaults(r.ctx(), testCaller, name, &f)
	return must(r.t, said, err)
}

// putCodes puts records in one call and returns their error codes, "" for success.
func (r *rig) putCodes(name string, data ...string) (codes []string) {
	r.t.Helper()
	out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: &name, Records: entries(data...)})
	must(r.t, 0, err)
	failed := int32(0)
	for _, res := range out.Records {
		code := ""
		if res.ErrorCode != nil {
			code = *res.ErrorCode
			failed++
		}
		codes = append(codes, code)
	}
	wantEqual(r.t, *out.FailedRecordCount, failed, "FailedRecordCount")
	return codes
}

func numbered(n int) (data []string) {
	for i := range n {
		data = append(data, fmt.Sprint("record ", i))
	}
	return data
}

func TestFaultsHitAShareOfPuts(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		r.create("parcels", 1)
		f := extapi.Faults{Seed: 7, Puts: extapi.PutFaults{Throttle: 0.2, Fail: 0.25}}
		wantEqual(t, *r.faults("orders", f), f, "what was set")
		data := numbered(500)
		first := r.putCodes("orders", data...)
		counts := map[string]int{}
		for _, code := range first {
			counts[code]++
		}
		share := func(code string, want float64) {
			t.Helper()
			if got := float64(counts[code]) / 500; math.Abs(got-want) > 0.06 {
				t.Errorf("%q hits %v, want %v", code, got, want)
			}
		}
		share(codeThroughput, 0.2)
		share(codeInternal, 0.8*0.25)
		share("", 0.8*0.75)

		// What was refused or failed is not stored, and the rest is.
		var stored, want []string
		for _, sh := range r.stream("orders").shards {
			stored = append(stored, r.all("orders", sh.id)...)
		}
		for i, code := range first {
			if code == "" {
				want = append(want, data[i])
			}
		}
		slices.Sort(stored)
		slices.Sort(want)
		wantList(t, stored, want...)

		r.faults("orders", f) // the same seed, the same calls
		wantList(t, r.putCodes("orders", data...), first...)
		wantEqual(t, slices.Contains(r.putCodes("parcels", data...), codeInternal), false, "faults of another stream")
		if r.faults("orders", extapi.Faults{}).Seed == 0 {
			t.Error("no seed was chosen")
		}
		_, err := r.ClearFaults(r.ctx(), testCaller, "orders", nil)
		must(t, 0, err)
		if r.faulty.Load() != nil {
			t.Error("there are faults of no stream")
		}
	})
}

func TestFaultsOfPutRecord(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		put := func() error {
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), Data: []byte("x")})
			return err
		}
		r.faults("orders", extapi.Faults{Puts: extapi.PutFaults{Throttle: 1}})
		wantError(t, put(), codeThroughput, "Rate exceeded for shard "+shardID(0)+" in stream orders under account "+testAccount+". Limit: fault injection.")
		r.faults("orders", extapi.Faults{Puts: extapi.PutFaults{Fail: 1}})
		wantError(t, put(), codeInternal, messageInternal)
		r.faults("orders", extapi.Faults{Puts: extapi.PutFaults{DelayMillis: 200, JitterMillis: 100}})
		began := time.Now()
		must(t, 0, put())
		if took := time.Since(began); took < 200*time.Millisecond || took >= 300*time.Millisecond {
			t.Errorf("it took %s", took)
		}
		wantList(t, r.all("orders", "0"), "x")
	})
}

func TestFaultsOfReads(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.put("orders", "k", "a")
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		get := func(ctx context.Context) error {
			_, err := r.GetRecords(ctx, testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
			return err
		}
		r.faults("orders", extapi.Faults{Reads: extapi.ReadFaults{Throttle: 1}})
		wantError(t, get(r.ctx()), codeThroughput, "Rate exceeded for Shard - "+testAccount+"/orders/"+shardID(0)+". Limit: fault injection.")
		r.faults("orders", extapi.Faults{Reads: extapi.ReadFaults{ExpireIterators: 1}})
		wantError(t, get(r.ctx()), "ExpiredIteratorException", errIteratorExpired(now(), now(), 5*time.Minute).Error()[len("ExpiredIteratorException: "):])
		r.faults("orders", extapi.Faults{Reads: extapi.ReadFaults{DelayMillis: 5000}})
		began := time.Now()
		wantList(t, texts(r.get(it).Records), "a")
		wantEqual(t, time.Since(began), 5*time.Second, "the time that it took")
		ctx, cancel := context.WithTimeout(r.ctx(), time.Second)
		defer cancel()
		if err := get(ctx); err == nil || time.Since(began) != 6*time.Second {
			t.Errorf("a client that left was delayed: %v", err)
		}

		// A stream that is made again has none of its forerunner's.
		r.reset("", "")
		r.create("orders", 1)
		wantList(t, r.all("orders", "0"))
		r.create("parcels", 1)
		r.faults("parcels", extapi.Faults{})
		wantEqual(t, len(*r.faulty.Load()), 1, "streams whose faults are remembered")
	})
}

func TestFaultsThatCannotBe(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		f := func(f extapi.Faults, message string) {
			t.Helper()
			_, err := r.SetFaults(r.ctx(), testCaller, "orders", &f)
			wantError(t, err, "InvalidArgumentException", message)
		}
		f(extapi.Faults{Puts: extapi.PutFaults{Throttle: 1.5}}, "puts.throttle is a share, from 0 to 1. Specified value was 1.5")
		f(extapi.Faults{Reads: extapi.ReadFaults{ExpireIterators: -1}}, "reads.expireIterators is a share, from 0 to 1. Specified value was -1")
		const delays = "reads.delayMillis and reads.jitterMillis must not be below 0, nor above 30000 together."
		f(extapi.Faults{Reads: extapi.ReadFaults{DelayMillis: 30_000, JitterMillis: 1}}, delays)
		f(extapi.Faults{Reads: extapi.ReadFaults{JitterMillis: -1}}, delays)
		f(extapi.Faults{Reads: extapi.ReadFaults{DelayMillis: math.MaxInt, JitterMillis: math.MaxInt}}, delays)
		said, err := r.Faults(r.ctx(), testCaller, "orders", nil)
		wantEqual(t, *must(t, said, err), extapi.Faults{}, "faults")
	})
}
