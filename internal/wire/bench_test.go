package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/kinesiscodec"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// discard is a connection that takes everything, with headers made anew for
// every request as net/http does.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func (d *discard) SetReadDeadline(time.Time) error  { return nil }
func (d *discard) SetWriteDeadline(time.Time) error { return nil }

// putRecordsMux serves a PutRecords that answers out; generic leaves the
// hand-written codecs out.
func putRecordsMux(out *kinesis.PutRecordsOutput, generic bool, options ...func(*wire.Options)) *wire.Mux {
	o := wire.Options{Authenticate: anyone, Authorize: anything, Logger: slog.New(slog.DiscardHandler)}
	for _, option := range options {
		option(&o)
	}
	m := wire.New(o)
	route := wire.Op(kinesis.OpPutRecords, func(context.Context, access.Caller, *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
		return out, nil
	})
	if !generic {
		route = route.WithFast(wire.JSON, kinesiscodec.PutRecordsJSON).WithFast(wire.CBOR, kinesiscodec.PutRecordsCBOR)
	}
	m.Handle(route)
	return m
}

func benchmarkServe(b *testing.B, contentType string, body []byte, m *wire.Mux, records int) {
	r := putRecordsRequest(contentType)
	r.Header.Set("Authorization", sigv4.Algorithm+" Credential=test/20260101/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=abc")
	benchmarkRequest(b, r, body, m, records)
}

func putRecordsRequest(contentType string) *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header = codecs[0].call("").Header
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.PutRecords")
	return r
}

func benchmarkRequest(b *testing.B, r *http.Request, body []byte, m *wire.Mux, records int) {
	r.ContentLength = int64(len(body))
	reader := bytes.NewReader(body)
	r.Body = io.NopCloser(reader)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		m.ServeHTTP(&discard{header: make(http.Header, 8)}, r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
}

func benchmarkPutRecords(b *testing.B, n int) {
	in := &kinesis.PutRecordsInput{StreamName: new("clicks")}
	out := &kinesis.PutRecordsOutput{FailedRecordCount: new(int32(0))}
	for i := range n {
		in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{Data: bytes.Repeat([]byte{byte(i)}, 1024), PartitionKey: new(fmt.Sprintf("customer-%012d", i))})
		out.Records = append(out.Records, kinesis.PutRecordsResultEntry{
			SequenceNumber: new(fmt.Sprintf("49590338271490256608559692538361571095921575989%09d", i)), ShardId: new("shardId-000000000000")})
	}
	json, _ := awsjson.Append(nil, kinesis.OpPutRecords.Input, in)
	cbor, _ := awscbor.Append(nil, kinesis.OpPutRecords.Input, in)
	b.Run("JSON", func(b *testing.B) { benchmarkServe(b, wire.JSON, json, putRecordsMux(out, false), n) })
	b.Run("CBOR", func(b *testing.B) { benchmarkServe(b, wire.CBOR, cbor, putRecordsMux(out, false), n) })
	b.Run("JSON/signed", func(b *testing.B) {
		m := putRecordsMux(out, false, func(o *wire.Options) { o.Authenticate = new(keyring).authenticate })
		r, s := putRecordsRequest(wire.JSON), lasting()
		s.service = "kinesis"
		benchmarkRequest(b, s.sign(b, r, string(json)), json, m, n)
	})
	b.Run("generic/JSON", func(b *testing.B) { benchmarkServe(b, wire.JSON, json, putRecordsMux(out, true), n) })
	b.Run("generic/CBOR", func(b *testing.B) { benchmarkServe(b, wire.CBOR, cbor, putRecordsMux(out, true), n) })
}

func BenchmarkServePutRecords500(b *testing.B) { benchmarkPutRecords(b, 500) }
func BenchmarkServePutRecords1(b *testing.B)   { benchmarkPutRecords(b, 1) }
