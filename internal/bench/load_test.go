package bench

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// counted is a floor that counts, and requests to it over so many connections.
func counted(t *testing.T, connections int) (asked *atomic.Int64, target Target, requests [][]Request) {
	t.Helper()
	p := Put{Connections: connections, Batch: 1, Size: 10}
	floor := floorHandler(p.FloorReply())
	asked = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		floor.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	target, err := NewTarget(server.URL, "us-east-1", Credentials{})
	if err != nil {
		t.Fatal(err)
	}
	if requests, err = p.Requests(t.Context(), &Stream{target: target, name: "orders"}); err != nil {
		t.Fatal(err)
	}
	return asked, target, requests
}

func noCheck([]byte) error { return nil }

func TestOnceSendsEachRequestOnce(t *testing.T) {
	asked, target, requests := counted(t, 3)
	r, err := Load{Requests: requests, Once: true, Check: noCheck}.Run(t.Context(), target)
	if want := 3 * bodiesPerConnection; err != nil || r.Requests != want || r.All.Requests != want || asked.Load() != int64(want) {
		t.Errorf("%d of %d requests counted, want %d; %v", r.Requests, asked.Load(), want, err)
	}
	if r.Elapsed <= 0 || r.Elapsed != r.All.Elapsed {
		t.Errorf("in %s and %s", r.Elapsed, r.All.Elapsed)
	}
}

// A connection asks at its times and not as fast as it can. What was due is made
// up for, so only a machine that does nothing at all for long sends less.
func TestAPacedLoadAsksAtItsTimes(t *testing.T) {
	asked, target, requests := counted(t, 2)
	load := Load{Requests: requests, Duration: time.Second, Every: 50 * time.Millisecond, Check: noCheck}
	r, err := load.Run(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n > 2*20 || int64(r.All.Requests) != n {
		t.Errorf("%d requests were sent, %d counted, and 40 were due", n, r.All.Requests)
	}
	if r.Requests == 0 || r.Requests >= r.All.Requests {
		t.Errorf("%d of %d requests measured: the first tenth is left out", r.Requests, r.All.Requests)
	}
}
