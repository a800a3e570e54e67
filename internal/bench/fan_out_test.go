package bench

import (
	"net/http"
	"testing"
	"time"
)

// The loads of fan-out against a server: every record reaches every consumer, and
// idle subscriptions stay open until they are closed.
func TestFanOutAgainstTheServer(t *testing.T) {
	target := serve(t)
	if err := target.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := FanOut{Consumers: 50, Size: 1024, Every: 2 * time.Millisecond, Duration: 200 * time.Millisecond}.Run(t.Context(), makeStream(t, target, 1))
	if err != nil {
		t.Fatal(err)
	}
	if p.Events != 50*100 || len(p.sincePut) != 50*90 {
		t.Errorf("%d events, %d measured", p.Events, len(p.sincePut))
	}
	if p.SincePut(0.5) <= 0 || p.SincePut(0.5) > p.SincePut(0.99) || p.SinceAck(0.5) > p.SincePut(0.5) {
		t.Errorf("since the put %s and %s, since the acknowledgement %s", p.SincePut(0.5), p.SincePut(0.99), p.SinceAck(0.5))
	}
	for _, http2 := range []bool{false, true} {
		all, err := makeStream(t, target, 10).Subscribe(t.Context(), 3, http2)
		if err != nil {
			t.Error(err)
		}
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A record that is not the next one ends the run.
func TestReceivedRecordsAreChecked(t *testing.T) {
	s := makeStream(t, serve(t), 1)
	f := FanOut{Consumers: 1, Size: 9, Every: time.Millisecond, Duration: 3 * time.Millisecond}
	requests, err := f.requests(t.Context(), s, 3)
	if err != nil {
		t.Fatal(err)
	}
	arns, err := s.register(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.target.subscribe(t.Context(), http.DefaultClient, arns[0], "shardId-000000000000")
	if err != nil {
		t.Fatal(err)
	}
	defer u.close()
	if _, _, err := f.put(t.Context(), s.target, [][]byte{requests[0], requests[2]}); err != nil {
		t.Fatal(err)
	}
	if _, err := u.receive(3); err == nil {
		t.Error("a record that is missing is not missed")
	}
}
