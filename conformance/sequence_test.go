package conformance

import (
	"fmt"
	"math/big"
	"testing"
	"time"
)

// number is a sequence number of version 2, taken apart: 47 hexadecimal digits
// (K, section 7 of data-streams.md).
type number struct {
	creation int64  // seconds; the shard's
	low      int64  // low digit of the shard's number
	index    uint64 // its first digit is 0 to 7
	unknown  int64  // 0
	arrival  int64  // seconds; the record's
	shard    int64
	version  int64
}

// parse takes s apart, which must be of version 2.
func parse(t testing.TB, s string) number {
	t.Helper()
	i, ok := new(big.Int).SetString(s, 10)
	if !ok || len(s) != 56 {
		t.Fatalf("sequence number %q is not 56 digits", s)
	}
	h := i.Text(16)
	if len(h) != 47 || h[0] != '2' {
		t.Fatalf("sequence number %s is %s in hexadecimal: want 47 digits that begin with 2", s, h)
	}
	field := func(from, to int) int64 {
		n, _ := new(big.Int).SetString(h[from:to], 16)
		return n.Int64()
	}
	return number{field(1, 10), field(10, 11), uint64(field(11, 27)), field(27, 29), field(29, 38), field(38, 46), field(46, 47)}
}

func (n number) String() string {
	h := fmt.Sprintf("2%09x%01x%016x%02x%09x%08x%01x", n.creation, n.low, n.index, n.unknown, n.arrival, n.shard, n.version)
	i, _ := new(big.Int).SetString(h, 16)
	return i.String()
}

// A record's number: 56 digits that begin with 49, naming creation, shard and
// arrival (K).
//
//rule:7 PutRecord
func TestSequenceNumberLayout(t *testing.T) {
	each(t, func(c *client) {
		before := time.Now().Unix()
		c.stream("s", 3)
		r := c.must("DescribeStream", object{"StreamName": "s"})
		for i := range 3 {
			at := fmt.Sprintf("StreamDescription.Shards.%d", i)
			start := r.str(at + ".SequenceNumberRange.StartingSequenceNumber")
			n := parse(c.t, start)
			if start[:2] != "49" || n.version != 2 || n.unknown != 0 {
				c.t.Errorf("start %s reads as %+v", start, n)
			}
			if n.shard != int64(i) || n.low != int64(i) || n.index != 0 || n.arrival != n.creation {
				c.t.Errorf("shard %d starts at %+v: want index 0, arrival = creation", i, n)
			}
			if n.creation < before-10 || n.creation > time.Now().Unix() {
				c.t.Errorf("creation %d, now is %d", n.creation, time.Now().Unix())
			}
			_, record := c.put2("s", r.str(at+".HashKeyRange.StartingHashKey"))
			m := parse(c.t, record)
			if record <= start || m.creation != n.creation || m.shard != n.shard || m.low != n.low || m.version != 2 || m.unknown != 0 {
				c.t.Errorf("first record %+v of a shard that starts at %+v", m, n)
			}
			if m.index>>63 != 0 || m.arrival < n.creation || m.arrival > time.Now().Unix()+1 {
				c.t.Errorf("first record %+v, now is %d", m, time.Now().Unix())
			}
		}
	})
}

// put2 puts one record at a hash key.
func (c *client) put2(stream, hashKey string) (shard, number string) {
	c.t.Helper()
	r := c.must("PutRecord", object{"StreamName": stream, "PartitionKey": "k", "Data": []byte("x"), "ExplicitHashKey": hashKey})
	return r.str("ShardId"), r.str("SequenceNumber")
}

// Neighbouring shards of one new stream start 2^144 + 16 apart (K).
//
//rule:7 CreateStream
func TestNeighboursStartAtAFixedDistance(t *testing.T) {
	want, _ := new(big.Int).SetString("22300745198530623141535718272648361505980432", 10)
	each(t, func(c *client) {
		c.stream("s", 18)
		r := c.must("DescribeStream", object{"StreamName": "s"})
		var last *big.Int
		for i := range 16 { // the low digit of the 17th begins again
			n, _ := new(big.Int).SetString(r.str(fmt.Sprintf("StreamDescription.Shards.%d.SequenceNumberRange.StartingSequenceNumber", i)), 10)
			if last != nil && new(big.Int).Sub(n, last).Cmp(want) != 0 {
				c.t.Errorf("shards %d and %d start %v apart, want %v", i-1, i, new(big.Int).Sub(n, last), want)
			}
			last = n
		}
	})
}

// Numbers strictly increase within a shard, as text and as numbers, over both
// puts and many calls (K).
//
//rule:7 PutRecord PutRecords
func TestSequenceNumbersIncrease(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		last := ""
		after := func(n string) {
			c.t.Helper()
			if n <= last || len(n) != 56 {
				c.t.Errorf("%s follows %s", n, last)
			}
			last = n
		}
		for range 5 {
			_, n := c.put("s", "k", []byte("x"))
			after(n)
			got := c.must("PutRecords", object{"StreamName": "s", "Records": list{
				object{"PartitionKey": "a", "Data": []byte("1")}, object{"PartitionKey": "b", "Data": []byte("2")}}})
			after(max(got.str("Records.0.SequenceNumber"), got.str("Records.1.SequenceNumber")))
		}
	})
}

// ApproximateArrivalTimestamp lies 0 to 3 s after the seconds in the number (K).
//
//rule:7 GetRecords
func TestArrivalIsInTheNumber(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		_, put := c.put("s", "k", []byte("x"))
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		if got := r.str("Records.0.SequenceNumber"); got != put {
			c.t.Errorf("the record reads as %s, it was put as %s", got, put)
		}
		in := time.Unix(parse(c.t, put).arrival, 0)
		if d := r.at("Records.0.ApproximateArrivalTimestamp").Sub(in); d < 0 || d >= 4*time.Second {
			c.t.Errorf("arrival is %v after the second in the number", d)
		}
	})
}

// SequenceNumberForOrdering: what does not read, or lies in the future, is
// refused; another shard's number is taken; the new number is higher (K).
//
//rule:7 PutRecord
func TestSequenceNumberForOrdering(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		put := func(ordering string) *reply {
			c.t.Helper()
			return c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x"), "SequenceNumberForOrdering": ordering})
		}
		shard0, first := c.put2("s", "0")
		_, other := c.put2("s", "340282366920938463463374607431768211455")
		good := parse(c.t, first)
		for _, ordering := range []string{first, other, "0", "5"} {
			if r := put(ordering); r.status != 200 {
				c.t.Errorf("ordering %s: %s", ordering, r.printable())
			}
		}
		bad := func(change func(*number)) {
			c.t.Helper()
			n := good
			change(&n)
			put(n.String()).fails("InvalidArgumentException",
				"ExclusiveMinimumSequenceNumber "+n.String()+" used in PutRecord on stream s under account "+c.account+" is invalid.")
		}
		bad(func(n *number) { n.version = 3 })
		bad(func(n *number) { n.version = 0 })
		bad(func(n *number) { n.arrival += 3600 })
		bad(func(n *number) { n.index |= 1 << 63 })
		r := c.must("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x"), "ExplicitHashKey": "0", "SequenceNumberForOrdering": first})
		if r.str("ShardId") != shard0 || r.str("SequenceNumber") <= first {
			c.t.Errorf("%s after %s", r.str("SequenceNumber"), first)
		}
	})
}
