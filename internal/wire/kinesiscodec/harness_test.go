package kinesiscodec_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/fast"
	"github.com/freshet/freshet/internal/wire/kinesiscodec"
)

// pair is a hand-written codec and the generic one that it must be equal to.
type pair struct {
	name   string
	op     *awsapi.Operation
	fast   fast.Codec
	decode func(body []byte, shape *awsapi.Shape, into any) error
	append func(dst []byte, shape *awsapi.Shape, v any) ([]byte, error)
}

var pairs = []pair{
	{"PutRecord/JSON", kinesis.OpPutRecord, kinesiscodec.PutRecordJSON, awsjson.Decode, awsjson.Append},
	{"PutRecord/CBOR", kinesis.OpPutRecord, kinesiscodec.PutRecordCBOR, awscbor.Decode, awscbor.Append},
	{"PutRecords/JSON", kinesis.OpPutRecords, kinesiscodec.PutRecordsJSON, awsjson.Decode, awsjson.Append},
	{"PutRecords/CBOR", kinesis.OpPutRecords, kinesiscodec.PutRecordsCBOR, awscbor.Decode, awscbor.Append},
	{"GetRecords/JSON", kinesis.OpGetRecords, kinesiscodec.GetRecordsJSON, awsjson.Decode, awsjson.Append},
	{"GetRecords/CBOR", kinesis.OpGetRecords, kinesiscodec.GetRecordsCBOR, awscbor.Decode, awscbor.Append},
	{"SubscribeToShard/JSON", kinesis.OpSubscribeToShard, kinesiscodec.SubscribeToShardJSON, awsjson.Decode, awsjson.Append},
	{"SubscribeToShard/CBOR", kinesis.OpSubscribeToShard, kinesiscodec.SubscribeToShardCBOR, awscbor.Decode, awscbor.Append},
}

// answer is the shape of what p's encoder writes: the output, or an event.
func (p pair) answer() *awsapi.Shape {
	if p.op == kinesis.OpSubscribeToShard {
		return p.op.Output.Member("EventStream").Shape.Member("SubscribeToShardEvent").Shape
	}
	return p.op.Output
}

func pairOf(name string) pair {
	for _, p := range pairs {
		if p.name == name {
			return p
		}
	}
	panic("no pair " + name)
}

// encode writes an input with the generic codec.
func (p pair) encode(t testing.TB, in any) []byte {
	t.Helper()
	body, err := p.append(nil, p.op.Input, in)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

const streamARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"

// putRecordsInput has n records of size bytes.
func putRecordsInput(n, size int) *kinesis.PutRecordsInput {
	in := &kinesis.PutRecordsInput{StreamName: new("clicks"), Records: make([]kinesis.PutRecordsRequestEntry, n)}
	for i := range in.Records {
		data := bytes.Repeat([]byte{byte(i), 0xfb, 0x3c}, size/3+1)[:size]
		in.Records[i] = kinesis.PutRecordsRequestEntry{Data: data, PartitionKey: new(fmt.Sprintf("customer-%012d", i))}
	}
	return in
}

func putRecordsOutput(n int) *kinesis.PutRecordsOutput {
	out := &kinesis.PutRecordsOutput{FailedRecordCount: new(int32(0)), Records: make([]kinesis.PutRecordsResultEntry, n)}
	for i := range out.Records {
		out.Records[i] = kinesis.PutRecordsResultEntry{
			SequenceNumber: new(fmt.Sprintf("49590338271490256608559692538361571095921575989%09d", i)),
			ShardId:        new(fmt.Sprintf("shardId-%012d", i%4)),
		}
	}
	return out
}

func getRecordsOutput(n, size int) *kinesis.GetRecordsOutput {
	out := &kinesis.GetRecordsOutput{NextShardIterator: new("AAAAAAAA/next+=="), MillisBehindLatest: new(int64(1234)), Records: make([]kinesis.Record, n)}
	for i := range out.Records {
		out.Records[i] = kinesis.Record{
			SequenceNumber:              new(fmt.Sprintf("49590338271490256608559692538361571095921575989%09d", i)),
			ApproximateArrivalTimestamp: new(time.UnixMilli(1700000000000 + int64(i))),
			Data:                        bytes.Repeat([]byte{byte(i), 0xfb, 0x3c}, size/3+1)[:size],
			PartitionKey:                new(fmt.Sprintf("customer-%012d", i)),
		}
	}
	return out
}
