package conformance

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// refusedIterator asks for an iterator of shard 0 of stream s and expects text.
func (c *client) refusedIterator(kind string, more object, text string) {
	c.t.Helper()
	c.call("GetShardIterator", iteratorOf("s", kind, more)).fails("InvalidArgumentException", text)
}

// An iterator is base64 of at most 512 characters; decoded, 8 bytes of 0…01 and
// then cipher blocks of 16 bytes (K).
//
//rule:8 GetShardIterator
func TestIteratorLooks(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		it := c.iterator("s", "LATEST", nil)
		raw, err := base64.StdEncoding.DecodeString(it)
		if err != nil || len(it) > 512 {
			c.t.Fatalf("iterator %q: %v, %d characters", it, err, len(it))
		}
		if string(raw[:min(8, len(raw))]) != "\x00\x00\x00\x00\x00\x00\x00\x01" {
			c.t.Errorf("iterator begins % x", raw[:min(8, len(raw))])
		}
	})
}

// GetShardIterator answers one member (B).
//
//rule:5 GetShardIterator
func TestGetShardIteratorOutput(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.must("GetShardIterator", iteratorOf("s", "LATEST", nil)).members("", "ShardIterator")
	})
}

// The five types begin where they say (B).
//
//rule:8 GetShardIterator
func TestIteratorTypes(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		var numbers []string
		for i := range 3 {
			_, n := c.put("s", "k", []byte{byte('a' + i)})
			numbers = append(numbers, n)
		}
		f := func(want, kind string, more object) {
			c.t.Helper()
			r := c.records(c.iterator("s", kind, more))
			got := ""
			for i := range r.list("Records") {
				got += string(r.blob(fmt.Sprintf("Records.%d.Data", i)))
			}
			if got != want {
				c.t.Errorf("%s %v reads %q, want %q", kind, more, got, want)
			}
		}
		start := c.must("ListShards", object{"StreamName": "s"}).str("Shards.0.SequenceNumberRange.StartingSequenceNumber")
		f("abc", "TRIM_HORIZON", nil)
		f("", "LATEST", nil)
		f("bc", "AT_SEQUENCE_NUMBER", object{"StartingSequenceNumber": numbers[1]})
		f("c", "AFTER_SEQUENCE_NUMBER", object{"StartingSequenceNumber": numbers[1]})
		f("", "AFTER_SEQUENCE_NUMBER", object{"StartingSequenceNumber": numbers[2]})
		// the shard's own start is good although no record has it (L)
		f("abc", "AT_SEQUENCE_NUMBER", object{"StartingSequenceNumber": start})
		f("abc", "AFTER_SEQUENCE_NUMBER", object{"StartingSequenceNumber": start})
		// older than the trim horizon means TRIM_HORIZON (B)
		f("abc", "AT_TIMESTAMP", object{"Timestamp": time.Unix(1, 0)})
		f("abc", "AT_TIMESTAMP", object{"Timestamp": time.Now().Add(-time.Hour)})
	})
}

// AT_TIMESTAMP means the first record at or after it; with none later there is
// an iterator all the same (B; T localstack/localstack#1106).
//
//rule:8 GetShardIterator
func TestAtTimestamp(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		var at []time.Time
		for i := range 3 {
			c.pass(time.Second)
			at = append(at, time.Now())
			c.put("s", "k", []byte{byte('a' + i)})
		}
		c.pass(time.Second)
		f := func(when time.Time, want string) {
			c.t.Helper()
			r := c.records(c.iterator("s", "AT_TIMESTAMP", object{"Timestamp": when}))
			got := ""
			for i := range r.list("Records") {
				got += string(r.blob(fmt.Sprintf("Records.%d.Data", i)))
			}
			if got != want {
				c.t.Errorf("AT_TIMESTAMP %v reads %q, want %q", when, got, want)
			}
		}
		f(at[0].Add(-time.Millisecond), "abc")
		f(at[1], "bc")
		f(at[1].Add(time.Millisecond), "c")
		f(at[2].Add(500*time.Millisecond), "")
		c.put("s", "k", []byte("d"))
	})
}

// LATEST is fixed when the iterator is made, not when it is first read (K).
//
//rule:8 GetShardIterator
func TestLatestIsFixedWhenMade(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("before"))
		it := c.iterator("s", "LATEST", nil)
		c.put("s", "k", []byte("after"))
		r := c.records(it)
		if len(r.list("Records")) != 1 || string(r.blob("Records.0.Data")) != "after" {
			c.t.Errorf("LATEST reads %s", r.printable())
		}
	})
}

// An iterator is good more than once, and every GetRecords gives another one,
// also when it returns nothing (L; T etspaceman/kinesis-mock#260).
//
//rule:8 GetRecords
func TestIteratorsAreReusableAndNew(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		it := c.iterator("s", "TRIM_HORIZON", nil)
		c.put("s", "k", []byte("x"))
		seen := map[string]bool{it: true}
		for range 3 {
			r := c.records(it)
			if len(r.list("Records")) != 1 {
				c.t.Errorf("the same iterator reads %s", r.printable())
			}
			tail := c.records(r.str("NextShardIterator"))
			for _, next := range []string{r.str("NextShardIterator"), tail.str("NextShardIterator")} {
				if seen[next] {
					c.t.Error("an iterator that was given before")
				}
				seen[next] = true
			}
		}
	})
}

// Surrounding double quotes are tolerated (L).
//
//rule:8 GetRecords
func TestQuotedIterator(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("x"))
		it := c.iterator("s", "TRIM_HORIZON", nil)
		if n := len(c.records(`"` + it + `"`).list("Records")); n != 1 {
			c.t.Errorf("a quoted iterator reads %d records", n)
		}
	})
}

// Anything unreadable, forged or edited is refused (K).
//
//rule:8 GetRecords
func TestForgedIterators(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		it := c.iterator("s", "TRIM_HORIZON", nil)
		refused := func(bad string) {
			c.t.Helper()
			c.call("GetRecords", object{"ShardIterator": bad}).fails("InvalidArgumentException", "Invalid ShardIterator.")
		}
		raw, err := base64.StdEncoding.DecodeString(it)
		if err != nil {
			c.t.Fatal(err)
		}
		for i := range raw {
			edited := append([]byte(nil), raw...)
			edited[i] ^= 1
			refused(base64.StdEncoding.EncodeToString(edited))
		}
		for _, n := range []int{0, 1, 8, len(raw) / 2, len(raw) - 1} {
			refused(base64.StdEncoding.EncodeToString(raw[:n]) + "AAAA")
		}
		for _, bad := range []string{"x", "AAAA", "not base64!", `"`, `""`, "é", strings.Repeat("A", 512)} {
			refused(bad)
		}
	})
}

// An iterator is good for 300 s, then ExpiredIteratorException with both times (K).
//
//rule:8 GetRecords
func TestExpiredIterator(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("x"))
		made := time.Now()
		it := c.iterator("s", "TRIM_HORIZON", nil)
		c.pass(299 * time.Second)
		next := c.records(it).str("NextShardIterator")
		c.pass(2 * time.Second)
		const form = "Mon Jan 02 15:04:05 UTC 2006"
		c.call("GetRecords", object{"ShardIterator": it}).fails("ExpiredIteratorException", fmt.Sprintf(
			"Iterator expired. The iterator was created at time %s while right now it is %s which is further in the future than the tolerated delay of 300000 milliseconds.",
			made.UTC().Format(form), time.Now().UTC().Format(form)))
		c.records(next)
	})
}

// A number is given if and only if the type asks for one (K).
//
//rule:8 GetShardIterator
func TestSequenceNumberAgainstType(t *testing.T) {
	const must = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. "
	each(t, func(c *client) {
		c.stream("s", 1)
		for _, kind := range []string{"LATEST", "TRIM_HORIZON"} {
			c.refusedIterator(kind, object{"StartingSequenceNumber": "5"}, must+"Request specified "+kind+" and also a StartingSequenceNumber.")
		}
		for _, kind := range []string{"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"} {
			c.refusedIterator(kind, nil, must+"Request specified "+kind+" and no StartingSequenceNumber.")
		}
	})
}

// Numbers that do not read, of another shard, of another stream (K).
//
//rule:8 GetShardIterator
func TestForeignSequenceNumbers(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		_, mine := c.put2("s", "0")
		_, other := c.put2("s", "340282366920938463463374607431768211455")
		used := func(n string) string {
			return "StartingSequenceNumber " + n + " used in GetShardIterator on shard " + shardID(0) + " in stream s under account " + c.account + " is invalid"
		}
		encodes := func(n int) string {
			return "Invalid StartingSequenceNumber. It encodes " + shardID(n) + ", while it was used in a call to a shard with " + shardID(0)
		}
		changed := func(change func(*number)) string {
			n := parse(c.t, mine)
			change(&n)
			return n.String()
		}
		for _, kind := range []string{"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"} {
			f := func(n, text string) {
				c.t.Helper()
				c.refusedIterator(kind, object{"StartingSequenceNumber": n}, text)
			}
			f(other, encodes(1))
			f("5", encodes(5))
			for _, n := range []string{
				changed(func(n *number) { n.version = 3 }),
				changed(func(n *number) { n.version = 0 }),
				changed(func(n *number) { n.index |= 1 << 63 }),
				changed(func(n *number) { n.creation = 16025175000 }),
				strings.Repeat("9", 129),
			} {
				f(n, used(n)+".")
			}
			older := changed(func(n *number) { n.creation -= 1000 })
			f(older, used(older)+" because it did not come from this stream.")
			// a number of version 0 for the right shard breaks AWS
			c.call("GetShardIterator", iteratorOf("s", kind, object{"StartingSequenceNumber": "0"})).failsWith(500, "InternalFailure", "")
		}
	})
}

// AT_TIMESTAMP needs a time that is not in the future (K).
//
//rule:8 GetShardIterator
func TestTimestampAgainstType(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.refusedIterator("AT_TIMESTAMP", nil,
			"Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.")
		later := time.Now().Add(time.Hour).Truncate(time.Millisecond)
		c.call("GetShardIterator", iteratorOf("s", "AT_TIMESTAMP", object{"Timestamp": later})).failsLike("InvalidArgumentException", fmt.Sprintf(
			`The timestampInMillis parameter cannot be greater than the currentTimestampInMillis\. timestampInMillis: %d, currentTimestampInMillis: \d{13}`,
			later.UnixMilli()))
	})
}

// Shard ids are read loosely: digits after the first hyphen, or the whole (K).
//
//rule:4 GetShardIterator
func TestLooseShardIDs(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 3)
		for _, id := range []string{"shardId-000000000002", "shardId-2", "anything-2", "-0002", "2", "0000000000000000000000000002"} {
			r := c.call("GetShardIterator", iteratorOf("s", "LATEST", object{"ShardId": id}))
			if r.status != 200 {
				c.t.Errorf("ShardId %s: %s", id, r.printable())
			}
		}
	})
}

// An id that does not read is told first, even if the stream does not exist; one
// that does is told in its normal form (K).
//
//rule:4 GetShardIterator
func TestUnknownShards(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for _, stream := range []string{"s", "none"} {
			for _, id := range []string{"x", "shardId", "shardId-", "shardId-x", "shardId-1-1", "2147483648", "99999999999999999999", "shardId--1", "a.1"} {
				c.call("GetShardIterator", iteratorOf(stream, "LATEST", object{"ShardId": id})).
					fails("ResourceNotFoundException", "Could not find shard "+id+" in stream "+stream+" under account "+c.account+".")
			}
			for _, id := range []string{"5", "shardId-5", "a-0005", "-5"} {
				c.call("GetShardIterator", iteratorOf(stream, "LATEST", object{"ShardId": id})).
					fails("ResourceNotFoundException", "Shard "+shardID(5)+" in stream "+stream+" under account "+c.account+" does not exist")
			}
		}
		c.call("GetShardIterator", iteratorOf("s", "LATEST", object{"ShardId": "2147483647"})).
			fails("ResourceNotFoundException", "Shard shardId-002147483647 in stream s under account "+c.account+" does not exist")
	})
}

// The checks of GetShardIterator come in this order: the id reads, the shard
// exists, number against type, it reads, it names the shard, the stream (K).
//
//rule:4 GetShardIterator
func TestGetShardIteratorOrder(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.call("GetShardIterator", iteratorOf("s", "LATEST", object{"ShardId": "x", "StartingSequenceNumber": "5"})).
			fails("ResourceNotFoundException", "Could not find shard x in stream s under account "+c.account+".")
		c.call("GetShardIterator", iteratorOf("s", "LATEST", object{"ShardId": "9", "StartingSequenceNumber": "5"})).
			fails("ResourceNotFoundException", "Shard "+shardID(9)+" in stream s under account "+c.account+" does not exist")
		n := parse(c.t, c.must("ListShards", object{"StreamName": "s"}).str("Shards.0.SequenceNumberRange.StartingSequenceNumber"))
		n.shard, n.low, n.creation = 7, 7, n.creation-1000
		c.refusedIterator("AT_SEQUENCE_NUMBER", object{"StartingSequenceNumber": n.String()},
			"Invalid StartingSequenceNumber. It encodes "+shardID(7)+", while it was used in a call to a shard with "+shardID(0))
	})
}
