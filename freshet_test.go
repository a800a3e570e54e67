package freshet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// running is a server that a test has started.
type running struct {
	*Server
	cancel context.CancelFunc
	ended  chan error
}

func run(t *testing.T, o Options) *running {
	t.Helper()
	if o.Listen == "" {
		o.Listen = NoListener
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{s, cancel, make(chan error, 1)}
	go func() { r.ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-r.ended:
		t.Fatalf("Run: %v", err)
	}
	return r
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	if err := errors.Join(<-r.ended, r.Close()); err != nil {
		t.Error(err)
	}
}

// RoundTrip answers with the server's handler: a client without a network.
func (r *running) RoundTrip(request *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, request)
	return w.Result(), nil
}

func (r *running) client() *kinesis.Client {
	return kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String("http://localhost"), Region: "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:  &http.Client{Transport: r}, Retryer: aws.NopRetryer{},
	})
}

func createAndPut(t *testing.T, c *kinesis.Client, text string) {
	t.Helper()
	_, err := c.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("orders"), ShardCount: aws.Int32(1)})
	var there *types.ResourceInUseException
	if err != nil && !errors.As(err, &there) {
		t.Fatal(err)
	}
	if _, err := put(t, c, text); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, c *kinesis.Client, text string) (*kinesis.PutRecordOutput, error) {
	return c.PutRecord(t.Context(), &kinesis.PutRecordInput{
		StreamName: aws.String("orders"), PartitionKey: aws.String("alice"), Data: []byte(text),
	})
}

func readAll(t *testing.T, c *kinesis.Client) string {
	t.Helper()
	at, err := c.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{
		StreamName: aws.String("orders"), ShardId: aws.String("shardId-000000000000"), ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: at.ShardIterator})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range page.Records {
		texts = append(texts, string(r.Data))
	}
	return strings.Join(texts, " ")
}

func TestRecordsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	for i, want := range []string{"one", "one two", "one two three"} {
		s := run(t, Options{DataDir: dir})
		createAndPut(t, s.client(), strings.Fields(want)[i])
		if got := readAll(t, s.client()); got != want {
			t.Errorf("start %d: %q, want %q", i, got, want)
		}
		s.stop(t)
	}
}

func TestMemoryLeavesNoTrace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := run(t, Options{DataDir: dir, Durability: DurabilityMemory})
	createAndPut(t, s.client(), "one")
	s.stop(t)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data folder: %v", err)
	}
}

func TestOneServerPerFolder(t *testing.T) {
	dir := t.TempDir()
	s := run(t, Options{DataDir: dir})
	_, err := New(Options{DataDir: dir})
	if !errors.Is(err, ErrInUse) || err.Error() != "data folder "+dir+": another server uses it" {
		t.Errorf("New: %v", err)
	}
	s.stop(t)
	again := run(t, Options{DataDir: dir})
	again.stop(t)
}

// From a failed sync on nothing may be acknowledged, and the process must end.
func TestAFailedSyncEndsTheServer(t *testing.T) {
	disk := faultfs.New(vfs.OS)
	s := run(t, Options{DataDir: t.TempDir(), disk: disk})
	createAndPut(t, s.client(), "one")
	disk.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpSync), Times: faultfs.Always})
	if out, err := put(t, s.client(), "two"); err == nil {
		t.Errorf("a record was acknowledged: %v", out)
	}
	if err := <-s.ended; !errors.Is(err, ErrEngine) || !errors.Is(err, faultfs.ErrIO) {
		t.Errorf("Run: %v", err)
	}
	if w := request(s, "GET", "/_freshet/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("readyz: status %d", w.Code)
	}
	_ = s.Close() // of a log that has failed
}

func request(s *running, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(method, "http://localhost"+path, nil))
	return w
}

func TestEndpointIsReachable(t *testing.T) {
	s := run(t, Options{Listen: "0.0.0.0:0", InsecureOpen: true, Durability: DurabilityMemory})
	reply, err := http.Get(s.Endpoint() + "/_freshet/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		t.Errorf("status %d", reply.StatusCode)
	}
	s.stop(t)
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := New(Options{DataDir: b.TempDir(), Listen: "127.0.0.1:0"})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		<-s.Ready()
		b.StopTimer()
		cancel()
		if err := errors.Join(<-ended, s.Close()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func TestTokens(t *testing.T) {
	f := func(o Options, want func(token string) bool) {
		t.Helper()
		s := run(t, o)
		token := s.Token()
		if !want(token) {
			t.Errorf("%+v: the token is %q", o, token)
		}
		for bearer, status := range map[string]int{token: http.StatusOK, "guess": http.StatusUnauthorized, "": http.StatusUnauthorized} {
			r := httptest.NewRequest("POST", "http://localhost/_freshet/api/reset", nil)
			r.Header.Set("Authorization", "Bearer "+bearer)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if w.Code != status {
				t.Errorf("%q: status %d", bearer, w.Code)
			}
		}
		s.stop(t)
	}
	f(Options{Durability: DurabilityMemory}, func(token string) bool { return len(token) == 64 })
	f(Options{Durability: DurabilityMemory, APIToken: "nobody-guesses-this"}, func(token string) bool { return token == "nobody-guesses-this" })
	dir := t.TempDir()
	f(Options{DataDir: dir}, func(token string) bool { saved, err := Token(dir); return err == nil && saved == token })
	f(Options{DataDir: dir, APIToken: "nobody-guesses-this"}, func(token string) bool { return token == "nobody-guesses-this" })
}

// Tests call it between their cases: it must not be what they wait for.
func BenchmarkReset(b *testing.B) {
	f := func(name string, o Options, streams int) {
		b.Run(name, func(b *testing.B) {
			o.Listen = NoListener
			s, err := New(o)
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			<-s.Ready()
			r := &running{s, cancel, ended}
			for b.Loop() {
				b.StopTimer()
				for i := range streams {
					createNamed(b, r.client(), fmt.Sprint("orders-", i))
				}
				b.StartTimer()
				request := httptest.NewRequest("POST", "http://localhost/_freshet/api/reset", nil)
				request.Header.Set("Authorization", "Bearer "+s.Token())
				w := httptest.NewRecorder()
				s.Handler().ServeHTTP(w, request)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
			cancel()
			if err := errors.Join(<-ended, s.Close()); err != nil {
				b.Fatal(err)
			}
		})
	}
	for _, streams := range []int{0, 1, 20} {
		f(fmt.Sprint("memory/streams=", streams), Options{Durability: DurabilityMemory}, streams)
		f(fmt.Sprint("disk/streams=", streams), Options{DataDir: b.TempDir()}, streams)
	}
}

func createNamed(t testing.TB, c *kinesis.Client, name string) {
	t.Helper()
	if _, err := c.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: &name, ShardCount: aws.Int32(2)}); err != nil {
		t.Fatal(err)
	}
}

func TestInitialStreamsAreThereWhenReady(t *testing.T) {
	o := Options{DataDir: t.TempDir(), InitialStreams: []InitialStream{
		{Name: "orders", Shards: 1, Region: "eu-west-1"},
		{Name: "parcels", Mode: "ON_DEMAND", Account: "123456789012", Region: "eu-west-1", MaxRecordKiB: 2048},
	}}
	for range 2 { // and once more, when they are there
		s := run(t, o)
		got, err := s.client().DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("orders")})
		if err != nil || *got.StreamDescriptionSummary.OpenShardCount != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		s.stop(t)
	}

	// One that cannot be keeps the server from starting, and says why.
	o.Listen, o.InitialStreams = "127.0.0.1:0", []InitialStream{{Name: "many", Shards: 1_000_000}}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "initial stream many") {
		t.Errorf("Run: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
