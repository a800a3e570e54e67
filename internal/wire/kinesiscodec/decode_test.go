package kinesiscodec_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// same decodes body both ways. What the hand-written codec accepts, the generic
// one must accept with the same values. That the validator accepts it too is
// tested in wire, which has the validator.
func (p pair) same(t *testing.T, body []byte) (accepted bool) {
	t.Helper()
	before := bytes.Clone(body)
	in, release, ok := p.fast.Decode(body)
	if !bytes.Equal(body, before) {
		t.Fatalf("%s: Decode wrote to the body %q", p.name, before)
	}
	if !ok {
		if in != nil || release != nil {
			t.Fatalf("%s: declined %q, but left something behind", p.name, body)
		}
		return false
	}
	want := p.op.NewInput()
	if err := p.decode(body, p.op.Input, want); err != nil {
		t.Fatalf("%s: accepted %q, which is refused with %v", p.name, body, err)
	}
	if !reflect.DeepEqual(in, want) {
		t.Fatalf("%s: %q\n gave %+v\n want %+v", p.name, body, in, want)
	}
	release()
	return true
}

// What SDKs send goes the fast way.
func TestAccepts(t *testing.T) {
	f := func(operation string, in any) {
		t.Helper()
		for _, encoding := range []string{"/JSON", "/CBOR"} {
			p := pairOf(operation + encoding)
			if body := p.encode(t, in); !p.same(t, body) {
				t.Errorf("%s declined %.300q", p.name, body)
			}
		}
	}
	key := strings.Repeat("k", 256)
	number := new("1" + strings.Repeat("0", 128))
	hash := new("340282366920938463463374607431768211455")
	f("PutRecord", &kinesis.PutRecordInput{StreamName: new("s-._9Z"), Data: []byte("hello"), PartitionKey: &key})
	f("PutRecord", &kinesis.PutRecordInput{StreamARN: new(streamARN), Data: []byte{}, PartitionKey: new("é日本😀"), ExplicitHashKey: hash,
		SequenceNumberForOrdering: number})
	f("PutRecord", &kinesis.PutRecordInput{StreamName: new("s"), Data: make([]byte, 1<<20), PartitionKey: new("<&>/'\u2028\x7f"), ExplicitHashKey: new("0")})
	for _, n := range []int{1, 2, 499, 500} {
		f("PutRecords", putRecordsInput(n, 100))
	}
	f("PutRecords", putRecordsInput(5, 0))
	f("PutRecords", putRecordsInput(10, 100_000))
	with := putRecordsInput(500, 10)
	with.StreamARN = new(streamARN)
	for i := range with.Records {
		with.Records[i].ExplicitHashKey = hash
	}
	f("PutRecords", with)
	f("GetRecords", &kinesis.GetRecordsInput{ShardIterator: new(strings.Repeat("A/+=", 128)), Limit: new(int32(10000)), StreamARN: new(streamARN)})
	f("GetRecords", &kinesis.GetRecordsInput{ShardIterator: new("x")})
}

// Bodies as people write them.
func TestAcceptsBlanksAndAnyOrder(t *testing.T) {
	f := func(name, body string) {
		t.Helper()
		if !pairOf(name).same(t, []byte(body)) {
			t.Errorf("%s declined %q", name, body)
		}
	}
	f("PutRecords/JSON", ` { "StreamName" : "s" , "Records" : [ { "PartitionKey" : "k" , "Data" : "AAEC" } , {"Data":"AA==","PartitionKey":"k"} ] } `+"\r\n\t")
	f("PutRecord/JSON", "{\n \"PartitionKey\": \"k\",\n \"Data\": \"\",\n \"StreamName\": \"s\"\n}")
	f("GetRecords/JSON", `{"Limit": 5, "ShardIterator": "a"}`)
	f("GetRecords/CBOR", "\xa2\x65Limit\x19\x03\xe8\x6dShardIterator\x61a")
	f("GetRecords/CBOR", "\xbf\x65Limit\x05\x6dShardIterator\x61a\xff")
	f("PutRecord/CBOR", "\xbf\x64Data\x43abc\x6cPartitionKey\x78\x01k\x6aStreamName\x61s\xff")
	f("PutRecords/CBOR", "\xa2\x67Records\x81\xa2\x64Data\x40\x6cPartitionKey\x61k\x6aStreamName\x61s")
}

// What is odd or wrong is declined, so that the generic codec says what it is.
func TestDeclines(t *testing.T) {
	f := func(name string, bodies ...string) {
		t.Helper()
		for _, body := range bodies {
			if pairOf(name).same(t, []byte(body)) {
				t.Errorf("%s accepted %q", name, body)
			}
		}
	}
	const entry = `{"Data":"AAEC","PartitionKey":"k"}`
	f("PutRecords/JSON", "", "{", "{}", "[]", "null", `{"Records":[]}`, `{"Records":null}`, `{"Records":[`+entry, `{"Records":[`+entry+`]`,
		`{"Records":[`+entry+`]}x`, `{"Records":[`+entry+`,]}`, `{"Records":[`+entry+`],}`, `{"Records":[`+entry+`],"Records":[`+entry+`]}`,
		`{"Records":[`+strings.Repeat(entry+",", 500)+entry+`]}`, `{"Records":[`+entry+`],"StreamName":""}`, `{"Records":[`+entry+`],"StreamName":"a b"}`,
		`{"Records":[`+entry+`],"StreamName":"s","StreamName":"s"}`, `{"Records":[`+entry+`],"StreamName":"`+strings.Repeat("s", 129)+`"}`,
		`{"Records":[`+entry+`],"StreamARN":"arn:aws:kinesis:::stream/s"}`, `{"Records":[`+entry+`],"Other":1}`, `{"Records":[`+entry+`],"DryRun":true}`,
		`{"Records":[`+entry+`],"StreamName":null}`, `{"Records":[`+entry+`],"StreamName":1}`)
	for _, bad := range []string{`{}`, `null`, `1`, `{"Data":"AAEC"}`, `{"PartitionKey":"k"}`, `{"Data":"AAE","PartitionKey":"k"}`,
		`{"Data":"AB==","PartitionKey":"k"}`, `{"Data":"AA\n=","PartitionKey":"k"}`, "{\"Data\":\"AAA\nAAAA\nAA=\",\"PartitionKey\":\"k\"}",
		`{"Data":"AA\/=","PartitionKey":"k"}`, `{"Data":1,"PartitionKey":"k"}`, `{"Data":"AAEC","PartitionKey":""}`, `{"Data":"AAEC","PartitionKey":"k\u0041"}`,
		"{\"Data\":\"AAEC\",\"PartitionKey\":\"k\x01\"}", "{\"Data\":\"AAEC\",\"PartitionKey\":\"k\xff\"}", `{"Data":"AAEC","PartitionKey":"k","Data":"AAEC"}`,
		`{"Data":"AAEC","PartitionKey":"k","PartitionKey":"k"}`, `{"Data":"AAEC","PartitionKey":"` + strings.Repeat("k", 257) + `"}`,
		`{"Data":"AAEC","PartitionKey":"k","ExplicitHashKey":"01"}`, `{"Data":"AAEC","PartitionKey":"k","ExplicitHashKey":"` + strings.Repeat("9", 40) + `"}`,
		`{"Data":"AAEC","PartitionKey":"k","ExplicitHashKey":null}`, `{"Data":"AAEC","PartitionKey":"k","x":1}`} {
		f("PutRecords/JSON", `{"Records":[`+bad+`],"StreamName":"s"}`)
	}
	f("GetRecords/JSON", `{}`, `{"ShardIterator":""}`, `{"ShardIterator":"a","Limit":0}`, `{"ShardIterator":"a","Limit":10001}`, `{"ShardIterator":"a","Limit":01}`,
		`{"ShardIterator":"a","Limit":1.5}`, `{"ShardIterator":"a","Limit":1e1}`, `{"ShardIterator":"a","Limit":-1}`, `{"ShardIterator":"a","Limit":99999999999}`,
		`{"ShardIterator":"`+strings.Repeat("a", 513)+`"}`, `{"ShardIterator":"a","Limit":}`)
	f("PutRecord/CBOR", "", "\xa0", "\xbf\xff", "\xa1\x64Data\x41a", "\xa2\x64Data\x61a\x6cPartitionKey\x61k", "\xa2\x64Data\x5f\x41a\xff\x6cPartitionKey\x61k",
		"\xa2\x64Data\x41a\x6cPartitionKey\x61\xff", "\xa2\x64Data\x41a\x6cPartitionKey\x61kx", "\xa2\x64Data\x41a\x6cPartitionKey\xf6",
		"\xa2\x64Data\x5a\xff\xff\xff\xff\x6cPartitionKey\x61k", "\xa3\x64Data\x41a\x64Data\x41a\x6cPartitionKey\x61k", "\xc1\xa2\x64Data\x41a\x6cPartitionKey\x61k")
	f("PutRecords/CBOR", "\xa1\x67Records\x80", "\xa1\x67Records\x9f\xff", "\xa1\x67Records\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "\xa1\x67Records\x82\xa2\x64Data\x40\x6cPartitionKey\x61k\xff")
}

// An input that is kept after its release is seen to be empty, not to be
// somebody else's.
func TestReleasedInputIsEmpty(t *testing.T) {
	p := pairOf("PutRecords/JSON")
	in, release, ok := p.fast.Decode(p.encode(t, putRecordsInput(3, 10)))
	if !ok {
		t.Fatal("declined")
	}
	kept := in.(*kinesis.PutRecordsInput)
	records := kept.Records
	release()
	if kept.Records != nil || kept.StreamName != nil || records[2].Data != nil || records[2].PartitionKey != nil {
		t.Errorf("after the release: %+v, %+v", kept, records)
	}
}
