package wire_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
)

// BenchmarkEvents is what a subscriber that has much to catch up with is sent: events
// of 256 records of 1 KiB, over a loopback connection, in either encoding.
func BenchmarkEvents(b *testing.B) {
	records := make([]kinesis.Record, 256)
	for i := range records {
		records[i] = kinesis.Record{SequenceNumber: new(fmt.Sprintf("49590338271490256608559692538361571095921575989%09d", i)),
			ApproximateArrivalTimestamp: new(time.UnixMilli(1700000000000)), Data: make([]byte, 1024), PartitionKey: new("customer-000000000001")}
	}
	e := &event{Records: records, ContinuationSequenceNumber: records[255].SequenceNumber, MillisBehindLatest: new(int64(1))}
	for _, c := range codecs {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(256 << 10)
			h := streaming(always(func(yield func(*event, error) bool) {
				for b.Loop() {
					if !yield(e, nil) {
						b.Error("the subscriber has left")
						return
					}
				}
			}), func(o *wire.Options) { o.Logger = slog.New(slog.DiscardHandler) })
			server := httptest.NewServer(h)
			defer server.Close()
			res, err := http.DefaultClient.Do(c.asked(b.Context(), b, server.URL))
			if err != nil {
				b.Fatal(err)
			}
			defer res.Body.Close()
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				b.Error(err)
			}
		})
	}
}
