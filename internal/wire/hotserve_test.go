package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/kinesiscodec"
)

// summarize answers for each record its key and the last byte of its data.
func summarize(_ context.Context, _ access.Caller, in *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
	out := &kinesis.PutRecordsOutput{}
	for i := range in.Records {
		r := &in.Records[i]
		out.Records = append(out.Records, kinesis.PutRecordsResultEntry{
			SequenceNumber: new(strings.Clone(*r.PartitionKey)),
			ShardId:        new(fmt.Sprint(len(r.Data), r.Data[len(r.Data)-1])),
		})
	}
	return out, nil
}

// Pooled requests and buffers go round among clients; none may see another's
// records, whatever the encoding and whoever decoded it.
func TestPutRecordsOfManyClientsStayApart(t *testing.T) {
	h := serve(echo)
	h.Handle(wire.Op(kinesis.OpPutRecords, summarize).WithFast(wire.JSON, kinesiscodec.PutRecordsJSON).WithFast(wire.CBOR, kinesiscodec.PutRecordsCBOR))
	address := listen(t, h)
	for _, client := range clients(t) {
		var done sync.WaitGroup
		for i, c := range append(codecs, codecs...) {
			done.Go(func() {
				for n := 1; n <= 40; n++ {
					putAndCheck(t, client, c, address, i, n)
				}
			})
		}
		done.Wait()
	}
}

// putAndCheck puts records of client i's own. Every third request has a key that
// the hand-written codec declines.
func putAndCheck(t *testing.T, client *http.Client, c codec, address string, i, n int) {
	h := hotOf("PutRecords/" + c.name)
	in := &kinesis.PutRecordsInput{StreamName: new("s")}
	for k := range n * 3 {
		key := fmt.Sprintf("%d-%d-%d", i, n, k)
		if k == 0 && n%3 == 0 {
			key += `"`
		}
		data := bytes.Repeat([]byte{byte(i*50 + n + k)}, 1+n*20)
		in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{Data: data, PartitionKey: &key})
	}
	out, _ := summarize(t.Context(), access.Caller{}, in)
	want, err := h.append(nil, h.op.Output, out)
	if err != nil {
		t.Error(err)
		return
	}
	r, _ := http.NewRequest("POST", "http://"+address, bytes.NewReader(h.encode(t, in)))
	r.Header = c.call("", "X-Amz-Target", "Kinesis_20131202.PutRecords", "Authorization", strings.Replace(authorization, "/test/", "/kinesis/", 1)).Header
	res, err := client.Do(r)
	if err != nil {
		t.Error(err)
		return
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s client %d, request %d: got %.200q, %v; want %.200q", c.name, i, n, got, err, want)
	}
}
