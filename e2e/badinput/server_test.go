//go:build e2e

package badinput

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// binary is the command, built from these sources.
var binary string

func TestMain(m *testing.M) {
	os.Exit(process.WithBinary(func(built string) int {
		binary = built
		return m.Run()
	}))
}

// server is a running freshet with the stream "orders" of two shards.
type server struct {
	*process.Server
	t *testing.T
}

// serve starts a server on an empty folder; at the test's end it must still be
// well and end in an orderly way.
func serve(t *testing.T) *server {
	t.Helper()
	return serveWith(t, process.Options{Data: t.TempDir()})
}

func serveWith(t *testing.T, o process.Options) *server {
	t.Helper()
	var err error
	if o.Addr, err = process.FreeAddr(); err != nil {
		t.Fatal(err)
	}
	o.Binary = binary
	p, err := process.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		_ = p.Kill()
		t.Fatal(err)
	}
	s := &server{p, t}
	t.Cleanup(s.end)
	s.ok("CreateStream", `{"StreamName":"orders","ShardCount":2}`)
	s.works()
	return s
}

// end checks that the server still serves, and stops it.
func (s *server) end() {
	s.works()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		s.t.Error(err)
	}
}

// answer is a response, with the members of an error if it is one.
type answer struct {
	status  int
	body    string
	Type    string `json:"__type"`
	Message string `json:"message"` // in SerializationException it is Message, which Go reads as well
}

// request makes a request of an operation, as a client without a name signs it.
func (s *server) request(operation string, body io.Reader) *http.Request {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.Endpoint()+"/", body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
	req.Header.Set("X-Amz-Date", "20260101T000000Z")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, "+
		"SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
	return req
}

// call sends body to an operation.
func (s *server) call(operation, body string) answer {
	s.t.Helper()
	res, err := http.DefaultClient.Do(s.request(operation, strings.NewReader(body)))
	if err != nil {
		s.t.Fatalf("%s: %v", operation, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s: %v", operation, err)
	}
	a := answer{status: res.StatusCode, body: string(b)}
	if len(b) > 0 && res.StatusCode != http.StatusOK {
		if err := json.Unmarshal(b, &a); err != nil {
			s.t.Errorf("%s: %d %q: %v", operation, res.StatusCode, b, err)
		}
	}
	return a
}

// ok sends body to an operation, which must succeed, and returns the answer's
// body.
func (s *server) ok(operation, body string) string {
	s.t.Helper()
	a := s.call(operation, body)
	if a.status != http.StatusOK {
		s.t.Fatalf("%s %.200s: %d %.500s", operation, body, a.status, a.body)
	}
	return a.body
}

// put puts a record and returns its shard and sequence number.
func (s *server) put(data string) (shard, sequence string) {
	s.t.Helper()
	var out struct{ ShardId, SequenceNumber string }
	body := fmt.Sprintf(`{"StreamName":"orders","PartitionKey":"alice","Data":%q}`, encode(data))
	s.decode(s.ok("PutRecord", body), &out)
	return out.ShardId, out.SequenceNumber
}

// encode is data as JSON has it.
func encode(data string) string { return base64.StdEncoding.EncodeToString([]byte(data)) }

// iterator returns a shard iterator; rest has members besides, with a comma.
func (s *server) iterator(shard, kind, rest string) string {
	s.t.Helper()
	var out struct{ ShardIterator string }
	s.decode(s.ok("GetShardIterator",
		fmt.Sprintf(`{"StreamName":"orders","ShardId":%q,"ShardIteratorType":%q%s}`, shard, kind, rest)), &out)
	return out.ShardIterator
}

// read returns the data of the records from an iterator on.
func (s *server) read(iterator string) []string {
	s.t.Helper()
	var out struct{ Records []struct{ Data []byte } }
	s.decode(s.ok("GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, iterator)), &out)
	var data []string
	for _, r := range out.Records {
		data = append(data, string(r.Data))
	}
	return data
}

func (s *server) decode(body string, into any) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		s.t.Fatalf("%v: %.200s", err, body)
	}
}

// works puts a record and reads it back.
func (s *server) works() {
	s.t.Helper()
	want := fmt.Sprintf("at %v", time.Now())
	shard, sequence := s.put(want)
	got := s.read(s.iterator(shard, "AT_SEQUENCE_NUMBER", `,"StartingSequenceNumber":"`+sequence+`"`))
	if len(got) == 0 || got[0] != want {
		s.t.Errorf("put %q, read %.200q", want, got)
	}
}

// stayedBelow checks the most memory that the server ever held.
func (s *server) stayedBelow(mib int64) {
	s.t.Helper()
	now, peak, err := s.Resident()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("resident: %d MiB now, %d MiB at the most", now>>20, peak>>20)
	if peak > mib<<20 {
		s.t.Errorf("the server held %d MiB of memory, want at most %d", peak>>20, mib)
	}
}
