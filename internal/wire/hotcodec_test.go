package wire_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/kinesiscodec"
)

// hot is a hand-written codec and the generic one that it must be equal to.
type hot struct {
	name   string
	op     *awsapi.Operation
	fast   wire.Fast
	decode func(body []byte, shape *awsapi.Shape, into any) error
	append func(dst []byte, shape *awsapi.Shape, v any) ([]byte, error)
}

func hotOf(name string) hot {
	for _, h := range []hot{
		{"PutRecord/JSON", kinesis.OpPutRecord, kinesiscodec.PutRecordJSON, awsjson.Decode, awsjson.Append},
		{"PutRecord/CBOR", kinesis.OpPutRecord, kinesiscodec.PutRecordCBOR, awscbor.Decode, awscbor.Append},
		{"PutRecords/JSON", kinesis.OpPutRecords, kinesiscodec.PutRecordsJSON, awsjson.Decode, awsjson.Append},
		{"PutRecords/CBOR", kinesis.OpPutRecords, kinesiscodec.PutRecordsCBOR, awscbor.Decode, awscbor.Append},
		{"GetRecords/JSON", kinesis.OpGetRecords, kinesiscodec.GetRecordsJSON, awsjson.Decode, awsjson.Append},
		{"GetRecords/CBOR", kinesis.OpGetRecords, kinesiscodec.GetRecordsCBOR, awscbor.Decode, awscbor.Append},
	} {
		if h.name == name {
			return h
		}
	}
	panic("no codec " + name)
}

// generic decodes and validates body as the Mux does without a hand-written
// codec.
func (h hot) generic(body []byte) (any, error) {
	in := h.op.NewInput()
	if err := h.decode(body, h.op.Input, in); err != nil {
		return nil, err
	}
	if e := wire.Validate(h.op.Input, in); e != nil {
		return nil, e
	}
	return in, nil
}

// encode writes an input with the generic codec.
func (h hot) encode(t *testing.T, in any) []byte {
	t.Helper()
	body, err := h.append(nil, h.op.Input, in)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// same decodes body both ways. What the hand-written codec accepts, the generic
// one and the validator must accept with the same values.
func (h hot) same(t *testing.T, body []byte) (accepted bool) {
	t.Helper()
	before := bytes.Clone(body)
	in, release, ok := h.fast.Decode(body)
	if !bytes.Equal(body, before) {
		t.Fatalf("%s: Decode wrote to the body %q", h.name, before)
	}
	if !ok {
		return false
	}
	want, err := h.generic(body)
	if err != nil {
		t.Fatalf("%s: accepted %q, which is refused with %v", h.name, body, err)
	}
	if !reflect.DeepEqual(in, want) {
		t.Fatalf("%s: %q\n gave %+v\n want %+v", h.name, body, in, want)
	}
	release()
	return true
}

// The hand-written bounds are the model's.
func TestBoundsAreTheModels(t *testing.T) {
	long := strings.Repeat("1", 3000)
	f := func(operation, member string, in func(n int) any, most int) {
		t.Helper()
		for _, encoding := range []string{"/JSON", "/CBOR"} {
			h := hotOf(operation + encoding)
			if !h.same(t, h.encode(t, in(most))) {
				t.Errorf("%s: %s of length %d is declined", h.name, member, most)
			}
			if _, err := h.generic(h.encode(t, in(most+1))); err == nil {
				t.Errorf("%s: the model allows a %s of length %d", h.name, member, most+1)
			}
		}
	}
	f("PutRecords", "Records", func(n int) any {
		entry := kinesis.PutRecordsRequestEntry{Data: []byte{1}, PartitionKey: new("k")}
		return &kinesis.PutRecordsInput{Records: slices.Repeat([]kinesis.PutRecordsRequestEntry{entry}, n)}
	}, 500)
	f("PutRecord", "Data", func(n int) any {
		return &kinesis.PutRecordInput{Data: make([]byte, n), PartitionKey: new("k")}
	}, 10<<20)
	f("PutRecord", "PartitionKey", func(n int) any {
		return &kinesis.PutRecordInput{Data: []byte{}, PartitionKey: new(strings.Repeat("é", n))}
	}, 256)
	f("PutRecord", "StreamName", func(n int) any {
		return &kinesis.PutRecordInput{Data: []byte{}, PartitionKey: new("k"), StreamName: new(long[:n])}
	}, 128)
	f("PutRecord", "ExplicitHashKey", func(n int) any {
		return &kinesis.PutRecordInput{Data: []byte{}, PartitionKey: new("k"), ExplicitHashKey: new(long[:n])}
	}, 39)
	f("PutRecord", "SequenceNumberForOrdering", func(n int) any {
		return &kinesis.PutRecordInput{Data: []byte{}, PartitionKey: new("k"), SequenceNumberForOrdering: new(long[:n])}
	}, 129)
	f("GetRecords", "ShardIterator", func(n int) any { return &kinesis.GetRecordsInput{ShardIterator: new(long[:n])} }, 512)
	f("GetRecords", "Limit", func(n int) any {
		return &kinesis.GetRecordsInput{ShardIterator: new("a"), Limit: new(int32(n))}
	}, 10000)
}

func fuzzHot(f *testing.F, name string, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	h := hotOf(name)
	f.Fuzz(func(t *testing.T, body []byte) { h.same(t, body) })
}

func FuzzPutRecordJSON(f *testing.F) {
	fuzzHot(f, "PutRecord/JSON", `{"StreamName":"s","Data":"AAEC","PartitionKey":"k","ExplicitHashKey":"12","SequenceNumberForOrdering":"0"}`,
		` {"PartitionKey" : "é","Data":"","StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"}`, `{"Data":"AA==","PartitionKey":"\u0041"}`)
}

func FuzzPutRecordCBOR(f *testing.F) {
	fuzzHot(f, "PutRecord/CBOR", "\xbf\x64Data\x43abc\x6cPartitionKey\x61k\x6aStreamName\x61s\xff",
		"\xa3\x64Data\x40\x6cPartitionKey\x62\xc3\xa9\x6fExplicitHashKey\x6212", "\xa2\x64Data\x58\x01a\x6cPartitionKey\x79\x00\x01k")
}

func FuzzPutRecordsJSON(f *testing.F) {
	fuzzHot(f, "PutRecords/JSON", `{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"k"},{"PartitionKey":"l","Data":"","ExplicitHashKey":"0"}]}`,
		`{"Records":[{"Data":"AAEC","PartitionKey":"k"}],"StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"}`, `{ "Records" : [ {"Data":"/w==" , "PartitionKey":"日"} ] }`)
}

func FuzzPutRecordsCBOR(f *testing.F) {
	fuzzHot(f, "PutRecords/CBOR", "\xbf\x67Records\x9f\xbf\x64Data\x43abc\x6cPartitionKey\x61k\xff\xff\x6aStreamName\x61s\xff",
		"\xa2\x67Records\x82\xa2\x64Data\x40\x6cPartitionKey\x61k\xa2\x64Data\x41a\x6cPartitionKey\x61l\x6aStreamName\x61s")
}

func FuzzGetRecordsJSON(f *testing.F) {
	fuzzHot(f, "GetRecords/JSON", `{"ShardIterator":"AAA/+=","Limit":100,"StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"}`, `{"Limit":1,"ShardIterator":"a"}`)
}

func FuzzGetRecordsCBOR(f *testing.F) {
	fuzzHot(f, "GetRecords/CBOR", "\xbf\x65Limit\x19\x03\xe8\x6dShardIterator\x61a\xff", "\xa1\x6dShardIterator\x78\x01a")
}
