package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func target(t *testing.T, endpoint string) Target {
	t.Helper()
	target, err := NewTarget(endpoint, "us-east-1", Credentials{"test", "test", ""})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// However many connections, and however large the records: the bodies that are
// kept ready must not fill the machine.
func TestPutBodiesHaveABound(t *testing.T) {
	s := &Stream{target: target(t, "http://127.0.0.1:1"), name: "orders"}
	f := func(p Put) {
		t.Helper()
		if total := p.bodies() * p.bodySize(); total > max(bodiesBytes, 2*p.bodySize()) {
			t.Errorf("%+v: %d bodies of %d bytes", p, p.bodies(), p.bodySize())
		}
	}
	f(Put{Connections: 1, Batch: 1, Size: 1})
	f(Put{Connections: 1000, Batch: 500, Size: 1024})
	f(Put{Connections: 1000, Batch: 500, Size: 20971})
	f(Put{Connections: 1000, Batch: 1, Size: 10 << 20})

	p := Put{Connections: 200, Batch: 500, Size: 1024}
	requests, err := p.Requests(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[*byte]int{}
	for _, connection := range requests {
		if &connection[0].Bytes[0] == &connection[1].Bytes[0] {
			t.Error("the same keys twice in a row")
		}
		for _, request := range connection {
			if len(request.Bytes) > p.bodySize() {
				t.Fatalf("a body of %d bytes, said to be below %d", len(request.Bytes), p.bodySize())
			}
			kept[&request.Bytes[0]] = len(request.Bytes)
		}
	}
	if len(kept) != p.bodies() {
		t.Errorf("%d bodies, want %d", len(kept), p.bodies())
	}
	if n := (Get{Records: 40_000, Size: 10 << 20}).fillBatch(); n != 1 {
		t.Errorf("a request that fills has %d records of 10 MiB", n)
	}
}

func TestPutBodiesAreWhatTheAPITakes(t *testing.T) {
	s := &Stream{target: target(t, "http://127.0.0.1:1"), name: "orders"}
	requests, err := Put{Connections: 2, Batch: 3, Size: 10}.Requests(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, connection := range requests {
		for _, request := range connection {
			r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request.Bytes)))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=test/") {
				t.Fatalf("not signed: %q", r.Header)
			}
			var in struct {
				StreamName string
				Records    []struct {
					Data         []byte
					PartitionKey string
				}
			}
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Fatal(err)
			}
			if in.StreamName != "orders" || len(in.Records) != 3 {
				t.Fatalf("body %+v", in)
			}
			for _, record := range in.Records {
				keys[record.PartitionKey] = len(record.Data) == 10
			}
		}
	}
	if len(keys) != 2*bodiesPerConnection*3 {
		t.Errorf("%d different keys", len(keys))
	}
}

func TestPutCheckFindsRefusedRecords(t *testing.T) {
	f := func(batch int, reply string, ok bool) {
		t.Helper()
		if err := (Put{Batch: batch}).Check([]byte(reply)); (err == nil) != ok {
			t.Errorf("%.40s: %v", reply, err)
		}
	}
	long := strings.Repeat("x", 1000)
	f(500, `{"FailedRecordCount":0,"Records":[`+long, true)
	f(500, `{"Records":["`+long+`"],"FailedRecordCount":0}`, true)
	f(500, `{"EncryptionType":"NONE","Records":["`+long+`"],"FailedRecordCount":0,"X":"`+long+`"}`, true)
	f(500, `{"FailedRecordCount":3,"Records":[`+long, false)
	f(500, string(Put{Batch: 500}.FloorReply()), true)
	f(1, string(Put{Batch: 1}.FloorReply()), true)
	f(1, `{"ShardId":"x"}`, false)
	if n := len(Put{Batch: 500}.FloorReply()); n != 40<<10 {
		t.Errorf("the floor replies %d bytes", n)
	}
}

func TestReplies(t *testing.T) {
	f := func(reply, want, wantErr string) {
		t.Helper()
		ours, theirs := net.Pipe()
		defer func() { _ = ours.Close() }()
		go func() {
			_, _ = io.CopyN(io.Discard, theirs, 4)
			_, _ = io.WriteString(theirs, reply)
			_ = theirs.Close()
		}()
		c := &conn{Conn: ours, r: bufio.NewReader(ours)}
		body, err := c.roundTrip([]byte("POST"))
		if wantErr == "" && (err != nil || string(body) != want) {
			t.Errorf("%q: %q, %v", reply, body, err)
		}
		if wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)) {
			t.Errorf("%q: error %v, want %q", reply, err, wantErr)
		}
	}
	f("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", "")
	f("HTTP/1.1 200 OK\r\nX: y\r\ncontent-length:2\r\n\r\n{}", "{}", "")
	f("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno", "", "status 400: no")
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", "chunks")
	f("HTTP/1.1 200 OK\r\n\r\n", "", "no Content-Length")
	f("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", "", "bad Content-Length")
	f("HTTP/1.1 abc OK\r\n\r\n", "", "not an HTTP/1.1 reply")
	f("SSH-2.0\r\n\r\n", "", "not an HTTP/1.1 reply")
	f("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "", "unexpected EOF")
	f("", "", "EOF")
}

func TestLoadAgainstTheFloor(t *testing.T) {
	p := Put{Connections: 2, Batch: 5, Size: 100}
	server := httptest.NewServer(floorHandler(p.FloorReply()))
	defer server.Close()
	s := &Stream{target: target(t, server.URL), name: "orders"}
	requests, err := p.Requests(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Load{Requests: requests, Duration: time.Second, Check: p.Check}.Run(t.Context(), s.target)
	if err != nil {
		t.Fatal(err)
	}
	if r.Requests == 0 || r.Records != 5*r.Requests || r.Payload != int64(100*r.Records) {
		t.Errorf("result %+v", r)
	}
	if r.Latency(0.5) <= 0 || r.Latency(0.5) > r.Latency(0.999) {
		t.Errorf("latencies: %s", r)
	}
}

func TestRefusedRecordsEndTheRun(t *testing.T) {
	server := httptest.NewServer(floorHandler([]byte(`{"FailedRecordCount":1}`)))
	defer server.Close()
	p := Put{Connections: 2, Batch: 5, Size: 100}
	s := &Stream{target: target(t, server.URL), name: "orders"}
	requests, err := p.Requests(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Load{Requests: requests, Duration: time.Minute, Check: p.Check}.Run(t.Context(), s.target)
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v", err)
	}
}

func TestFloorServesUntilItsInputEnds(t *testing.T) {
	for _, secure := range []bool{false, true} {
		toFloor, input := io.Pipe()
		output, fromFloor := io.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- ServeFloor(toFloor, fromFloor, secure) }()
		floor := Floor{input: input}
		if err := floor.introduce(output, []byte("the reply")); err != nil {
			t.Fatal(err)
		}
		target, err := floor.Target()
		if err != nil || target.Secure() != secure {
			t.Fatalf("secure: %v, want %v; %v", target.Secure(), secure, err)
		}
		reply, err := target.client().Post(target.endpoint, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reply.Body)
		if err = errors.Join(err, reply.Body.Close()); err != nil || string(content) != "the reply" {
			t.Errorf("%q, %v", content, err)
		}
		if err := input.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestATargetOverTheOtherScheme(t *testing.T) {
	plain := target(t, "http://127.0.0.1:4566").Bearing("token")
	secure, err := plain.Over("https")
	if err != nil || !secure.Secure() || secure.endpoint != "https://127.0.0.1:4566/" || secure.address != plain.address || secure.token != "token" {
		t.Errorf("%+v, %v", secure, err)
	}
}

func TestEndpoints(t *testing.T) {
	f := func(endpoint, address string) {
		t.Helper()
		got, err := NewTarget(endpoint, "us-east-1", Credentials{"a", "b", ""})
		if (err == nil) != (address != "") || got.address != address {
			t.Errorf("%s: %q, %v", endpoint, got.address, err)
		}
	}
	f("http://127.0.0.1:4566", "127.0.0.1:4566")
	f("http://localhost/", "localhost:80")
	f("https://kinesis.us-east-1.amazonaws.com", "kinesis.us-east-1.amazonaws.com:443")
	f("localhost:4566", "")
	f("ftp://localhost", "")
	f("", "")
}

func TestQuantiles(t *testing.T) {
	sorted := make([]time.Duration, 100)
	for i := range sorted {
		sorted[i] = time.Duration(i)
	}
	f := func(p float64, want time.Duration) {
		t.Helper()
		if got := quantile(sorted, p); got != want {
			t.Errorf("quantile(%v) = %d, want %d", p, got, want)
		}
	}
	f(0, 0)
	f(0.5, 50)
	f(0.99, 99)
	f(1, 99)
	if quantile(nil, 0.5) != 0 {
		t.Error("quantile of nothing")
	}
}
