package audit

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// memory is a sink that keeps lines, unless it is down.
type memory struct {
	mu struct {
		sync.Mutex
		lines []string
		down  bool
		tries int
	}
}

func (m *memory) Name() string { return "memory" }
func (m *memory) Close() error { return nil }

var errDown = errors.New("down")

func (m *memory) Write(_ context.Context, lines [][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.tries++
	if m.mu.down {
		return errDown
	}
	for _, line := range lines {
		m.mu.lines = append(m.mu.lines, string(line))
	}
	return nil
}

func (m *memory) setDown(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.down = down
}

func (m *memory) kept() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.mu.lines...)
}

// counts is an Observer that adds up.
type counts struct {
	mu struct {
		sync.Mutex
		written, dropped, notRecorded int
		failing                       []bool
	}
}

func (c *counts) observer() Observer {
	add := func(to *int) func(string, int) {
		return func(_ string, n int) {
			c.mu.Lock()
			defer c.mu.Unlock()
			*to += n
		}
	}
	return Observer{
		Written: add(&c.mu.written), Dropped: add(&c.mu.dropped),
		NotRecorded: func() { add(&c.mu.notRecorded)("", 1) },
		Failing: func(_ string, err error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.mu.failing = append(c.mu.failing, err != nil)
		},
	}
}

func (c *counts) get() (written, dropped, notRecorded int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.written, c.mu.dropped, c.mu.notRecorded
}

// running runs r, and returns what ends it and waits.
func running(r *Recorder) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

var alice = &access.Principal{
	Kind: access.User, ARN: "arn:aws:iam::123456789012:user/team/Alice", ID: "AIDAEXAMPLE", Account: "123456789012", UserName: "Alice",
}

var session = &access.Principal{
	Kind: access.AssumedRole, ARN: "arn:aws:sts::123456789012:assumed-role/reader/alice", ID: "AROAEXAMPLE:alice", Account: "123456789012",
}

func facts(issued time.Time) access.Facts {
	return access.Facts{Source: netip.MustParseAddr("192.0.2.7"), Secure: true, TokenIssued: issued}
}

// allowed is a call of a verified user who may do what he asks.
func allowed(operation string, in, out any) *Call {
	c := &Call{
		Service: "kinesis", Operation: operation, RequestID: "db6c59f8-c757-11e3-bc3b-57923b443c1c",
		Identity: access.Verified(alice, "AKIAEXAMPLE", "eu-west-1", facts(time.Time{})),
		Caller:   access.Dev("123456789012", "eu-west-1"),
		KeyID:    "AKIAEXAMPLE", Region: "eu-west-1",
		Source: netip.MustParseAddr("192.0.2.7"), UserAgent: "aws-cli/2.31", Host: "localhost:4566",
	}
	for _, op := range kinesis.Service.Operations {
		if op.Name == operation {
			c.Input = Parameters{op.Input, in}
			c.Output = Parameters{op.Output, out}
		}
	}
	return c
}

// refused is a call whose signature was not good.
func refused(from string) *Call {
	return &Call{
		Service: "kinesis", Operation: "DeleteStream", RequestID: "f0944d86-c757-11e3-b4ae-25654b1d3136",
		KeyID: "AKIACLAIMED", Region: "eu-west-1", Source: netip.MustParseAddr(from), UserAgent: "curl/8",
		Code: "InvalidSignatureException", Message: "The request signature we calculated does not match",
	}
}

var eventID = regexp.MustCompile(`"eventID":"[0-9a-f-]{36}"`)

// masked is a line without what is random.
func masked(line []byte) string {
	return eventID.ReplaceAllString(strings.TrimSuffix(string(line), "\n"), `"eventID":"…"`)
}

// decoded is an event as a reader has it.
func decoded(t testing.TB, line string) map[string]any {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return e
}
