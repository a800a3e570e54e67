package streams

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

const (
	throttledCode = "ProvisionedThroughputExceededException"
	exceededCode  = "LimitExceededException"
)

// putThrottled is what AWS says of a shard of orders, and which limit it was.
func putThrottled(limit string) string {
	return "Rate exceeded for shard shardId-000000000000 in stream orders under account 123456789012. Limit: " + limit + "."
}

func readThrottled(limit string) string {
	return "Rate exceeded for Shard - 123456789012/orders/shardId-000000000000. Limit: " + limit + "."
}

// limited runs a test on a stream orders of one shard under a profile, and
// notes what was refused.
func limited(t *testing.T, profile string, fn func(t *testing.T, r *rig, told *[]Throttled)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p, err := limits.ParseProfile(profile)
		must(t, 0, err)
		var mu sync.Mutex
		var told []Throttled
		r := newRig(t, Options{Limits: p, Throttled: func(e Throttled) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, e)
		}})
		r.create("orders", 1)
		fn(t, r, &told)
	})
}

// batch puts records of these sizes, keys included, in one call, and returns
// what is said of each: "" if it was put.
func (r *rig) batch(sizes ...int) []string {
	r.t.Helper()
	in := &kinesis.PutRecordsInput{StreamName: new("orders")}
	for _, n := range sizes {
		in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{PartitionKey: new("k"), Data: make([]byte, n-1)})
	}
	out, err := r.PutRecords(r.ctx(), testCaller, in)
	must(r.t, 0, err)
	said, failed := make([]string, len(sizes)), 0
	for i, e := range out.Records {
		switch {
		case e.ErrorCode == nil && e.SequenceNumber != nil && e.ShardId != nil:
		case *e.ErrorCode == throttledCode && e.SequenceNumber == nil && e.ShardId == nil:
			said[i], failed = *e.ErrorMessage, failed+1
		default:
			r.t.Errorf("record %d: %+v", i, e)
		}
	}
	wantEqual(r.t, int(*out.FailedRecordCount), failed, "FailedRecordCount")
	return said
}

// putOf puts one record of that size.
func (r *rig) putOf(size int) error {
	_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), Data: make([]byte, size-1)})
	return err
}

// "1,000 records/s and 1 MiB/s per shard" (data-streams.md 5 and 10).
func TestAShardTakesAThousandRecordsASecond(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, told *[]Throttled) {
		for range 1000 {
			must(t, 0, r.putOf(2))
		}
		wantError(t, r.putOf(2), throttledCode, putThrottled("write_records=1000/s"))
		later(time.Millisecond)
		must(t, 0, r.putOf(2))
		wantError(t, r.putOf(2), throttledCode, putThrottled("write_records=1000/s"))
		wantEqual(t, len(*told), 2, "how often it was told")
		wantEqual(t, (*told)[1], Throttled{testAccount, testRegion, "orders", "write_records", "write_records=1000/s", 1}, "what was told")
	})
}

func TestAShardTakesAMebibyteASecond(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, _ *[]Throttled) {
		must(t, 0, r.putOf(limits.MiB))
		wantError(t, r.putOf(limits.KiB), throttledCode, putThrottled("write_bytes=1MiB/s"))
		later(time.Second)
		must(t, 0, r.putOf(limits.MiB))
		later(500 * time.Millisecond)
		wantError(t, r.putOf(limits.MiB/2+1), throttledCode, putThrottled("write_bytes=1MiB/s"))
		must(t, 0, r.putOf(limits.MiB/2))
	})
}

// "A bucket that lets 10 MiB through in a burst and refills at 1 MiB/s"
// (data-streams.md 16).
func TestALargeRecordIsABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{Limits: limits.AWS})
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
			StreamName: new("orders"), ShardCount: new(int32(1)), MaxRecordSizeInKiB: new(int32(10240))})
		must(t, 0, err)
		must(t, 0, r.putOf(10*limits.MiB))
		wantError(t, r.putOf(2), throttledCode, putThrottled("write_bytes=1MiB/s"))
		later(time.Second)
		must(t, 0, r.putOf(limits.MiB))
		wantError(t, r.putOf(2), throttledCode, putThrottled("write_bytes=1MiB/s"))
		later(10*time.Second - time.Millisecond)
		wantError(t, r.putOf(10*limits.MiB), throttledCode, putThrottled("write_bytes=1MiB/s"))
		later(time.Millisecond)
		must(t, 0, r.putOf(10*limits.MiB))
	})
}

// Throttling fails per entry (data-streams.md 10). Once an entry of a shard is
// refused those after it are, so that the order is kept when they are put again.
func TestTheRestOfACallIsPut(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, told *[]Throttled) {
		too := putThrottled("write_bytes=1MiB/s")
		wantList(t, r.batch(limits.MiB/2, limits.MiB/4, limits.MiB/2, 2), "", "", too, too)
		wantEqual(t, (*told)[0], Throttled{testAccount, testRegion, "orders", "write_bytes", "write_bytes=1MiB/s", 2}, "what was told")
		later(time.Second)
		wantList(t, r.batch(limits.MiB/2, 2), "", "")
		var sizes []int
		for _, rec := range r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)).Records {
			sizes = append(sizes, len(rec.Data)+1)
		}
		if want := []int{limits.MiB / 2, limits.MiB / 4, limits.MiB / 2, 2}; !slices.Equal(sizes, want) {
			t.Errorf("records of %d, want %d", sizes, want)
		}
	})
}

func TestAShardThatIsFullRefusesNothingOfAnother(t *testing.T) {
	limited(t, "relaxed write_records=2/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		r.create("parcels", 2)
		in := &kinesis.PutRecordsInput{StreamName: new("parcels")}
		for i := range 8 { // 0 0 0 1 0 1 1 0
			key := hashKey{hi: uint64(0b11010000>>i&1) << 63}
			in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{
				PartitionKey: new("k"), ExplicitHashKey: new(key.String()), Data: []byte{byte(i)}})
		}
		out, err := r.PutRecords(r.ctx(), testCaller, in)
		must(t, 0, err)
		text := ""
		for _, e := range out.Records {
			if e.ErrorCode == nil {
				text += (*e.ShardId)[len(*e.ShardId)-1:]
			} else {
				text += "-"
			}
		}
		wantEqual(t, text, "00--1-1-", "what was put where")
	})
}

func TestRelaxedStreamsHaveNoMeter(t *testing.T) {
	limited(t, "relaxed", func(t *testing.T, r *rig, _ *[]Throttled) {
		for range 3000 {
			must(t, 0, r.putOf(2))
		}
		for range 100 {
			r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest))
		}
		if r.stream("orders").shards[0].live.metered.Load() != nil {
			t.Error("buckets were made")
		}
	})
}

// "Up to 5 calls/s per shard" (data-streams.md 9).
func TestTheSixthGetRecordsInASecondIsThrottled(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, told *[]Throttled) {
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		for range 5 {
			it = *r.get(it).NextShardIterator
		}
		_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it})
		wantError(t, err, throttledCode, readThrottled("read_calls=5/s"))
		wantEqual(t, (*told)[0], Throttled{testAccount, testRegion, "orders", "read_calls", "read_calls=5/s", 1}, "what was told")
		later(200 * time.Millisecond)
		r.get(it)
		later(time.Second)
		for range 5 {
			r.get(it)
		}
	})
}

// fill puts mebibytes into orders, however long that takes.
func (r *rig) fill(mebibytes int) {
	r.t.Helper()
	for range mebibytes {
		must(r.t, 0, r.putOf(limits.MiB))
	}
}

// After a reply of 10 MiB the calls of the next 5 s are throttled
// (data-streams.md 9).
func TestAfterTenMebibytesReadsRestForFiveSeconds(t *testing.T) {
	limited(t, "relaxed read_bytes=2MiB/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		r.fill(11)
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		out := r.get(it)
		wantEqual(t, len(out.Records), 10, "records")
		f := func(throttled bool) {
			t.Helper()
			_, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: out.NextShardIterator})
			if !throttled {
				must(t, 0, err)
				return
			}
			wantError(t, err, throttledCode, readThrottled("read_bytes=2MiB/s"))
		}
		f(true)
		later(5*time.Second - time.Millisecond)
		f(true)
		later(time.Millisecond)
		f(false)
	})
}

// Short of throughput otherwise, those of the next second are.
func TestShortOfThroughputReadsRestForASecond(t *testing.T) {
	limited(t, "relaxed read_bytes=2MiB/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		r.fill(4)
		one := func(it string) (string, error) {
			out, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, Limit: new(int32(1))})
			if err != nil {
				return it, err
			}
			wantEqual(t, len(out.Records), 1, "records")
			return *out.NextShardIterator, nil
		}
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		for range 2 {
			var err error
			it, err = one(it)
			must(t, 0, err)
		}
		_, err := one(it)
		wantError(t, err, throttledCode, readThrottled("read_bytes=2MiB/s"))
		later(time.Second - time.Millisecond)
		_, err = one(it)
		wantError(t, err, throttledCode, readThrottled("read_bytes=2MiB/s"))
		later(time.Millisecond)
		it, err = one(it)
		must(t, 0, err)
		_, err = one(it)
		must(t, 0, err)
	})
}

// Whoever reads as fast as it may gets the rate, and over any time little more.
func TestReadsKeepTheirRate(t *testing.T) {
	limited(t, "relaxed read_bytes=2MiB/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		r.fill(60)
		start, read := time.Now(), 0
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		for read < 60 {
			out, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &it, Limit: new(int32(1 + read%7))})
			if err != nil {
				later(10 * time.Millisecond)
				continue
			}
			it, read = *out.NextShardIterator, read+len(out.Records)
			if most := 2*time.Since(start).Seconds() + 12; float64(read) > most {
				t.Fatalf("%d MiB after %s", read, time.Since(start))
			}
		}
		if took := time.Since(start); took < 24*time.Second || took > 31*time.Second {
			t.Errorf("60 MiB were read in %s", took)
		}
	})
}

// "5/s per account per open shard; over it ProvisionedThroughputExceededException"
// (data-streams.md 5).
func TestTheSixthIteratorInASecondIsThrottled(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, told *[]Throttled) {
		for range 5 {
			r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		}
		_, err := r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
			StreamName: new("orders"), ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeLatest)})
		wantError(t, err, throttledCode, readThrottled("GetShardIterator=5/s"))
		wantEqual(t, (*told)[0].Limit, "GetShardIterator", "the limit that was told")
		later(time.Second)
		r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
	})
}

// Going over a control-plane rate gives LimitExceededException (data-streams.md 5).
func TestCallsOfAnAccountAreLimited(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, told *[]Throttled) {
		call := func(c access.Caller, operation string, in any) error { return r.LimitCall(c, operation, in) }
		f := func(c access.Caller, operation string, in any, free int, message string) {
			t.Helper()
			for range free {
				must(t, 0, call(c, operation, in))
			}
			wantError(t, call(c, operation, in), exceededCode, message)
		}
		const ofStream = "Rate exceeded for stream orders under account 123456789012. Limit: "
		f(testCaller, "CreateStream", &kinesis.CreateStreamInput{StreamName: new("orders")}, 5, ofStream+"CreateStream=5/s.")
		f(testCaller, "DescribeStream", &kinesis.DescribeStreamInput{StreamARN: new(r.stream("orders").arn())}, 10, ofStream+"DescribeStream=10/s.")
		f(testCaller, "ListStreams", &kinesis.ListStreamsInput{}, 5, "Rate exceeded for account 123456789012. Limit: ListStreams=5/s.")
		f(testCaller, "DescribeStreamConsumer", &kinesis.DescribeStreamConsumerInput{ConsumerARN: new(r.stream("orders").arn() + "/consumer/c:1")}, 20,
			ofStream+"DescribeStreamConsumer=20/s.")
		subscribe := func(consumer, shard string) *kinesis.SubscribeToShardInput {
			return &kinesis.SubscribeToShardInput{ConsumerARN: new(r.stream("orders").arn() + "/consumer/" + consumer), ShardId: &shard}
		}
		f(testCaller, "SubscribeToShard", subscribe("c:1", "0"), 1, ofStream+"SubscribeToShard=1/s.")
		wantError(t, call(testCaller, "SubscribeToShard", subscribe("c:1", "shardId-000000000000")), exceededCode, ofStream+"SubscribeToShard=1/s.")
		must(t, 0, call(testCaller, "SubscribeToShard", subscribe("c:1", "shardId-000000000001")))
		must(t, 0, call(testCaller, "SubscribeToShard", subscribe("d:1", "shardId-000000000000")))
		wantEqual(t, (*told)[0], Throttled{testAccount, testRegion, "", "CreateStream", "CreateStream=5/s", 1}, "what was told")
		wantEqual(t, (*told)[3].Stream, "orders", "the stream that was told")

		// Neither another region nor another account has to wait, nor this one for long.
		must(t, 0, call(access.Dev(testAccount, "eu-west-1"), "ListStreams", &kinesis.ListStreamsInput{}))
		must(t, 0, call(access.Dev("999999999999", testRegion), "ListStreams", &kinesis.ListStreamsInput{}))
		later(200 * time.Millisecond)
		must(t, 0, call(testCaller, "ListStreams", &kinesis.ListStreamsInput{}))

		// What has no rate, or one of its own, is not counted here.
		for _, operation := range []string{"PutRecord", "GetRecords", "GetShardIterator", "UpdateMaxRecordSize"} {
			wantEqual(t, r.LimitsCalls(operation), false, "whether calls of "+operation+" are counted here")
		}
		wantEqual(t, r.LimitsCalls("ListShards"), true, "whether calls of ListShards are")
	})
}

// What is remembered of calls follows those of the last second, whoever calls.
func TestCallsAreForgotten(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, _ *[]Throttled) {
		for i := range 20 * sweepCalls {
			later(time.Millisecond)
			must(t, 0, r.LimitCall(access.Dev(fmt.Sprintf("%012d", i), testRegion), "ListStreams", &kinesis.ListStreamsInput{}))
		}
		if n := len(r.calls.mu.buckets); n > 2*sweepCalls {
			t.Errorf("%d are remembered", n)
		}
	})
}

// limitAccount sets the profile of an account.
func (r *rig) limitAccount(k accountKey, profile string) {
	r.t.Helper()
	_, err := r.catalog.changeAccount(r.ctx(), k, func(a account) account {
		a.Limits = profile
		return a
	})
	must(r.t, 0, err)
}

// profile is what holds for orders.
func (r *rig) profile() string {
	if p := r.stream("orders").limits; p != nil {
		return p.String()
	}
	return "relaxed"
}

// A stream's tag beats its account's profile, and that the server's; what was set
// holds after a restart.
func TestWhichProfileHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		o := Options{Limits: limits.Profile{ReadCalls: 7}}
		stop := r.start(o)
		r.create("orders", 1)
		wantEqual(t, r.profile(), "relaxed read_calls=7/s", "the profile from the server")

		account := accountKey{testAccount, testRegion}
		set := r.limitAccount
		set(accountKey{testAccount, "eu-west-1"}, "relaxed read_calls=1/s")
		set(accountKey{"999999999999", testRegion}, "relaxed read_calls=1/s")
		wantEqual(t, r.profile(), "relaxed read_calls=7/s", "the profile while others have theirs")
		set(account, "aws")
		wantEqual(t, r.profile(), "aws", "the profile from the account")
		stop()
		stop = r.start(o)
		wantEqual(t, r.profile(), "aws", "the profile after a restart")

		tag := func(value string) error {
			_, err := r.AddTagsToStream(r.ctx(), testCaller, &kinesis.AddTagsToStreamInput{
				StreamName: new("orders"), Tags: map[string]string{limitsTag: value}})
			return err
		}
		must(t, 0, tag("relaxed"))
		wantEqual(t, r.profile(), "relaxed", "the profile from the tag")
		must(t, 0, tag("aws write_bytes=2MiB/s"))
		wantEqual(t, r.profile(), "aws write_bytes=2MiB/s", "the profile from another tag")
		wantError(t, tag("strict"), "InvalidArgumentException", "The tag freshet:limits says which rates hold for the stream: its value "+
			"must be relaxed or aws, which may be followed by limits of their own, each at most once: "+
			"write_bytes=2MiB/s write_records=2000/s read_bytes=4MiB/s read_calls=10/s. Specified value was strict")
		set(account, "")
		wantEqual(t, r.profile(), "aws write_bytes=2MiB/s", "the profile after a tag that cannot be")
		stop()
		r.start(o)
		wantEqual(t, r.profile(), "aws write_bytes=2MiB/s", "the profile after a restart")
		_, err := r.RemoveTagsFromStream(r.ctx(), testCaller, &kinesis.RemoveTagsFromStreamInput{
			StreamName: new("orders"), TagKeys: []string{limitsTag}})
		must(t, 0, err)
		wantEqual(t, r.profile(), "relaxed read_calls=7/s", "the profile from the server again")
		set(account, "relaxed")
		wantEqual(t, r.profile(), "relaxed", "the profile of an account that is relaxed")
	})
}

// A limit that is raised is felt at once, and one that is lowered at last after an
// empty bucket's time.
func TestAProfileThatChangesIsFeltAtOnce(t *testing.T) {
	limited(t, "relaxed write_records=1/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		must(t, 0, r.putOf(2))
		wantError(t, r.putOf(2), throttledCode, putThrottled("write_records=1/s"))
		r.limitAccount(accountKey{testAccount, testRegion}, "relaxed write_records=1000/s")
		later(time.Millisecond * 999)
		for range 999 {
			must(t, 0, r.putOf(2))
		}
		r.limitAccount(accountKey{testAccount, testRegion}, "relaxed write_records=2/s")
		wantError(t, r.putOf(2), throttledCode, putThrottled("write_records=2/s"))
		later(time.Second)
		must(t, 0, r.putOf(2))
	})
}

// Records that were let through are not judged again when their shard is sealed
// under them, and their answers name the shards that took over.
func TestALimitedPutWaitsForTheChildrenOfASealedShard(t *testing.T) {
	limited(t, "relaxed write_records=3/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		st := r.stream("orders")
		must(t, 0, errOf(r.log.Seal(r.ctx(), st.ref(st.shard(0)), 0)))
		go func() {
			later(time.Millisecond)
			r.split("orders", 0)
		}()
		out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("a", "b", "c", "d")})
		must(t, 0, err)
		wantEqual(t, *out.FailedRecordCount, 1, "FailedRecordCount")
		wantEqual(t, *out.Records[3].ErrorMessage, putThrottled("write_records=3/s"), "the refusal")
		put := 0
		for _, e := range out.Records[:3] {
			if *e.ShardId == shardID(0) {
				t.Error("a record is said to be in the shard that was sealed")
			}
		}
		for _, shard := range []string{"0", "1", "2"} {
			put += len(r.all("orders", shard))
		}
		wantEqual(t, put, 3, "records")
	})
}

// Changing many streams at once leaves them their limits.
func TestStreamsThatAreChangedTogetherKeepTheirLimits(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, _ *[]Throttled) {
		all := func(*stream) bool { return true }
		must(t, 0, errOf(r.catalog.changeAll(r.ctx(), all, func(st *stream) *stream { return st.revised(st.streamDocument, st.shards) })))
		wantEqual(t, r.profile(), "aws", "the profile")
	})
}

// A record and its refusal are of different calls when many put at once, and no
// more is let through than may be.
func TestManyPutAtOnceUnderALimit(t *testing.T) {
	limited(t, "relaxed write_records=500/s", func(t *testing.T, r *rig, _ *[]Throttled) {
		counts := make(chan int)
		for range 20 {
			go func() {
				put := 0
				for range 50 {
					err := r.putOf(2)
					switch e, refused := err.(*awsapi.Error); {
					case err == nil:
						put++
					case !refused || e.Code != throttledCode:
						t.Error(err)
					}
				}
				counts <- put
			}()
		}
		total := 0
		for range 20 {
			total += <-counts
		}
		wantEqual(t, total, 500, "what was put")
		out := r.get(r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon))
		wantEqual(t, len(out.Records), 500, "what is read")
	})
}

// The refusal is encoded when the input may be gone.
func TestARefusalDoesNotLieInTheInput(t *testing.T) {
	limited(t, "aws", func(t *testing.T, r *rig, _ *[]Throttled) {
		must(t, 0, r.putOf(limits.MiB))
		in := &kinesis.PutRecordsInput{StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{
			{PartitionKey: new("k"), Data: bytes.Repeat([]byte("x"), 10)}}}
		mangle := pooled(in)
		out, err := r.PutRecords(r.ctx(), testCaller, in)
		must(t, 0, err)
		list := &kinesis.ListStreamConsumersInput{StreamARN: new(r.stream("orders").arn())}
		mangleList := pooled(list)
		for range 6 {
			err = r.LimitCall(testCaller, "ListStreamConsumers", list)
		}
		mangle()
		mangleList()
		wantEqual(t, *out.Records[0].ErrorMessage, putThrottled("write_bytes=1MiB/s"), "the message")
		wantError(t, err, exceededCode, "Rate exceeded for stream orders under account 123456789012. Limit: ListStreamConsumers=5/s.")
	})
}
