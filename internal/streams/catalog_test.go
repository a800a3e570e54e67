package streams

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta"
)

func TestCatalogSurvivesARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		mode := kinesis.StreamModeOnDemand
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
			StreamName: new("orders"), Tags: map[string]string{"team": "blue"}, MaxRecordSizeInKiB: new(int32(2048)),
			StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: &mode}, ShardCount: new(int32(9)),
		})
		must(t, 0, err)
		r.put("orders", "k", "a")
		later(time.Minute)
		must(t, 0, r.reshard(r.ctx(), r.stream("orders").streamKey, func(st *stream) (*stream, error) {
			return st.closing(time.Now(), splitOf(st.shard(2)), mergeOf(st.shard(0), st.shard(1))), nil
		}))
		it := r.iterator("orders", "0", kinesis.ShardIteratorTypeTrimHorizon)
		before, shards := r.stream("orders"), r.shards("orders", nil)
		r.start(Options{})

		after := r.stream("orders")
		wantEqual(t, after.id, before.id, "id")
		wantEqual(t, after.version, before.version, "version")
		wantEqual(t, after.Tags["team"], "blue", "tag")
		wantEqual(t, after.Mode, kinesis.StreamModeOnDemand, "mode")
		wantEqual(t, after.MaxRecordKiB, 2048, "largest record")
		wantEqual(t, after.NextShard, 7, "next number") // 4 at first, whatever was asked for
		again := r.shards("orders", nil)
		wantList(t, ids(again), ids(shards)...)
		for i := range shards {
			wantEqual(t, fmt.Sprint(*again[i].HashKeyRange.StartingHashKey, *again[i].SequenceNumberRange.StartingSequenceNumber),
				fmt.Sprint(*shards[i].HashKeyRange.StartingHashKey, *shards[i].SequenceNumberRange.StartingSequenceNumber), "a shard")
		}
		wantEqual(t, len(r.get(it).ChildShards), 1, "children by an iterator from before")
	})
}

// What is kept must not be changed through the input, whose bytes are the
// wire's.
func TestInputsAreCopied(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		tags := map[string]string{"a": "b"}
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), Tags: tags})
		must(t, 0, err)
		tags["a"] = "c"
		wantEqual(t, r.stream("orders").Tags["a"], "b", "tag")

		data := []byte("data")
		_, err = r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), ExplicitHashKey: new("0"), Data: data})
		must(t, 0, err)
		copy(data, "XXXX")
		wantList(t, r.all("orders", "0"), "data")
	})
}

func TestConcurrentChangesTakeTurns(t *testing.T) {
	r := newRig(t, Options{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				name := fmt.Sprintf("s%d-%d", i, j)
				r.create(name, 2)
				r.split(name, 1)
				if j%2 == 0 {
					r.delete(name)
				}
			}
		})
	}
	wg.Wait()
	wantEqual(t, len(r.catalog.now().sorted), 40, "streams")
	for _, st := range r.catalog.now().sorted {
		wantList(t, ids(r.shards(st.name, of(kinesis.ShardFilterTypeAtLatest))), shardID(0), shardID(2), shardID(3))
	}
	before := r.catalog.now()
	must(t, 0, r.catalog.load(t.Context()))
	same := func(a, b *stream) bool {
		return a.streamKey == b.streamKey && a.id == b.id && a.version == b.version && len(a.shards) == len(b.shards)
	}
	if !slices.EqualFunc(before.sorted, r.catalog.now().sorted, same) {
		t.Error("the snapshot is not what the store holds")
	}
}

// A change is never based on what is out of date: if somebody else wrote the
// stream, it is read again first.
func TestChangeMeetsAnotherWriter(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		other := New(r.log, r.store, Options{})
		must(t, 0, other.Load(r.ctx()))
		r.split("orders", 0)
		st := other.catalog.now().byKey[r.stream("orders").streamKey]
		seen := []int{}
		_, err := other.catalog.change(r.ctx(), st.streamKey, func(old *stream) (*stream, error) {
			seen = append(seen, len(old.shards))
			doc := old.streamDocument
			doc.RetentionHours = 48
			return old.revised(doc, old.shards), nil
		})
		must(t, 0, err)
		if !slices.Equal(seen, []int{1, 3}) {
			t.Errorf("the change saw %v shards", seen)
		}
		r.delete("orders")
		_, err = other.catalog.change(r.ctx(), st.streamKey, func(old *stream) (*stream, error) {
			if old == nil {
				return nil, errNoStream(st.streamKey)
			}
			return old.revised(old.streamDocument, old.shards), nil
		})
		wantError(t, err, notFound, say(streamGone))
	})
}

func TestDeletingLeavesNoDocuments(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		r.split("orders", 1)
		r.deregister(r.register("orders", "audit"))
		r.register("orders", "mirror")
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders"), EnforceConsumerDeletion: new(true)})
		must(t, 0, err)
		must(t, 0, r.store.View(r.ctx(), func(rd meta.Reader) error {
			for doc, err := range rd.Scan("streams/", "") {
				if err != nil {
					return err
				}
				if doc.Key != tokenKeyDocument {
					t.Errorf("%s is left", doc.Key)
				}
			}
			return nil
		}))
	})
}

func TestChangeGivesUpItsTurn(t *testing.T) {
	r := newRig(t, Options{})
	r.catalog.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.CreateStream(ctx, testCaller, &kinesis.CreateStreamInput{StreamName: new("orders")})
	if err == nil {
		t.Error("the change did not wait for its turn")
	}
	<-r.catalog.turn
	r.create("orders", 1)
}

func TestStreamsAreTheirAccountsAndRegions(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("others", 1)
		abroad := access.Dev(testAccount, "eu-west-1")
		_, err := r.CreateStream(r.ctx(), abroad, &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: new(int32(2))})
		must(t, 0, err)
		list := func(c access.Caller) []string {
			out, err := r.ListStreams(r.ctx(), c, &kinesis.ListStreamsInput{})
			return must(t, out, err).StreamNames
		}
		wantList(t, list(testCaller), "orders", "others")
		wantList(t, list(abroad), "orders")
		wantList(t, list(otherCaller))

		// An ARN of another account or region is not found there.
		arn := r.stream("orders").arn()
		_, err = r.DescribeStream(r.ctx(), abroad, &kinesis.DescribeStreamInput{StreamARN: &arn})
		wantError(t, err, notFound, say(streamGone))
		_, err = r.DescribeStream(r.ctx(), otherCaller, &kinesis.DescribeStreamInput{StreamARN: &arn})
		wantError(t, err, notFound, say(streamGone))
	})
}

// Section 1.8.
func TestAddressing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		f := func(name, arn string, code, message string) {
			t.Helper()
			in := &kinesis.DescribeStreamSummaryInput{StreamId: new("ignored")}
			if name != "" {
				in.StreamName = &name
			}
			if arn != "" {
				in.StreamARN = &arn
			}
			out, err := r.DescribeStreamSummary(r.ctx(), testCaller, in)
			if code != "" {
				wantError(t, err, code, message)
				return
			}
			wantEqual(t, *must(t, out, err).StreamDescriptionSummary.StreamName, "orders", "name")
		}
		arn := "arn:aws:kinesis:us-east-1:" + testAccount + ":stream/orders"
		wantEqual(t, r.stream("orders").arn(), arn, "ARN")
		f("orders", "", "", "")
		f("", arn, "", "")
		f("orders", arn, "", "")
		f("", "", invalid, "Either StreamName or StreamARN should be provided.")
		f("others", arn, invalid, "StreamName others and StreamARN "+arn+" do not name the same stream.")
		f("", "arn:aws:kinesis:us-east-1", invalid, "StreamARN arn:aws:kinesis:us-east-1 is not the ARN of a stream.")
	})
}

func TestPartitions(t *testing.T) {
	f := func(region, want string) {
		t.Helper()
		k := streamKey{testAccount, region, "orders"}
		wantEqual(t, k.arn(), want, "ARN")
		back, ok := parseARN(k.arn())
		if !ok || back != k {
			t.Errorf("%s reads as %v", k.arn(), back)
		}
	}
	f("eu-west-1", "arn:aws:kinesis:eu-west-1:123456789012:stream/orders")
	f("cn-north-1", "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders")
	f("us-gov-east-1", "arn:aws-us-gov:kinesis:us-gov-east-1:123456789012:stream/orders")
}
