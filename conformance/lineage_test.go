package conformance

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// A closed shard ends at index 7fffffffffffffff, with the shard's creation and the
// second of closing; both parents of a merge close in the same second. Children
// are created in the second after it, so that every number of theirs is above
// every one of their parents (K).
//
//rule:7 SplitShard MergeShards ListShards
func TestEndingSequenceNumber(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 2)
		c.pass(time.Minute)
		c.must("SplitShard", splitOf("0", "1000"))
		c.pass(time.Minute)
		c.must("MergeShards", mergeOf("3", "1"))
		c.pass(time.Minute)
		_, first := c.put2("s", lastKey)
		r := c.must("ListShards", object{"StreamName": "s"}).lists(span(0, 5))
		at := func(shard int, name string) string {
			return r.str(fmt.Sprintf("Shards.%d.SequenceNumberRange.%s", shard, name))
		}
		ended := func(shard int) number {
			start, end := parse(c.t, at(shard, "StartingSequenceNumber")), parse(c.t, at(shard, "EndingSequenceNumber"))
			if end.index != 1<<63-1 || end.creation != start.creation || end.shard != int64(shard) || end.version != 2 || end.unknown != 0 {
				c.t.Errorf("shard %d starts at %+v and ends at %+v", shard, start, end)
			}
			return end
		}
		for child, parents := range map[int][]int{2: {0}, 3: {0}, 4: {3, 1}} {
			start := parse(c.t, at(child, "StartingSequenceNumber"))
			for _, parent := range parents {
				if end := ended(parent); start.creation != end.arrival+1 || start.arrival != start.creation {
					c.t.Errorf("shard %d was created at %d, its parent %d closed at %d", child, start.creation, parent, end.arrival)
				}
				if a, b := at(parent, "EndingSequenceNumber"), at(child, "StartingSequenceNumber"); a >= b {
					c.t.Errorf("shard %d ends at %s, and its child %d starts at %s", parent, a, child, b)
				}
			}
		}
		if first <= at(4, "StartingSequenceNumber") {
			c.t.Errorf("the child's first record is %s", first)
		}
	})
}

// Any type of iterator may be had of a closed shard (B), but AFTER its end (T
// etspaceman/kinesis-mock#1536).
//
//rule:8 GetShardIterator
func TestIteratorsOfAClosedShard(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		_, n := c.put("s", "k", []byte("a"))
		c.must("SplitShard", splitOf("0", "1000"))
		c.active("s")
		end := c.must("ListShards", object{"StreamName": "s"}).str("Shards.0.SequenceNumberRange.EndingSequenceNumber")
		f := func(want int, kind string, more object) {
			c.t.Helper()
			if got := len(c.records(c.iterator("s", kind, more)).list("Records")); got != want {
				c.t.Errorf("%s %v reads %d records, want %d", kind, more, got, want)
			}
		}
		f(1, "TRIM_HORIZON", nil)
		f(0, "LATEST", nil)
		f(1, "AT_TIMESTAMP", object{"Timestamp": time.Unix(1, 0)})
		f(1, "AT_SEQUENCE_NUMBER", object{"StartingSequenceNumber": n})
		f(0, "AFTER_SEQUENCE_NUMBER", object{"StartingSequenceNumber": n})
		f(0, "AT_SEQUENCE_NUMBER", object{"StartingSequenceNumber": end})
		c.refusedIterator("AFTER_SEQUENCE_NUMBER", object{"StartingSequenceNumber": end},
			"Invalid SequenceNumber for ShardIteratorType AFTER_SEQUENCE_NUMBER, SequenceNumber has reached max possible value for the shard.")
	})
}

// NextShardIterator is there, and ChildShards are not, until the reply that has the
// last record of a closed shard, in which it is the other way round (B, C).
//
//rule:9 GetRecords
func TestShardEndInPieces(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for i := range 3 {
			c.put("s", "k", []byte{byte(i)})
		}
		c.must("SplitShard", splitOf("0", "1000"))
		c.active("s")
		it := c.iterator("s", "TRIM_HORIZON", nil)
		for i := range 3 {
			r := c.must("GetRecords", object{"ShardIterator": it, "Limit": 1})
			last := i == 2
			if len(r.list("Records")) != 1 || r.has("NextShardIterator") == last || r.has("ChildShards") != last {
				c.t.Fatalf("reply %d: %s", i, r.printable())
			}
			if !last {
				it = r.str("NextShardIterator")
			}
		}
	})
}

// The filters tell open, closed and coming shards apart (B).
//
//rule:13 ListShards
func TestShardFiltersAcrossReshards(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 2)
		c.pass(time.Hour)
		before := time.Now()
		c.pass(time.Hour)
		c.must("SplitShard", splitOf("0", "1000")) // 2 and 3
		c.pass(time.Hour)
		between := time.Now()
		c.pass(time.Hour)
		c.must("MergeShards", mergeOf("3", "1")) // 4
		c.pass(time.Hour)
		f := func(kind string, more object, want ...int) {
			c.t.Helper()
			var ids []string
			for _, n := range want {
				ids = append(ids, shardID(n))
			}
			c.must("ListShards", object{"StreamName": "s", "ShardFilter": with(object{"Type": kind}, more)}).lists(ids)
		}
		at := func(when time.Time) object { return object{"Timestamp": when} }
		f("AT_LATEST", nil, 2, 4)
		f("AT_TRIM_HORIZON", nil, 0, 1)
		f("FROM_TRIM_HORIZON", nil, 0, 1, 2, 3, 4)
		f("AT_TIMESTAMP", at(before), 0, 1)
		f("AT_TIMESTAMP", at(between), 1, 2, 3)
		f("AT_TIMESTAMP", at(time.Now()), 2, 4)
		f("FROM_TIMESTAMP", at(before), 0, 1, 2, 3, 4)
		f("FROM_TIMESTAMP", at(between), 1, 2, 3, 4)
		f("FROM_TIMESTAMP", at(time.Now()), 2, 4)
		f("FROM_TIMESTAMP", at(time.Unix(1, 0)), 0, 1, 2, 3, 4)
		f("AFTER_SHARD_ID", object{"ShardId": shardID(2)}, 3, 4)
		c.pass(22 * time.Hour) // shard 0 is out of retention then, shards 1 and 3 are not
		f("FROM_TRIM_HORIZON", nil, 1, 2, 3, 4)
		f("AT_TRIM_HORIZON", nil, 1, 2, 3)
		c.pass(24 * time.Hour)
		f("FROM_TRIM_HORIZON", nil, 2, 4)
		f("AT_TRIM_HORIZON", nil, 2, 4)
	})
}

// Whatever instant is asked for, the shards of AT_TIMESTAMP, AT_LATEST and
// AT_TRIM_HORIZON cover every hash key once: the KCL gives up on a hole or an
// overlap (C).
//
//rule:12 ListShards
func TestShardsOfAnInstantTileTheHashKeys(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: 1500 * time.Millisecond}, func(c *client) {
		tiles := func(filter object) {
			c.t.Helper()
			r := c.must("ListShards", object{"StreamName": "s", "ShardFilter": filter})
			if hole := untiled(r); hole != "" {
				c.t.Errorf("%v: %s in %v", filter, hole, r.ids())
			}
		}
		c.stream("s", 3)
		begin := time.Now()
		for i, reshard := range []func() *reply{
			func() *reply { return c.call("SplitShard", splitOf("1", "170141183460469231731687303715884105728")) },
			func() *reply { return c.call("MergeShards", mergeOf("0", "3")) },
			func() *reply { return c.call("MergeShards", mergeOf("4", "2")) },
		} {
			if r := reshard(); r.status != 200 {
				c.t.Fatalf("reshard %d: %s", i, r.printable())
			}
			for range 8 {
				tiles(object{"Type": "AT_LATEST"})
				tiles(object{"Type": "AT_TRIM_HORIZON"})
				c.pass(300 * time.Millisecond)
			}
		}
		for at := begin; at.Before(time.Now()); at = at.Add(100 * time.Millisecond) {
			tiles(object{"Type": "AT_TIMESTAMP", "Timestamp": at})
		}
	})
}

// untiled says where the ranges of the shards leave a hole or overlap, or "".
func untiled(r *reply) string {
	ends := map[string]string{}
	for i := range r.list("Shards") {
		at := fmt.Sprintf("Shards.%d.HashKeyRange.", i)
		ends[r.str(at+"StartingHashKey")] = r.str(at + "EndingHashKey")
	}
	if len(ends) != len(r.list("Shards")) {
		return "two shards begin alike"
	}
	for start := "0"; ; {
		end, ok := ends[start]
		if !ok {
			return "no shard begins at " + start
		}
		delete(ends, start)
		if end == lastKey {
			break
		}
		n, _ := new(big.Int).SetString(end, 10)
		start = n.Add(n, big.NewInt(1)).String()
	}
	if len(ends) != 0 {
		return fmt.Sprintf("%v overlap", ends)
	}
	return ""
}

// ids are the shards of ListShards.
func (r *reply) ids() (ids []string) {
	for i := range r.list("Shards") {
		ids = append(ids, r.str(fmt.Sprintf("Shards.%d.ShardId", i)))
	}
	return ids
}

// StreamCreationTimestamp tells streams apart that had one name: that of another is
// not found (B).
//
//rule:13 ListShards ListStreamConsumers
func TestStreamCreationTimestampOfAnother(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for op, in := range map[string]object{"ListShards": {"StreamName": "s"}, "ListStreamConsumers": {"StreamARN": c.arn("s")}} {
			c.call(op, with(in, object{"StreamCreationTimestamp": time.Unix(1700000000, 0)})).fails("ResourceNotFoundException", c.notFound("s"))
		}
	})
}

// A split counts one shard more against the account's limit (K).
//
//rule:4 SplitShard
//rule:11 SplitShard
func TestSplitShardAtTheShardLimit(t *testing.T) {
	each(t, func(c *client) {
		c.region = "eu-central-1" // where it is lower than elsewhere
		limit := int(c.must("DescribeLimits", object{}).num("ShardLimit"))
		c.stream("s", limit)
		c.call("SplitShard", splitOf("0", "1000")).failsLike("LimitExceededException", fmt.Sprintf(
			`This request would exceed the shard limit for the account %s in eu-central-1\. Current shard count for the account: %d\. Limit: %d\. `+
				`Number of additional shards that would have resulted from this request: 1\. .*`, c.account, limit, limit))
		c.call("SplitShard", splitOf("0", "0")).failsLike("LimitExceededException", ".*") // before the hash key
		c.must("MergeShards", mergeOf("0", "1")).empty()
		c.active("s")
		c.must("SplitShard", splitOf("2", new(big.Int).Add(c.startOf(2), big.NewInt(9)).String())).empty()
		c.active("s")
		c.gone("s")
	})
}

// startOf is where the hash keys of a shard of stream s begin.
func (c *client) startOf(shard int) *big.Int {
	c.t.Helper()
	r := c.must("ListShards", object{"StreamName": "s", "MaxResults": 1, "ExclusiveStartShardId": shardID(shard - 1)})
	n, _ := new(big.Int).SetString(r.str("Shards.0.HashKeyRange.StartingHashKey"), 10)
	return n
}
