package conformance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/freshet/freshet"
)

// feed is a subscription as a client meets it, frame by frame.
type feed struct {
	c    *client
	body io.ReadCloser
}

// subscribe subscribes and checks what every subscription begins with: status 200,
// the content type of event streams, and the message initial-response (B).
func (c *client) subscribe(arn, shard string, from object) *feed {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	req := c.request(target+"SubscribeToShard", c.enc.encode(object{"ConsumerARN": arn, "ShardId": shard, "StartingPosition": from}))
	res, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		cancel()
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { cancel(); res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "application/vnd.amazon.eventstream" {
		text, _ := io.ReadAll(res.Body)
		c.t.Fatalf("status %d, content type %q, %q", res.StatusCode, got, text)
	}
	if id := res.Header.Get("X-Amzn-Requestid"); !requestID.MatchString(id) {
		c.t.Errorf("x-amzn-RequestId %q is no UUID", id)
	}
	f := &feed{c, res.Body}
	if kind, r := f.frame(); kind != "event initial-response" || len(r.out()) != 0 {
		c.t.Fatalf("the first message is %s: %s", kind, r.printable())
	}
	return f
}

// frame reads the next message, and returns what it is and its payload. At the end
// of the stream that is "end".
func (f *feed) frame() (string, *reply) {
	f.c.t.Helper()
	m, err := eventstream.NewDecoder().Decode(f.body, nil)
	if err == io.EOF {
		return "end", nil
	}
	if err != nil {
		f.c.t.Fatalf("no message: %v", err)
	}
	if got := m.Headers.Get(":content-type").String(); got != f.c.enc.contentType {
		f.c.t.Errorf("a payload of type %q", got)
	}
	kind := m.Headers.Get(":message-type").String()
	r := &reply{t: f.c.t, enc: f.c.enc, body: m.Payload}
	r.timestamps()
	return kind + " " + m.Headers.Get(":"+kind+"-type").String(), r
}

// event reads the next event.
func (f *feed) event() *reply {
	f.c.t.Helper()
	kind, r := f.frame()
	if kind != "event SubscribeToShardEvent" {
		if r != nil {
			kind += ": " + r.printable()
		}
		f.c.t.Fatalf("%s instead of an event", kind)
	}
	return r
}

// data reads events until n records have come, and returns their data and the last
// event.
func (f *feed) data(n int) (all []string, last *reply) {
	f.c.t.Helper()
	for last = f.event(); ; last = f.event() {
		for i := range last.list("Records") {
			all = append(all, string(last.blob(fmt.Sprintf("Records.%d.Data", i))))
		}
		if len(all) >= n {
			return all, last
		}
	}
}

// ends reads on until the stream ends, and returns how: "end", or an exception and
// its payload.
func (f *feed) ends() (string, *reply) {
	f.c.t.Helper()
	for {
		kind, r := f.frame()
		if kind != "event SubscribeToShardEvent" {
			return kind, r
		}
	}
}

func (f *feed) wantData(want ...string) *reply {
	f.c.t.Helper()
	got, last := f.data(len(want))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.c.t.Errorf("got %q, want %q", got, want)
	}
	return last
}

var (
	fromLatest  = object{"Type": "LATEST"}
	fromHorizon = object{"Type": "TRIM_HORIZON"}
)

func fromNumber(kind, number string) object {
	return object{"Type": kind, "SequenceNumber": number}
}

// Events along every way, in either encoding: a record as GetRecords has it, the
// moment it is put. Each event has Records, ContinuationSequenceNumber and
// MillisBehindLatest (B).
//
//rule:14 SubscribeToShard
func TestSubscribeToShard(t *testing.T) {
	over(t, func(c *client) {
		c.stream("s", 1)
		f := c.subscribe(c.consumer("s", "c"), shardID(0), fromLatest)
		for i := range 3 {
			before := time.Now().Add(-time.Second)
			_, number := c.put("s", fmt.Sprint("key", i), []byte{byte(i), 0xff})
			_, r := f.data(1)
			r.members("", "Records", "ContinuationSequenceNumber", "MillisBehindLatest")
			r.members("Records.0", "SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey")
			if r.str("Records.0.SequenceNumber") != number || r.str("Records.0.PartitionKey") != fmt.Sprint("key", i) || string(r.blob("Records.0.Data")) != string([]byte{byte(i), 0xff}) {
				c.t.Errorf("event %s", r.printable())
			}
			if at := r.at("Records.0.ApproximateArrivalTimestamp"); at.Before(before) || at.After(time.Now().Add(time.Second)) {
				c.t.Errorf("arrived at %v", at)
			}
			if n := r.str("ContinuationSequenceNumber"); len(n) != 56 || n < number {
				c.t.Errorf("ContinuationSequenceNumber %s after the record %s", n, number)
			}
		}
	})
}

// All five positions; what was put before and after (B).
//
//rule:14 SubscribeToShard
func TestSubscribeToShardPositions(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		c.pass(time.Second)
		_, first := c.put("s", "k", []byte("a"))
		c.pass(time.Minute)
		between := time.Now()
		c.pass(time.Minute)
		_, second := c.put("s", "k", []byte("b"))
		f := func(from object, want ...string) {
			c.t.Helper()
			c.pass(5 * time.Second)
			c.subscribe(arn, shardID(0), from).wantData(want...)
		}
		f(fromHorizon, "a", "b")
		f(fromNumber("AT_SEQUENCE_NUMBER", first), "a", "b")
		f(fromNumber("AFTER_SEQUENCE_NUMBER", first), "b")
		f(object{"Type": "AT_TIMESTAMP", "Timestamp": between}, "b")
		f(object{"Type": "AT_TIMESTAMP", "Timestamp": time.Unix(1, 0)}, "a", "b") // older than the trim horizon
		f(fromNumber("AT_SEQUENCE_NUMBER", second), "b")
		for _, from := range []object{fromLatest, fromNumber("AFTER_SEQUENCE_NUMBER", second)} {
			c.pass(5 * time.Second)
			if r := c.subscribe(arn, shardID(0), from).event(); len(r.list("Records")) != 0 {
				c.t.Errorf("from %v: %s", from, r.printable())
			}
		}
		for _, from := range []object{{"Type": "AT_TIMESTAMP"}, {"Type": "AT_SEQUENCE_NUMBER"}, fromNumber("LATEST", first),
			fromNumber("AT_SEQUENCE_NUMBER", "49590338271490256608559692538361571095921575989136588898")} {
			c.call("SubscribeToShard", object{"ConsumerARN": arn, "ShardId": shardID(0), "StartingPosition": from}).failsLike("InvalidArgumentException", ".*")
		}
	})
}

// ContinuationSequenceNumber is at or above the last record and below the next: it
// resumes exactly, AT and AFTER, for SubscribeToShard and for GetShardIterator (B, C).
//
//rule:14 SubscribeToShard GetShardIterator
func TestContinuationSequenceNumber(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		f := c.subscribe(arn, shardID(0), fromHorizon)
		empty := f.event().str("ContinuationSequenceNumber")
		_, first := c.put("s", "k", []byte("a"))
		one := f.wantData("a").str("ContinuationSequenceNumber")
		idle := f.event().str("ContinuationSequenceNumber")
		_, second := c.put("s", "k", []byte("b"))
		for _, n := range []string{one, idle} {
			if n < first || n >= second {
				c.t.Errorf("%s does not lie between %s and %s", n, first, second)
			}
		}
		for n, want := range map[string][]string{empty: {"a", "b"}, one: {"b"}, idle: {"b"}} {
			for _, kind := range []string{"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"} {
				c.pass(5 * time.Second)
				c.subscribe(arn, shardID(0), fromNumber(kind, n)).wantData(want...)
				r := c.records(c.iterator("s", kind, object{"StartingSequenceNumber": n}))
				if got := len(r.list("Records")); got != len(want) {
					c.t.Errorf("%s %s: GetRecords returned %d records, want %d", kind, n, got, len(want))
				}
			}
		}
	})
}

// An event about every five seconds when idle, and where to go on from advances; five
// minutes, and a clean end (L, B).
//
//rule:14 SubscribeToShard
func TestSubscribeToShardTimes(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		begin := time.Now()
		f := c.subscribe(c.consumer("s", "c"), shardID(0), fromLatest)
		last, number := begin, ""
		for {
			kind, r := f.frame()
			if kind == "end" {
				break
			}
			if gap := time.Since(last); gap > 5*time.Second {
				c.t.Errorf("nothing was said for %v", gap)
			}
			if n := r.str("ContinuationSequenceNumber"); n <= number {
				c.t.Errorf("ContinuationSequenceNumber %s after %s", n, number)
			}
			last, number = time.Now(), r.str("ContinuationSequenceNumber")
			if len(r.list("Records")) != 0 || r.num("MillisBehindLatest") != 0 {
				c.t.Errorf("an idle event is %s", r.printable())
			}
		}
		if lived := time.Since(begin); lived != 5*time.Minute {
			c.t.Errorf("the subscription lived %v", lived)
		}
	})
}

// Again within 5 s of a success it is in use; later it takes over, and the older one
// ends (B).
//
//rule:14 SubscribeToShard
func TestSubscribeToShardTakesOver(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		in := object{"ConsumerARN": arn, "ShardId": shardID(0), "StartingPosition": fromLatest}
		begin := time.Now()
		first := c.subscribe(arn, shardID(0), fromLatest)
		c.pass(5*time.Second - time.Millisecond - time.Since(begin))
		c.call("SubscribeToShard", in).failsLike("ResourceInUseException", "Another active subscription exists for this consumer.*")
		c.pass(time.Millisecond)
		second := c.subscribe(arn, shardID(0), fromLatest)
		if kind, r := first.ends(); kind != "exception ResourceInUseException" || r.str("message") == "" {
			c.t.Errorf("the first ends with %s", kind)
		}
		c.put("s", "k", []byte("a"))
		second.wantData("a")
	})
}

// A consumer that is not ACTIVE is in use (B; T awslabs/kinesis-hot-shard-advisor#37);
// one that goes ends its subscription, as a stream does.
//
//rule:14 SubscribeToShard
func TestSubscribeToShardNeedsItsConsumer(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Second}, func(c *client) {
		c.stream("s", 1)
		r := c.must("RegisterStreamConsumer", object{"StreamARN": c.arn("s"), "ConsumerName": "c"})
		arn, created := r.str("Consumer.ConsumerARN"), r.at("Consumer.ConsumerCreationTimestamp").Unix()
		in := object{"ConsumerARN": arn, "ShardId": shardID(0), "StartingPosition": fromLatest}
		inactive := fmt.Sprintf("Consumer c with creation timestamp %d under stream: s , account %s is not in ACTIVE status.", created, c.account)
		c.call("SubscribeToShard", in).fails("ResourceInUseException", inactive)
		c.pass(time.Second)
		f := c.subscribe(arn, shardID(0), fromLatest)
		c.must("DeregisterStreamConsumer", object{"ConsumerARN": arn})
		if kind, r := f.ends(); kind != "exception ResourceInUseException" || r.str("message") != inactive {
			c.t.Errorf("deregistered: it ends with %s", kind)
		}
		c.pass(time.Second)
		c.call("SubscribeToShard", in).failsLike("ResourceNotFoundException", ".*")
		other := c.consumer("s", "d")
		f = c.subscribe(other, shardID(0), fromLatest)
		c.must("DeleteStream", object{"StreamName": "s", "EnforceConsumerDeletion": true})
		if kind, r := f.ends(); kind != "exception ResourceNotFoundException" || r.str("message") != c.notFound("s") {
			c.t.Errorf("deleted: it ends with %s", kind)
		}
	})
}

// At a shard's end: all its records, one event with ChildShards and without
// ContinuationSequenceNumber, and the end of the stream. Every child names all its
// parents (C).
//
//rule:14 SubscribeToShard
func TestSubscribeToShardEnd(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Second}, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		f := c.subscribe(arn, shardID(0), fromHorizon)
		c.put("s", "k", []byte("a"))
		c.must("SplitShard", splitOf(shardID(0), "170141183460469231731687303715884105728"))
		c.put("s", "k", []byte("b"))
		c.pass(time.Second)
		f.wantData("a", "b")
		f.wantEnd(list{shardID(0)}, shardID(1), shardID(2))

		a, b := c.subscribe(arn, shardID(1), fromLatest), c.subscribe(arn, shardID(2), fromLatest)
		c.must("MergeShards", object{"StreamName": "s", "ShardToMerge": shardID(1), "AdjacentShardToMerge": shardID(2)})
		c.pass(time.Second)
		a.wantEnd(list{shardID(1), shardID(2)}, shardID(3))
		b.wantEnd(list{shardID(1), shardID(2)}, shardID(3))
		// A closed shard ends at once, from wherever one begins.
		for _, from := range []object{fromLatest, fromHorizon} {
			c.pass(5 * time.Second)
			c.subscribe(arn, shardID(0), from).wantEnd(list{shardID(0)}, shardID(1), shardID(2))
		}
	})
}

// wantEnd reads on to the end of the shard.
func (f *feed) wantEnd(parents list, children ...string) {
	f.c.t.Helper()
	r := f.event()
	for r.has("ContinuationSequenceNumber") {
		if r.has("ChildShards") && len(r.list("ChildShards")) > 0 {
			f.c.t.Errorf("ChildShards before the end: %s", r.printable())
		}
		r = f.event()
	}
	if got := len(r.list("ChildShards")); got != len(children) {
		f.c.t.Fatalf("%d children: %s", got, r.printable())
	}
	for i, child := range children {
		at := fmt.Sprintf("ChildShards.%d.", i)
		if r.str(at+"ShardId") != child || fmt.Sprint(r.list(at+"ParentShards")) != fmt.Sprint(parents) || !r.has(at+"HashKeyRange.StartingHashKey") {
			f.c.t.Errorf("child %d: %s", i, r.printable())
		}
	}
	if kind, _ := f.frame(); kind != "end" {
		f.c.t.Errorf("%s after the last event", kind)
	}
}

// What does not exist (B).
//
//rule:14 SubscribeToShard
func TestSubscribeToShardOfNothing(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		f := func(arn, shard string) {
			c.t.Helper()
			c.call("SubscribeToShard", object{"ConsumerARN": arn, "ShardId": shard, "StartingPosition": fromLatest}).failsLike("ResourceNotFoundException", ".*")
		}
		f(arn, shardID(1))
		f(arn, "shardId-x")
		f(arn+"1", shardID(0))
		f(c.arn("none")+"/consumer/c:1", shardID(0))
		c.call("SubscribeToShard", object{"ConsumerARN": arn, "ShardId": shardID(0), "StartingPosition": fromLatest, "DryRun": true}).
			failsLike("DryRunOperationException", ".*")
	})
}
