package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// The members of the reply and of a record; EncryptionType only when encrypted,
// ChildShards only at the end of a shard (B, L).
//
//rule:9 GetRecords
func TestGetRecordsOutput(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		_, n := c.put("s", "köy", []byte{0, 1, 254, 255})
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		r.members("", "Records", "NextShardIterator", "MillisBehindLatest")
		r.members("Records.0", "SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey")
		if got := r.str("Records.0.PartitionKey") + r.str("Records.0.SequenceNumber"); got != "köy"+n {
			c.t.Errorf("record %s", r.printable())
		}
		if got := r.blob("Records.0.Data"); string(got) != "\x00\x01\xfe\xff" {
			c.t.Errorf("data % x", got)
		}
		if d := time.Since(r.at("Records.0.ApproximateArrivalTimestamp")); d < -time.Second || d > time.Minute {
			c.t.Errorf("arrived %v ago", d)
		}
	})
}

// An empty shard answers no records, an iterator, and 0 behind (B).
//
//rule:9 GetRecords
func TestGetRecordsOfAnEmptyShard(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		r.members("", "Records", "NextShardIterator", "MillisBehindLatest")
		if len(r.list("Records")) != 0 || r.num("MillisBehindLatest") != 0 {
			c.t.Errorf("an empty shard reads %s", r.printable())
		}
	})
}

// Empty data is data (K).
//
//rule:10 PutRecord
func TestEmptyData(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte{})
		if data := c.records(c.iterator("s", "TRIM_HORIZON", nil)).blob("Records.0.Data"); len(data) != 0 {
			c.t.Errorf("data % x", data)
		}
	})
}

// Limit bounds the records, and the iterators walk the shard in order (B).
//
//rule:9 GetRecords
func TestGetRecordsInPieces(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		var want []string
		for i := range 7 {
			_, n := c.put("s", "k", fmt.Append(nil, i))
			want = append(want, n)
		}
		var got []string
		it := c.iterator("s", "TRIM_HORIZON", nil)
		for range 10 {
			r := c.must("GetRecords", object{"ShardIterator": it, "Limit": 3})
			n := len(r.list("Records"))
			if n > 3 {
				c.t.Errorf("Limit 3 gives %d records", n)
			}
			for i := range n {
				got = append(got, r.str(fmt.Sprintf("Records.%d.SequenceNumber", i)))
			}
			it = r.str("NextShardIterator")
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			c.t.Errorf("read  %v\nput   %v", got, want)
		}
	})
}

// MillisBehindLatest is how far the reply is behind the clock: 0 when nothing
// newer is left, else now less the arrival of the last record. It grows although
// nothing arrives (B; T aws/aws-sdk-java#2524).
//
//rule:9 GetRecords
func TestMillisBehindLatest(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("a"))
		c.pass(5 * time.Second)
		c.put("s", "k", []byte("b"))
		c.pass(2 * time.Second)
		it := c.iterator("s", "TRIM_HORIZON", nil)
		f := func(it string, limit int, want int64) *reply {
			c.t.Helper()
			r := c.must("GetRecords", object{"ShardIterator": it, "Limit": limit})
			if got := r.num("MillisBehindLatest"); got != want {
				c.t.Errorf("MillisBehindLatest %d, want %d", got, want)
			}
			return r
		}
		r := f(it, 1, 7000)
		c.pass(time.Minute)
		f(it, 1, 67000)
		f(it, 2, 0)
		r = f(r.str("NextShardIterator"), 1, 0)
		f(r.str("NextShardIterator"), 1, 0)
	})
}

// A reply has at most 10 MiB of records; what is over comes with the next (B).
//
//rule:9 GetRecords
func TestGetRecordsOfMoreThanTenMiB(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for range 12 {
			c.put("s", "k", make([]byte, 1000000))
		}
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		n := len(r.list("Records"))
		if n == 0 || n > 10 {
			c.t.Errorf("%d records of 1 MB in one reply, want at most 10", n)
		}
		if r.num("MillisBehindLatest") <= 0 {
			c.t.Error("MillisBehindLatest 0 with records left")
		}
		for calls := 0; n < 12 && calls < 10; calls++ {
			r = c.records(r.str("NextShardIterator"))
			n += len(r.list("Records"))
		}
		if n != 12 {
			c.t.Errorf("%d records in all, want 12", n)
		}
	})
}

// A record is gone when its retention has passed; reading goes on above it (B).
//
//rule:8 GetRecords GetShardIterator
func TestRetention(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 1)
		_, old := c.put("s", "k", []byte("old"))
		c.pass(20 * time.Hour)
		c.put("s", "k", []byte("new"))
		c.pass(5 * time.Hour)
		for kind, more := range map[string]object{"TRIM_HORIZON": nil, "AT_SEQUENCE_NUMBER": {"StartingSequenceNumber": old}} {
			r := c.records(c.iterator("s", kind, more))
			if len(r.list("Records")) != 1 || string(r.blob("Records.0.Data")) != "new" {
				c.t.Errorf("%s after 25 hours reads %s", kind, r.printable())
			}
		}
	})
}
