package bench

import (
	"context"
	"errors"
	"testing"
	"time"

	freshet "github.com/freshet/freshet"
)

// serve runs a server on a real disk until the test ends.
func serve(t testing.TB) Target {
	t.Helper()
	s, err := freshet.New(freshet.Options{DataDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	<-s.Ready()
	target, err := NewTarget(s.Endpoint(), "us-east-1", Credentials{"test", "test", ""})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func makeStream(t testing.TB, target Target, shards int) *Stream {
	t.Helper()
	s, err := MakeStream(context.Background(), target, shards)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Delete(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func runPut(t testing.TB, s *Stream, p Put, duration time.Duration) Result {
	t.Helper()
	requests, err := p.Requests(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, s, Load{Requests: requests, Duration: duration, Check: p.Check})
}

func runGet(t testing.TB, s *Stream, g Get, duration time.Duration) Result {
	t.Helper()
	if err := g.Fill(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	requests, _, err := g.Requests(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, s, Load{Requests: requests, Duration: duration, Check: g.Check})
}

// run runs l, and for longer where the machine is so busy that nothing is answered.
func run(t testing.TB, s *Stream, l Load) Result {
	t.Helper()
	r, err := l.Run(context.Background(), s.target)
	for ; errors.Is(err, errNothingMeasured) && l.Duration < time.Minute; r, err = l.Run(context.Background(), s.target) {
		l.Duration *= 2
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLoadsAgainstTheServer(t *testing.T) {
	s := makeStream(t, serve(t), 2)
	put := Put{Connections: 2, Batch: 20, Size: 100}
	if r := runPut(t, s, put, 100*time.Millisecond); r.Records == 0 {
		t.Errorf("put: %s", r)
	}
	put.Batch = 1
	if r := runPut(t, s, put, 100*time.Millisecond); r.Records == 0 {
		t.Errorf("put one: %s", r)
	}
	get := Get{Connections: 3, Limit: 10, Size: 100, Records: 200}
	if r := runGet(t, s, get, 100*time.Millisecond); r.Records != 10*r.Requests {
		t.Errorf("get: %s", r)
	}
}

// The benchmarks run generator and server in one process, so that one profile
// shows both; freshet bench measures them apart. Each iteration lasts a second.

func BenchmarkPutRecords(b *testing.B) {
	s := makeStream(b, serve(b), 4)
	for b.Loop() {
		b.ReportMetric(runPut(b, s, Put{Connections: 8, Batch: 500, Size: 1024}, time.Second).RecordsPerSecond(), "records/s")
	}
}

func BenchmarkPutRecordsThousandShards(b *testing.B) {
	s := makeStream(b, serve(b), 1000)
	for b.Loop() {
		b.ReportMetric(runPut(b, s, Put{Connections: 8, Batch: 500, Size: 1024}, time.Second).RecordsPerSecond(), "records/s")
	}
}

func BenchmarkPutRecord(b *testing.B) {
	s := makeStream(b, serve(b), 4)
	for b.Loop() {
		b.ReportMetric(runPut(b, s, Put{Connections: 32, Batch: 1, Size: 1024}, time.Second).RecordsPerSecond(), "records/s")
	}
}

func BenchmarkGetRecords(b *testing.B) {
	s := makeStream(b, serve(b), 4)
	for b.Loop() {
		r := runGet(b, s, Get{Connections: 8, Limit: 1000, Size: 1024, Records: 40_000}, time.Second)
		b.ReportMetric(r.RecordsPerSecond(), "records/s")
	}
}
