package server

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/streams"
)

// scrape is the page of m.
func scrape(m *Metrics) string { return get(m.handler(), "GET", "/").Body.String() }

// told is what throttles wrote, line by line.
func told(t *testing.T, fn func(note func(streams.Throttled), m *Metrics)) string {
	t.Helper()
	var log strings.Builder
	synctest.Test(t, func(*testing.T) {
		m := NewMetrics("test")
		fn((&throttles{logger: slog.New(slog.NewTextHandler(&log, nil)), refused: m.streams.throttled}).note, m)
	})
	return log.String()
}

func TestALineForEachLimitOfAStreamAndMinute(t *testing.T) {
	log := told(t, func(note func(streams.Throttled), _ *Metrics) {
		for range 119 { // for two minutes, but for a second
			note(streams.Throttled{Account: "1", Stream: "orders", Limit: "write_bytes", Rate: "write_bytes=1MiB/s", Count: 3})
			note(streams.Throttled{Account: "1", Stream: "orders", Limit: "read_calls", Rate: "read_calls=5/s", Count: 1})
			note(streams.Throttled{Account: "1", Stream: "parcels", Limit: "write_bytes", Rate: "write_bytes=1MiB/s", Count: 1})
			time.Sleep(time.Second)
		}
	})
	if n := strings.Count(log, "\n"); n != 6 {
		t.Errorf("%d lines, want 6:\n%s", n, log)
	}
	if want := `msg=throttled account=1 region="" stream=orders limit="write_bytes=1MiB/s" refused=3`; !strings.Contains(log, want) {
		t.Errorf("the log lacks %s:\n%s", want, log)
	}
}

// Whoever calls under new accounts again and again does not make the metrics grow
// without an end.
func TestAccountsThatAreThrottledAreBounded(t *testing.T) {
	told(t, func(note func(streams.Throttled), m *Metrics) {
		for i := range 3 * maxThrottledAccounts {
			note(streams.Throttled{Account: fmt.Sprint(i), Region: "r", Limit: "ListStreams", Rate: "ListStreams=5/s", Count: 1})
		}
		families, err := m.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "freshet_throttled_total" && len(f.GetMetric()) != maxThrottledAccounts+1 {
				t.Errorf("%d series", len(f.GetMetric()))
			}
		}
		if text := scrape(m); !strings.Contains(text, `freshet_throttled_total{account="other",limit="ListStreams",region="",stream=""} 2000`) {
			t.Error("the others are not counted together")
		}
	})
}

func TestWhatIsThrottledIsCounted(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	e.want(200, "aws", "PUT", extapi.LimitsPath, `{"profile":"aws write_records=1/s"}`)
	e.must("PutRecord", `{"StreamName":"orders","PartitionKey":"k","Data":""}`)
	e.must("PutRecords", `{"StreamName":"orders","Records":[{"PartitionKey":"k","Data":""},{"PartitionKey":"k","Data":""}]}`)
	for range 6 {
		e.call("ListStreams", `{}`)
	}
	const labels = `freshet_throttled_total{account="000000000000",limit="%s",region="us-east-1",stream="%s"} %d`
	text := scrape(e.metrics)
	for _, want := range []string{fmt.Sprintf(labels, "write_records", "orders", 2), fmt.Sprintf(labels, "ListStreams", "", 1)} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if !strings.Contains(text, `freshet_stream_incoming_records_total{account="000000000000",region="us-east-1",stream="orders"} 1`) {
		t.Error("what was refused is counted as put")
	}
	e.must("DeleteStream", `{"StreamName":"orders"}`)
	if text := scrape(e.metrics); strings.Contains(text, `limit="write_records"`) || !strings.Contains(text, `limit="ListStreams"`) {
		t.Error("the series of a deleted stream is there, or that of its account is not")
	}
}
