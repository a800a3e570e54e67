package server

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func (e extension) iterator(stream, kind string) string {
	e.t.Helper()
	var out struct{ ShardIterator string }
	said := e.must("GetShardIterator", `{"StreamName":"`+stream+`","ShardId":"0","ShardIteratorType":"`+kind+`"}`)
	if err := json.Unmarshal([]byte(said), &out); err != nil {
		e.t.Fatal(err)
	}
	return out.ShardIterator
}

func TestGetRecordsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(nil)
		s, stop := start(t, o)
		e := extension{t, s}
		e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
		latest := `{"ShardIterator":"` + e.iterator("orders", "LATEST") + `"}`
		get := func(wait string) *httptest.ResponseRecorder {
			return e.callAs("test", "us-east-1", "GetRecords", latest, "x-freshet-wait-ms", wait)
		}
		f := func(wait string, took time.Duration) {
			t.Helper()
			began := time.Now()
			if w := get(wait); w.Code != 200 || !strings.Contains(w.Body.String(), `"Records":[]`) {
				t.Errorf("%s: status %d: %s", wait, w.Code, w.Body)
			}
			if got := time.Since(began); got != took {
				t.Errorf("%s: it waited %s", wait, got)
			}
		}
		f("0", 0)
		f("1500", 1500*time.Millisecond)
		f("20000", 20*time.Second)
		f("2000000", 20*time.Second)
		for _, wait := range []string{"-1", "1s", "1.5", " 1", "99999999999"} {
			w := get(wait)
			if w.Code != 400 || !strings.Contains(w.Body.String(), "InvalidArgumentException") || !strings.Contains(w.Body.String(), waitHeader) {
				t.Errorf("%q: status %d: %s", wait, w.Code, w.Body)
			}
		}

		answers := make(chan *httptest.ResponseRecorder)
		go func() { answers <- get("20000") }()
		synctest.Wait()
		time.Sleep(time.Second)
		began := time.Now()
		e.must("PutRecord", `{"StreamName":"orders","PartitionKey":"k","Data":"aGVsbG8="}`)
		if w := <-answers; time.Since(began) != 0 || !strings.Contains(w.Body.String(), "aGVsbG8=") {
			t.Errorf("after %s: %s", time.Since(began), w.Body)
		}

		latest = `{"ShardIterator":"` + e.iterator("orders", "LATEST") + `"}`
		go func() { answers <- get("20000") }()
		synctest.Wait()
		ended := make(chan error)
		go func() { ended <- stop() }()
		if w := <-answers; w.Code != 200 || time.Since(began) != 0 {
			t.Errorf("when the server stops: status %d after %s", w.Code, time.Since(began))
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
