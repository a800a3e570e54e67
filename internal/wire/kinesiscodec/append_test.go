package kinesiscodec_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/eventstream"
	"github.com/freshet/freshet/internal/wire/kinesiscodec"
)

// sameBytes encodes out both ways. size says whether Size must have been enough.
func (p pair) sameBytes(t *testing.T, out any, roomy bool) {
	t.Helper()
	want, err := p.append([]byte("x"), p.answer(), out)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := p.fast.Append([]byte("x"), out)
	if ok && !bytes.Equal(got, want) {
		t.Fatalf("%s\n got %q\nwant %q", p.name, got, want)
	}
	if size := p.fast.Size(out); ok && roomy && size < len(want) {
		t.Errorf("%s: Size says %d for %d bytes", p.name, size, len(want))
	}
}

func TestAppendsWhatTheGenericCodecAppends(t *testing.T) {
	f := func(operation string, out any, accept bool) {
		t.Helper()
		for _, encoding := range []string{"/JSON", "/CBOR"} {
			p := pairOf(operation + encoding)
			p.sameBytes(t, out, true)
			if _, ok := p.fast.Append(nil, out); ok != accept {
				t.Errorf("%s: accepted %v", p.name, ok)
			}
		}
	}
	f("PutRecords", &kinesis.PutRecordsOutput{}, true)
	f("PutRecords", &kinesis.PutRecordsOutput{Records: []kinesis.PutRecordsResultEntry{}}, true)
	f("PutRecords", &kinesis.PutRecordsOutput{Records: make([]kinesis.PutRecordsResultEntry, 2)}, true)
	f("PutRecords", putRecordsOutput(500), true)
	failed := putRecordsOutput(10)
	failed.FailedRecordCount = new(int32(2))
	failed.EncryptionType = new(kinesis.EncryptionTypeKms)
	for _, i := range []int{0, 9} {
		failed.Records[i] = kinesis.PutRecordsResultEntry{ErrorCode: new("ProvisionedThroughputExceededException"),
			ErrorMessage: new("Rate exceeded for shard \"shardId-000000000000\"\n in stream é under account 000000000000.")}
	}
	f("PutRecords", failed, true)
	f("GetRecords", &kinesis.GetRecordsOutput{}, true)
	f("GetRecords", &kinesis.GetRecordsOutput{Records: []kinesis.Record{}}, true)
	f("GetRecords", &kinesis.GetRecordsOutput{Records: make([]kinesis.Record, 2)}, true)
	for _, size := range []int{0, 1, 2, 3, 100, 1024, 100_000} {
		f("GetRecords", getRecordsOutput(20, size), true)
	}
	odd := getRecordsOutput(2, 10)
	odd.Records[0].PartitionKey = new("é\"\\\x00\xff")
	odd.Records[0].EncryptionType = new(kinesis.EncryptionTypeKms)
	odd.Records[1].Data = nil
	odd.Records[1].ApproximateArrivalTimestamp = new(time.UnixMilli(-1))
	odd.NextShardIterator = nil
	f("GetRecords", odd, true)
	last := getRecordsOutput(2, 10)
	last.ChildShards = []kinesis.ChildShard{}
	f("GetRecords", last, false)

	f("SubscribeToShard", &kinesis.SubscribeToShardEvent{}, true)
	f("SubscribeToShard", eventOf(&kinesis.GetRecordsOutput{Records: []kinesis.Record{}}), true)
	for _, size := range []int{0, 1, 100, 1024, 100_000} {
		f("SubscribeToShard", eventOf(getRecordsOutput(20, size)), true)
	}
	f("SubscribeToShard", eventOf(odd), true)
	f("SubscribeToShard", eventOf(last), false)
}

// The largest record goes into a message that every client takes.
func TestTheLargestRecordFitsIntoAMessage(t *testing.T) {
	largest := getRecordsOutput(1, 10<<20-256)
	largest.Records[0].PartitionKey = new(strings.Repeat("k", 256))
	b, ok := kinesiscodec.SubscribeToShardJSON.Append(nil, eventOf(largest))
	if !ok || len(b) > eventstream.MaxPayload {
		t.Errorf("an event of %d bytes", len(b))
	}
}

// eventOf is an event that says what an answer of GetRecords says.
func eventOf(out *kinesis.GetRecordsOutput) *kinesis.SubscribeToShardEvent {
	return &kinesis.SubscribeToShardEvent{Records: out.Records, ContinuationSequenceNumber: out.NextShardIterator,
		MillisBehindLatest: out.MillisBehindLatest, ChildShards: out.ChildShards}
}

func FuzzAppend(f *testing.F) {
	f.Add("12345", "shardId-000000000000", "code", "message", []byte("data"), int64(1700000000123), int32(1), uint(31))
	f.Add("", "\"", "\x00\xff", "é", []byte{}, int64(-1), int32(-1), uint(0))
	f.Fuzz(func(t *testing.T, number, shard, code, message string, data []byte, when int64, count int32, present uint) {
		bit := func(i int) bool { return present>>i&1 == 1 }
		text := func(i int, s string) *string {
			if bit(i) {
				return &s
			}
			return nil
		}
		put := &kinesis.PutRecordsOutput{Records: []kinesis.PutRecordsResultEntry{
			{SequenceNumber: text(0, number), ShardId: text(1, shard), ErrorCode: text(2, code), ErrorMessage: text(3, message)},
			{SequenceNumber: text(3, number)},
		}}
		get := &kinesis.GetRecordsOutput{NextShardIterator: text(0, number), Records: []kinesis.Record{
			{SequenceNumber: text(1, number), Data: data, PartitionKey: text(2, shard)}, {PartitionKey: text(3, message)},
		}}
		if bit(4) {
			put.FailedRecordCount = &count
			get.MillisBehindLatest = &when
			get.Records[1].ApproximateArrivalTimestamp = new(time.UnixMilli(when))
			put.EncryptionType = (*kinesis.EncryptionType)(&code)
		}
		for _, encoding := range []string{"/JSON", "/CBOR"} {
			pairOf("PutRecords"+encoding).sameBytes(t, put, false)
			pairOf("GetRecords"+encoding).sameBytes(t, get, false)
			pairOf("SubscribeToShard"+encoding).sameBytes(t, eventOf(get), false)
		}
	})
}
