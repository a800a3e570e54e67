package streams

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// pooled moves every text and every blob that in leads to into memory of its
// own, as those of a request lie in a body of the wire's, and returns what
// happens to that memory when the request is over.
func pooled(in any) (mangle func()) {
	var memory [][]byte
	move := func(b []byte) []byte {
		b = append([]byte{}, b...)
		memory = append(memory, b)
		return b
	}
	alias := func(s string) string {
		b := move([]byte(s))
		return unsafe.String(unsafe.SliceData(b), len(b))
	}
	movePooled(reflect.ValueOf(in).Elem(), alias, move)
	return func() {
		for _, b := range memory {
			copy(b, strings.Repeat("?", len(b)))
		}
	}
}

func movePooled(v reflect.Value, alias func(string) string, move func([]byte) []byte) {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(alias(v.String()))
	case v.Type() == reflect.TypeFor[[]byte]():
		v.SetBytes(move(v.Bytes()))
	case v.Kind() == reflect.Map:
		moved := reflect.MakeMap(v.Type())
		for _, key := range v.MapKeys() {
			moved.SetMapIndex(reflect.ValueOf(alias(key.String())), reflect.ValueOf(alias(v.MapIndex(key).String())))
		}
		v.Set(moved)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		movePooled(v.Elem(), alias, move)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			movePooled(v.Index(i), alias, move)
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			movePooled(v.Field(i), alias, move)
		}
	}
}

// known is all that the catalog holds, keys of its maps included.
func (r *rig) known() string {
	r.t.Helper()
	text := ""
	n := r.catalog.now()
	for _, st := range n.sorted {
		if n.byKey[st.streamKey] != st || n.byID[st.id] != st {
			r.t.Errorf("stream %s is not found by its key or id", st.name)
		}
		doc, err := json.Marshal(st.streamDocument)
		text += st.arn() + string(must(r.t, doc, err)) + "\n"
		for _, sh := range st.shards {
			doc, err := json.Marshal(sh.shardDocument)
			text += sh.id + string(must(r.t, doc, err)) + "\n"
		}
		for _, c := range st.consumers {
			doc, err := json.Marshal(c.consumerDocument)
			text += st.consumerKey(c).arn() + string(must(r.t, doc, err)) + "\n"
		}
		for _, q := range st.queues {
			doc, err := json.Marshal(q.queueDocument)
			text += q.arn(st.streamKey) + string(must(r.t, doc, err)) + "\n"
		}
	}
	for key, a := range n.accounts {
		doc, err := json.Marshal(a)
		text += key.document() + string(must(r.t, doc, err)) + "\n"
	}
	for key := range n.byKey {
		if n.byKey[key] == nil {
			r.t.Errorf("the key %q is not found by itself", key)
		}
	}
	return text
}

// The memory of an input is used again when the request is over: nothing that
// the service or an answer keeps may lie there.
func TestNothingKeptLiesInTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		caller := testCaller
		forget := func(in any, call func() (out any, err error)) {
			t.Helper()
			mangle := pooled(in)
			out, err := call()
			must(t, 0, err)
			said, err := json.Marshal(out)
			must(t, 0, err)
			known := r.known()
			mangle()
			again, err := json.Marshal(out)
			must(t, 0, err)
			wantEqual(t, string(again), string(said), "the answer")
			wantEqual(t, r.known(), known, "the catalog")
		}
		name, arn := new("orders"), new(streamKey{testAccount, testRegion, "orders"}.arn())

		create := &kinesis.CreateStreamInput{
			StreamName: new("orders"), ShardCount: new(int32(2)), Tags: map[string]string{"team": "blue"},
			StreamModeDetails:          &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeProvisioned)},
			RecordDistributionStrategy: new(kinesis.RecordDistributionStrategyUserPartitionKey),
		}
		forget(create, func() (any, error) { return r.CreateStream(r.ctx(), caller, create) })
		r.create("parcels", 1)

		put := &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("a"), Data: []byte("first"), ExplicitHashKey: new("0")}
		forget(put, func() (any, error) { return r.PutRecord(r.ctx(), caller, put) })
		puts := &kinesis.PutRecordsInput{StreamARN: new(*arn), Records: []kinesis.PutRecordsRequestEntry{
			{PartitionKey: new("b"), Data: []byte("second"), ExplicitHashKey: new("1")}}}
		forget(puts, func() (any, error) { return r.PutRecords(r.ctx(), caller, puts) })

		iterator := &kinesis.GetShardIteratorInput{StreamARN: new(*arn), ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeTrimHorizon)}
		var it string
		forget(iterator, func() (any, error) {
			out, err := r.GetShardIterator(r.ctx(), caller, iterator)
			it = *must(t, out, err).ShardIterator
			return out, err
		})
		get := &kinesis.GetRecordsInput{ShardIterator: new(it), StreamARN: new(*arn)}
		forget(get, func() (any, error) { return r.GetRecords(r.ctx(), caller, get) })
		got := r.get(it).Records
		wantList(t, texts(got), "first", "second")
		wantEqual(t, *got[0].PartitionKey+*got[1].PartitionKey, "ab", "the partition keys")

		list := &kinesis.ListShardsInput{StreamName: new("orders"), MaxResults: new(int32(1))}
		var token string
		forget(list, func() (any, error) {
			out, err := r.ListShards(r.ctx(), caller, list)
			token = *must(t, out, err).NextToken
			return out, err
		})
		more := &kinesis.ListShardsInput{NextToken: new(token)}
		forget(more, func() (any, error) { return r.ListShards(r.ctx(), caller, more) })
		streams := &kinesis.ListStreamsInput{ExclusiveStartStreamName: new("a"), Limit: new(int32(1))}
		forget(streams, func() (any, error) { return r.ListStreams(r.ctx(), caller, streams) })
		describe := &kinesis.DescribeStreamInput{StreamName: new(*name), ExclusiveStartShardId: new("0")}
		forget(describe, func() (any, error) { return r.DescribeStream(r.ctx(), caller, describe) })
		summary := &kinesis.DescribeStreamSummaryInput{StreamARN: new(*arn)}
		forget(summary, func() (any, error) { return r.DescribeStreamSummary(r.ctx(), caller, summary) })

		register := &kinesis.RegisterStreamConsumerInput{StreamARN: new(*arn), ConsumerName: new("audit"), Tags: map[string]string{"team": "blue"}}
		forget(register, func() (any, error) { return r.RegisterStreamConsumer(r.ctx(), caller, register) })
		r.register("orders", "mirror")
		listed := &kinesis.ListStreamConsumersInput{StreamARN: new(*arn), MaxResults: new(int32(1))}
		forget(listed, func() (any, error) {
			out, err := r.ListStreamConsumers(r.ctx(), caller, listed)
			token = *must(t, out, err).NextToken
			return out, err
		})
		next := &kinesis.ListStreamConsumersInput{StreamARN: new(*arn), NextToken: new(token)}
		forget(next, func() (any, error) { return r.ListStreamConsumers(r.ctx(), caller, next) })
		consumer := &kinesis.DescribeStreamConsumerInput{StreamARN: new(*arn), ConsumerName: new("audit")}
		forget(consumer, func() (any, error) { return r.DescribeStreamConsumer(r.ctx(), caller, consumer) })
		deregister := &kinesis.DeregisterStreamConsumerInput{StreamARN: new(*arn), ConsumerName: new("audit")}
		forget(deregister, func() (any, error) { return r.DeregisterStreamConsumer(r.ctx(), caller, deregister) })
		split := &kinesis.SplitShardInput{StreamName: new("orders"), ShardToSplit: new("0"), NewStartingHashKey: new("1000")}
		forget(split, func() (any, error) { return r.SplitShard(r.ctx(), caller, split) })
		merge := &kinesis.MergeShardsInput{StreamARN: new(*arn), ShardToMerge: new("2"), AdjacentShardToMerge: new("3")}
		forget(merge, func() (any, error) { return r.MergeShards(r.ctx(), caller, merge) })
		scale := &kinesis.UpdateShardCountInput{StreamARN: new(*arn), TargetShardCount: new(int32(3)), ScalingType: new(kinesis.ScalingTypeUniformScaling)}
		forget(scale, func() (any, error) { return r.UpdateShardCount(r.ctx(), caller, scale) })

		r.createOnDemand("letters")
		letters := arnOf("letters")
		queue := queueIn("letters", "work", attributes(30, 1), func(in *kinesis.CreateQueueInput) { in.Tags = map[string]string{"team": "blue"} })
		forget(queue, func() (any, error) { return r.CreateQueue(r.ctx(), caller, queue) })
		work := r.stream("letters").queues[0].arn(r.stream("letters").streamKey)
		update := &kinesis.UpdateQueueInput{QueueARN: new(work), QueueAttributes: queueAttributes{20, 1}.describe()}
		forget(update, func() (any, error) { return r.UpdateQueue(r.ctx(), caller, update) })
		queues := &kinesis.ListQueuesInput{StreamFilter: []kinesis.QueueStreamFilter{{StreamARN: &letters}}}
		forget(queues, func() (any, error) { return r.ListQueues(r.ctx(), caller, queues) })
		r.put("letters", "k", "letter")
		receive := &kinesis.ReceiveQueueRecordsInput{QueueARN: new(work), VisibilityTimeoutSeconds: new(int32(1))}
		var handle string
		forget(receive, func() (any, error) {
			out, err := r.ReceiveQueueRecords(r.ctx(), caller, receive)
			handle = *must(t, out, err).QueueRecords[0].ReceiptHandle
			return out, err
		})
		hide := &kinesis.UpdateQueueRecordsVisibilityInput{QueueARN: new(work), Entries: []kinesis.UpdateQueueRecordsVisibilityRequestEntry{
			{ReceiptHandle: new(handle), VisibilityTimeoutSeconds: new(int32(0))}}}
		forget(hide, func() (any, error) { return r.UpdateQueueRecordsVisibility(r.ctx(), caller, hide) })
		received := &kinesis.ReceiveDeadLetterQueueRecordsInput{QueueARN: new(work)}
		forget(received, func() (any, error) {
			out, err := r.ReceiveDeadLetterQueueRecords(r.ctx(), caller, received)
			handle = *must(t, out, err).QueueRecords[0].ReceiptHandle
			return out, err
		})
		ack := &kinesis.AcknowledgeQueueRecordsInput{QueueARN: new(work), Entries: []kinesis.AcknowledgeQueueRecordsRequestEntry{{ReceiptHandle: new(handle)}}}
		forget(ack, func() (any, error) { return r.AcknowledgeQueueRecords(r.ctx(), caller, ack) })
		deleted := &kinesis.DeleteQueueInput{QueueARN: new(work)}
		forget(deleted, func() (any, error) { return r.DeleteQueue(r.ctx(), caller, deleted) })

		// A stream that is made again and one that is deleted.
		remove := &kinesis.DeleteStreamInput{StreamName: new("parcels")}
		forget(remove, func() (any, error) { return r.DeleteStream(r.ctx(), caller, remove) })
		wantEqual(t, r.status("orders"), active, "status")
		wantEqual(t, r.status("parcels"), "", "status")
	})
}

// A change may be asked for with a key that lies in an input, as that of an
// operation on a stream does.
func TestChangeKeepsNoKeyOfItsCaller(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		in := &kinesis.SplitShardInput{StreamName: new("orders")}
		mangle := pooled(in)
		key, err := address(testCaller, in.StreamName, nil)
		must(t, 0, err)
		_, err = r.catalog.change(r.ctx(), key, func(old *stream) (*stream, error) {
			return old.revised(old.streamDocument, old.shards), nil
		})
		must(t, 0, err)
		known := r.known()
		mangle()
		wantEqual(t, r.known(), known, "the catalog")
	})
}

// A refusal is sent when the input may be gone already.
func TestErrorsDoNotLieInTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		in := &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), Data: []byte{}}
		mangle := pooled(in)
		_, err := r.PutRecord(r.ctx(), testCaller, in)
		mangle()
		wantError(t, err, notFound, say(streamGone))
	})
}

// The account and the region of a stream do not keep the header alive that they
// were read from.
func TestAStreamsKeyIsItsOwn(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		header := []byte("Credential=123456789012/20261104/eu-west-1/kinesis/aws4_request")
		at := func(from, n int) string { return unsafe.String(&header[from], n) }
		caller := access.Dev(at(11, 12), at(33, 9))
		_, err := r.CreateStream(r.ctx(), caller, &kinesis.CreateStreamInput{StreamName: new("orders")})
		must(t, 0, err)
		copy(header, strings.Repeat("?", len(header)))
		st := r.catalog.now().sorted[0]
		wantEqual(t, st.arn(), "arn:aws:kinesis:eu-west-1:123456789012:stream/orders", "the ARN")
		if r.catalog.now().byKey[st.streamKey] != st {
			t.Error("the stream is not found by its key")
		}
	})
}
