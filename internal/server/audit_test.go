package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/audit"
)

// ledger is a sink that keeps events in memory, unless it is down.
type ledger struct {
	mu    sync.Mutex
	down  bool
	lines []string
}

func (l *ledger) Name() string { return "ledger" }
func (l *ledger) Close() error { return nil }

func (l *ledger) Write(_ context.Context, lines [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return errors.New("the disk is full")
	}
	for _, line := range lines {
		l.lines = append(l.lines, string(line))
	}
	return nil
}

type auditEvent struct {
	EventSource, EventName, ErrorCode, AWSRegion, SourceIPAddress, EventCategory string
	UserIdentity                                                                 struct{ Type, PrincipalID, AccountID, AccessKeyID string }
	RequestParameters                                                            map[string]any
	ResponseElements                                                             map[string]any
	RecipientAccountID                                                           string
	AdditionalEventData                                                          struct {
		Changes []struct {
			Subject       string
			Before, After any
		}
	}
}

// audited runs a server that writes down requests, lets use ask it, and returns what
// was written when it has stopped.
func audited(t *testing.T, o audit.Options, change func(*Options), use func(extension)) (events []auditEvent, all string) {
	t.Helper()
	l := &ledger{}
	o.Sinks = append(o.Sinks, l)
	so := options(nil)
	so.Token, so.ForTests, so.Audit = "secret", true, &o
	if change != nil {
		change(&so)
	}
	s, stop := start(t, so)
	use(extension{t, s})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, line := range l.lines {
		var e auditEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		events = append(events, e)
	}
	return events, strings.Join(l.lines, "")
}

const orders = `{"StreamName":"orders","ShardCount":1}`

func TestOperationsAndPagesAreWrittenDown(t *testing.T) {
	events, all := audited(t, audit.Options{OnFailure: audit.Continue}, nil, func(e extension) {
		e.call("CreateStream", orders)
		e.call("PutRecord", `{"StreamName":"orders","PartitionKey":"hush","Data":"aHVzaA=="}`)
		e.call("DeleteStream", `{"StreamName":"none"}`)
		e.call("PutResourcePolicy", `{"ResourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders","Policy":"{\"Version\":\"2012-10-17\",`+
			`\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"123456789012\"},\"Action\":\"kinesis:PutRecord\",`+
			`\"Resource\":\"arn:aws:kinesis:us-east-1:000000000000:stream/orders\"}]}"}`)
		e.want(http.StatusOK, "", "PUT", "/_freshet/api/streams/orders/limits", `{"profile":"aws"}`)
		e.want(http.StatusOK, "", "POST", "/_freshet/api/streams/orders/purge", "")
		e.want(http.StatusNotFound, "", "POST", "/_freshet/api/streams/none/purge", "")
		e.want(http.StatusBadRequest, "", "PUT", "/_freshet/api/limits", `{"profil":"aws"}`)
	})
	var names []string
	for _, e := range events {
		names = append(names, e.EventSource[:strings.Index(e.EventSource, ".")]+":"+e.EventName+" "+e.ErrorCode)
	}
	want := "kinesis:CreateStream ,kinesis:DeleteStream ResourceNotFoundException,kinesis:PutResourcePolicy ,freshet:PutStreamLimits ," +
		"freshet:PurgeStream ,freshet:PurgeStream ResourceNotFoundException,freshet:PutLimits ValidationException"
	if got := strings.Join(names, ","); got != want {
		t.Fatalf("written down are\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(all, "hush") || strings.Contains(all, "aHVzaA") {
		t.Error("data is written down")
	}
	if c := events[0]; c.UserIdentity.AccessKeyID != "test" || c.UserIdentity.AccountID != "000000000000" ||
		c.RequestParameters["streamName"] != "orders" || c.SourceIPAddress != "192.0.2.1" || c.AWSRegion != "us-east-1" {
		t.Errorf("%+v", c)
	}
	if c := events[2].AdditionalEventData.Changes; len(c) != 1 || c[0].Before != nil || !strings.Contains(c[0].After.(string), "kinesis:PutRecord") {
		t.Errorf("the policy's change: %+v", c)
	}
	if c := events[3].AdditionalEventData.Changes; len(c) != 1 || reflect.DeepEqual(c[0].Before, c[0].After) {
		t.Errorf("the limits' change: %+v", c)
	}
	if p := events[4]; p.UserIdentity.PrincipalID != "server-token" || p.RequestParameters["stream"] != "orders" || p.ResponseElements == nil {
		t.Errorf("%+v", p)
	}
}

func TestWhoIsRefusedIsWrittenDown(t *testing.T) {
	events, _ := audited(t, audit.Options{OnFailure: audit.Continue}, nil, func(e extension) {
		e.callAs("test", "us-east-1", "PutRecords", "{}", "Authorization", "")
		r := httptest.NewRequest("POST", "http://localhost:4566/_freshet/api/streams/orders/purge", nil)
		r.Header.Set("Authorization", "Bearer guess")
		e.Handler().ServeHTTP(httptest.NewRecorder(), r)
	})
	if len(events) != 2 || events[0].ErrorCode != "MissingAuthenticationTokenException" || events[0].EventCategory != "Data" ||
		events[1].ErrorCode != "AccessDenied" || events[1].UserIdentity.AccountID != "" {
		t.Errorf("%+v", events)
	}
}

func TestOperationsAreRefusedWhileTheyCannotBeWrittenDown(t *testing.T) {
	failing := &ledger{down: true}
	audited(t, audit.Options{OnFailure: audit.Refuse, Sinks: []audit.Sink{failing}}, nil, func(e extension) {
		// The first is performed: until then nobody knows.
		e.call("CreateStream", orders)
		for e.call("DescribeLimits", "{}").Code == http.StatusOK {
			continue // the sink has not been asked yet
		}
		if w := e.call("DeleteStream", `{"StreamName":"orders"}`); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "audit log") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		e.want(http.StatusServiceUnavailable, "audit log", "POST", "/_freshet/api/streams/orders/purge", "")
		if w := e.call("PutRecord", `{"StreamName":"orders","PartitionKey":"k","Data":""}`); w.Code != http.StatusOK {
			t.Errorf("records: %d %s", w.Code, w.Body)
		}
	})
}

// The stream is there when the server is ready, and its own puts are no events.
func TestEventsGoToAStreamOfOurOwn(t *testing.T) {
	var read string
	events, _ := audited(t, audit.Options{OnFailure: audit.Continue, Data: audit.All},
		func(o *Options) { o.AuditStream = &AuditStream{"000000000000", "us-east-1", "trail"} },
		func(e extension) {
			e.call("CreateStream", orders)
			for !strings.Contains(read, "CreateStream") {
				read = e.ask("GET", "/_freshet/api/streams/trail/records?wait_ms=1000", "").Body.String()
			}
		})
	for _, e := range events {
		if e.EventName == "PutRecords" {
			t.Errorf("an event of the audit's own: %+v", e)
		}
	}
	if !strings.Contains(read, `\"eventSource\":\"kinesis.amazonaws.com\"`) {
		t.Errorf("%s", read)
	}
}
