package conformance

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// timestamps checks the form of every timestamp in a reply, wherever it is: in JSON
// a plain decimal of seconds, in CBOR tag 1 with an integer of milliseconds.
func (r *reply) timestamps() {
	r.t.Helper()
	if len(r.body) == 0 {
		return
	}
	v, err := r.enc.decode(r.body)
	if err != nil {
		return // who looks into the reply says so
	}
	for path, v := range timestampsIn(v, "") {
		if !wellTimed(v) {
			r.t.Errorf("%s is %T %v: want a plain decimal, in CBOR tag 1 and an integer", path, v, v)
		}
	}
}

// wellTimed reports whether every SDK reads v as a timestamp.
func wellTimed(v any) bool {
	switch v := v.(type) {
	case millis:
		return v > 0
	case json.Number:
		return plainSeconds.MatchString(v.String())
	}
	return false
}

// timestampsIn returns what members named like timestamps hold, by their paths.
func timestampsIn(v any, path string) map[string]any {
	found := map[string]any{}
	add := func(name string, m any) {
		at := strings.TrimPrefix(path+"."+name, ".")
		if strings.HasSuffix(name, "Timestamp") {
			found[at] = m
		}
		for p, m := range timestampsIn(m, at) {
			found[p] = m
		}
	}
	switch v := v.(type) {
	case object:
		for name, m := range v {
			add(name, m)
		}
	case list:
		for i, m := range v {
			add(strconv.Itoa(i), m)
		}
	}
	return found
}

// Each output that has a timestamp has it in the form that SDKs read: the Java SDK
// no exponent and no more than 20 characters (T localstack/localstack#3134), none a
// float in CBOR (L).
//
//rule:1.7 *
func TestTimestampsOfReplies(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("x"))
		consumer := object{"StreamARN": c.arn("s"), "ConsumerName": "c"}
		f := func(path string, r *reply) {
			c.t.Helper()
			found := timestampsIn(r.out(), "")
			if v, ok := found[path]; len(found) != 1 || !ok || !wellTimed(v) {
				c.t.Errorf("the timestamps of %s are %v, want one, %s", r.printable(), found, path)
			}
		}
		f("StreamDescription.StreamCreationTimestamp", c.must("DescribeStream", object{"StreamName": "s"}))
		f("StreamDescriptionSummary.StreamCreationTimestamp", c.must("DescribeStreamSummary", object{"StreamName": "s"}))
		f("StreamSummaries.0.StreamCreationTimestamp", c.must("ListStreams", object{}))
		f("Records.0.ApproximateArrivalTimestamp", c.records(c.iterator("s", "TRIM_HORIZON", nil)))
		f("Consumer.ConsumerCreationTimestamp", c.must("RegisterStreamConsumer", consumer))
		f("ConsumerDescription.ConsumerCreationTimestamp", c.must("DescribeStreamConsumer", consumer))
		f("Consumers.0.ConsumerCreationTimestamp", c.must("ListStreamConsumers", object{"StreamARN": c.arn("s")}))
	})
}

func TestWellTimed(t *testing.T) {
	f := func(v any, want bool) {
		t.Helper()
		if wellTimed(v) != want {
			t.Errorf("%T %v: %v", v, v, !want)
		}
	}
	f(json.Number("1700000000"), true)
	f(json.Number("1700000000.123"), true)
	f(json.Number("1.7e9"), false)
	f(json.Number("1700000000.1234567"), false)
	f(millis(1700000000123), true)
	f(int64(1700000000123), false)
	f(1700000000.123, false)
	f("2026-11-24T15:00:00Z", false)
	f(nil, false)
}
