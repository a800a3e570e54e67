package wire_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/kinesiscodec"
)

type (
	subscribe = func(context.Context, access.Caller, *kinesis.SubscribeToShardInput) (wire.Events[kinesis.SubscribeToShardEvent], error)
	event     = kinesis.SubscribeToShardEvent
)

// streams is a Mux with SubscribeToShard; each observation comes through over too.
type streams struct {
	*harness
	over chan wire.Observation
}

// streaming is a Mux whose SubscribeToShard is call.
func streaming(call subscribe, options ...func(*wire.Options)) *streams {
	h := &streams{over: make(chan wire.Observation, 100)}
	h.harness = serve(echo, append(options, func(o *wire.Options) {
		observe := o.Observe
		o.Observe = func(seen wire.Observation) { observe(seen); h.over <- seen }
	})...)
	h.Handle(wire.Stream(kinesis.OpSubscribeToShard, call).
		WithFast(wire.JSON, kinesiscodec.SubscribeToShardJSON).WithFast(wire.CBOR, kinesiscodec.SubscribeToShardCBOR))
	return h
}

// always begins events, whatever the input.
func always(events wire.Events[event]) subscribe {
	return func(context.Context, access.Caller, *kinesis.SubscribeToShardInput) (wire.Events[event], error) {
		return events, nil
	}
}

// endless waits until the stream is over, without an event.
func endless(ctx context.Context, _ access.Caller, _ *kinesis.SubscribeToShardInput) (wire.Events[event], error) {
	return func(func(*event, error) bool) { <-ctx.Done() }, nil
}

func subscription() *kinesis.SubscribeToShardInput {
	return &kinesis.SubscribeToShardInput{
		ConsumerARN: new("arn:aws:kinesis:eu-west-1:123456789012:stream/s/consumer/c:1"), ShardId: new("shardId-000000000000"),
		StartingPosition: &kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeLatest)},
	}
}

// asked is a request for a stream.
func (c codec) asked(ctx context.Context, t testing.TB, url string) *http.Request {
	t.Helper()
	body := hotOf("GetRecords/" + c.name).append // the generic codec of the encoding
	b, err := body(nil, kinesis.OpSubscribeToShard.Input, subscription())
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = c.call("", "X-Amz-Target", "Kinesis_20131202.SubscribeToShard",
		"Authorization", strings.Replace(authorization, "/test/", "/kinesis/", 1)).Header
	return r
}

// read reads the next message and describes it; io.EOF is the end.
func read(t *testing.T, c codec, from io.Reader) (what string, payload []byte, err error) {
	t.Helper()
	m, err := eventstream.NewDecoder().Decode(from, nil)
	if err != nil {
		return "", nil, err
	}
	if got := m.Headers.Get(":content-type").String(); got != c.contentType {
		t.Errorf("the payload's content type is %q", got)
	}
	kind := m.Headers.Get(":message-type").String()
	return kind + " " + m.Headers.Get(":"+kind+"-type").String(), m.Payload, nil
}

// wantMessage checks the next message; an empty payload is not looked at.
func wantMessage(t *testing.T, c codec, from io.Reader, what, payload string) {
	t.Helper()
	got, b, err := read(t, c, from)
	if err != nil {
		t.Fatalf("no %s: %v", what, err)
	}
	if got != what || payload != "" && string(b) != payload {
		t.Errorf("got %s with %q, want %s with %q", got, b, what, payload)
	}
}

func (c codec) empty() string { return map[string]string{"JSON": "{}", "CBOR": "\xbf\xff"}[c.name] }

// written is an event as the generic codec writes it.
func (c codec) written(t *testing.T, e *event) string {
	t.Helper()
	shape := kinesis.OpSubscribeToShard.Output.Member("EventStream").Shape.Member("SubscribeToShardEvent").Shape
	b, err := hotOf("GetRecords/"+c.name).append(nil, shape, e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func eventNumber(n int) *event {
	return &event{Records: []kinesis.Record{}, ContinuationSequenceNumber: new(fmt.Sprint(n)), MillisBehindLatest: new(int64(0))}
}

// overEach runs a test over both protocols and in both encodings.
func overEach(t *testing.T, h http.Handler, f func(t *testing.T, c codec, client *http.Client, url string)) {
	t.Helper()
	address := listen(t, h)
	for protocol, client := range clients(t) {
		inEach(t, func(t *testing.T, c codec) {
			t.Run(protocol, func(t *testing.T) { f(t, c, client, "http://"+address+"/") })
		})
	}
}

// Each event is there before the next is asked for: nothing waits for more.
func TestEventsArriveOneByOne(t *testing.T) {
	more := make(chan int)
	h := streaming(always(func(yield func(*event, error) bool) {
		for n := range more {
			if n < 0 {
				// The last event of a shard, which the fast codecs decline.
				yield(&event{Records: []kinesis.Record{}, MillisBehindLatest: new(int64(0)), ChildShards: []kinesis.ChildShard{{ShardId: new("x")}}}, nil)
				return
			}
			if !yield(eventNumber(n), nil) {
				t.Error("the stream is over")
			}
		}
	}))
	overEach(t, h, func(t *testing.T, c codec, client *http.Client, url string) {
		res, err := client.Do(c.asked(t.Context(), t, url))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/vnd.amazon.eventstream" || res.ContentLength >= 0 {
			t.Errorf("status %d, %v, length %d", res.StatusCode, res.Header, res.ContentLength)
		}
		wantMessage(t, c, res.Body, "event initial-response", c.empty())
		for n := range 3 {
			more <- n
			wantMessage(t, c, res.Body, "event SubscribeToShardEvent", c.written(t, eventNumber(n)))
		}
		more <- -1
		wantMessage(t, c, res.Body, "event SubscribeToShardEvent", "")
		if _, _, err := read(t, c, res.Body); err != io.EOF {
			t.Errorf("after the last event: %v", err)
		}
		if o := <-h.over; o.Status != 200 || o.Code != "" || o.BytesIn == 0 || o.BytesOut < 400 || o.Operation != "SubscribeToShard" {
			t.Errorf("observed %+v", o)
		}
	})
}

// What is refused before the stream begins is an error as any.
func TestStreamThatDoesNotBegin(t *testing.T) {
	h := streaming(func(context.Context, access.Caller, *kinesis.SubscribeToShardInput) (wire.Events[event], error) {
		return nil, kinesis.ResourceInUseException("in use")
	})
	inEach(t, func(t *testing.T, c codec) {
		r := c.asked(t.Context(), t, "/")
		h.check(t, r, reply{400, c.contentType, c.failure("__type", "ResourceInUseException", "message", "in use")})
	})
}

// A stream may end with an error that the model lists; another is ours, and logged.
func TestStreamThatEndsWithAnError(t *testing.T) {
	f := func(failure error, code, message string, logged bool) {
		t.Helper()
		h := streaming(always(func(yield func(*event, error) bool) {
			if yield(eventNumber(1), nil) && yield(nil, failure) {
				t.Error("the stream goes on after its error")
			}
		}))
		overEach(t, h, func(t *testing.T, c codec, client *http.Client, url string) {
			h.log.Reset()
			res, err := client.Do(c.asked(t.Context(), t, url))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			wantMessage(t, c, res.Body, "event initial-response", "")
			wantMessage(t, c, res.Body, "event SubscribeToShardEvent", "")
			wantMessage(t, c, res.Body, "exception "+code, c.failure("message", message))
			if _, _, err := read(t, c, res.Body); err != io.EOF {
				t.Errorf("after the exception: %v", err)
			}
			if o := <-h.over; o.Code != code || o.Status != 200 {
				t.Errorf("observed %+v", o)
			}
			if got := strings.Contains(h.log.String(), "stream failed"); got != logged {
				t.Errorf("logged: %q", h.log.String())
			}
		})
	}
	f(kinesis.ResourceInUseException("taken over"), "ResourceInUseException", "taken over", false)
	f(fmt.Errorf("x: %w", kinesis.ResourceNotFoundException("gone")), "ResourceNotFoundException", "gone", false)
	f(errors.New("a disk is away"), "InternalFailureException", "Internal service failure.", true)
	f(kinesis.LimitExceededException("not listed"), "InternalFailureException", "Internal service failure.", true)
	f(&awsapi.Error{Code: "ResourceInUseException", Cause: errors.New("a fault of ours")}, "InternalFailureException", "Internal service failure.", true)
}

// A client that leaves ends its stream, however long the next event takes.
func TestStreamEndsWhenItsClientLeaves(t *testing.T) {
	h := streaming(endless)
	overEach(t, h, func(t *testing.T, c codec, client *http.Client, url string) {
		ctx, leave := context.WithCancel(t.Context())
		res, err := client.Do(c.asked(ctx, t, url))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		wantMessage(t, c, res.Body, "event initial-response", "")
		leave()
		if o := <-h.over; o.Code != "ClientClosed" || o.Status != 200 {
			t.Errorf("observed %+v", o)
		}
	})
}

// When the server stops its streams end cleanly, and later ones at once.
func TestEndStreams(t *testing.T) {
	h := streaming(endless)
	ended := false
	overEach(t, h, func(t *testing.T, c codec, client *http.Client, url string) {
		res, err := client.Do(c.asked(t.Context(), t, url))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		wantMessage(t, c, res.Body, "event initial-response", "")
		if !ended {
			h.EndStreams()
			ended = true
		}
		if _, _, err := read(t, c, res.Body); err != io.EOF {
			t.Errorf("after EndStreams: %v", err)
		}
	})
	// One that finds out while it is being begun, too.
	late := streaming(func(ctx context.Context, _ access.Caller, _ *kinesis.SubscribeToShardInput) (wire.Events[event], error) {
		<-ctx.Done()
		return nil, fmt.Errorf("find a time: %w", ctx.Err())
	})
	late.EndStreams()
	overEach(t, late, func(t *testing.T, c codec, client *http.Client, url string) {
		res, err := client.Do(c.asked(t.Context(), t, url))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		wantMessage(t, c, res.Body, "event initial-response", "")
		if _, _, err := read(t, c, res.Body); err != io.EOF {
			t.Errorf("after EndStreams: %v", err)
		}
	})
}

// A stream holds no room of the bodies' budget, however long it lasts.
func TestStreamGivesItsBodysRoomBack(t *testing.T) {
	h := streaming(endless, func(o *wire.Options) { o.MaxBody, o.BodyBudget = 1<<16, 1<<16 })
	defer h.EndStreams()
	overEach(t, h, func(t *testing.T, c codec, client *http.Client, url string) {
		for range 3 { // each alone takes all the budget there is while it is read
			r := c.asked(t.Context(), t, url)
			r.Body = io.NopCloser(io.MultiReader(r.Body, strings.NewReader(strings.Repeat(" ", 40_000))))
			if c.name == "CBOR" { // which has no blanks
				r = c.asked(t.Context(), t, url)
			}
			r.ContentLength = -1
			res, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { res.Body.Close() })
			wantMessage(t, c, res.Body, "event initial-response", "")
		}
	})
}

// A panic cuts the stream off: a client must not take it for an end.
func TestStreamThatPanics(t *testing.T) {
	h := streaming(always(func(yield func(*event, error) bool) {
		yield(eventNumber(1), nil)
		panic("lost")
	}))
	overEach(t, h, func(t *testing.T, c codec, client *http.Client, url string) {
		res, err := client.Do(c.asked(t.Context(), t, url))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		wantMessage(t, c, res.Body, "event initial-response", "")
		wantMessage(t, c, res.Body, "event SubscribeToShardEvent", "")
		if _, _, err := read(t, c, res.Body); err == nil || err == io.EOF {
			t.Errorf("after the panic: %v", err)
		}
		if o := <-h.over; o.Code != "InternalFailure" || o.Status != 500 {
			t.Errorf("observed %+v", o)
		}
	})
}

// A client that takes nothing of a stream is cut off, and has cost one event and what
// it promised to take.
func TestSubscriberThatDoesNotReadIsCutOff(t *testing.T) {
	f := func(most int, open func(t *testing.T, p *pipes)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			made := 0
			large := eventNumber(1)
			large.Records = []kinesis.Record{{Data: make([]byte, 256<<10)}}
			h := streaming(always(func(yield func(*event, error) bool) {
				for made = 1; yield(large, nil); made++ {
				}
			}))
			inBubble(t, h, func(p *pipes) {
				begin := time.Now()
				open(t, p)
				o := <-h.over
				// The grace of 20 s, and 1 s for each 64 KiB.
				if waited := time.Since(begin); waited < 20*time.Second || waited > 30*time.Second || o.Code == "" {
					t.Errorf("cut off after %v: %+v", waited, o)
				}
				if made > most {
					t.Errorf("%d events were made", made)
				}
			})
		})
	}
	request := func(c codec, t *testing.T) string {
		var text strings.Builder
		r := c.asked(t.Context(), t, "http://x/")
		r.Write(&text)
		return text.String()
	}
	f(1, func(t *testing.T, p *pipes) {
		conn := p.dial()
		t.Cleanup(func() { conn.Close() })
		io.WriteString(conn, request(codecs[0], t))
		if _, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil); err != nil { // the head alone
			t.Fatal(err)
		}
	})
	f(13, func(t *testing.T, p *pipes) { // 4 MiB are this client's own window
		tr := http2Over(p)
		t.Cleanup(tr.CloseIdleConnections)
		res, err := tr.RoundTrip(codecs[0].asked(t.Context(), t, "http://x/"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() }) // until then nobody reads it
	})
}

// A route is made of what fits.
func TestStreamsAreForOperationsThatAnswerWithThem(t *testing.T) {
	f := func(what string, route func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", what)
			}
		}()
		route()
	}
	f("an operation that answers once", func() {
		wire.Stream(kinesis.OpListShards, func(context.Context, access.Caller, *kinesis.ListShardsInput) (wire.Events[event], error) {
			return nil, nil
		})
	})
	f("another input", func() {
		wire.Stream(kinesis.OpSubscribeToShard, func(context.Context, access.Caller, *kinesis.ListShardsInput) (wire.Events[event], error) {
			return nil, nil
		})
	})
	f("a stream as an answer", func() {
		wire.Op(kinesis.OpSubscribeToShard, func(context.Context, access.Caller, *kinesis.SubscribeToShardInput) (*kinesis.SubscribeToShardOutput, error) {
			return nil, nil
		})
	})
}
