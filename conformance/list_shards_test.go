package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// shards lists the ids that a ListShards answers.
func shards(r *reply) []string {
	r.t.Helper()
	ids := []string{}
	for i := range r.list("Shards") {
		ids = append(ids, r.str(fmt.Sprintf("Shards.%d.ShardId", i)))
	}
	return ids
}

// span is the ids of shards from up to and without to.
func span(from, to int) []string {
	ids := []string{}
	for i := from; i < to; i++ {
		ids = append(ids, shardID(i))
	}
	return ids
}

func (r *reply) lists(want []string) *reply {
	r.t.Helper()
	if got := shards(r); fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Errorf("shards %v, want %v", got, want)
	}
	return r
}

// A name or a token, and not both (K).
//
//rule:13 ListShards
func TestListShardsNeedsOneAddress(t *testing.T) {
	each(t, func(c *client) {
		c.call("ListShards", object{}).fails("InvalidArgumentException", "Either NextToken or StreamName should be provided.")
		c.call("ListShards", object{"StreamName": "s", "NextToken": "x"}).
			fails("InvalidArgumentException", "NextToken and StreamName cannot be provided together.")
	})
}

// The shards of a new stream, sorted by id, with the same members as DescribeStream
// gives (B).
//
//rule:13 ListShards
func TestListShards(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 12)
		r := c.must("ListShards", object{"StreamName": "s"}).lists(span(0, 12))
		r.members("", "Shards")
		described := c.must("DescribeStream", object{"StreamName": "s"})
		if got, want := fmt.Sprint(r.get("Shards")), fmt.Sprint(described.get("StreamDescription.Shards")); got != want {
			c.t.Errorf("ListShards %s\nDescribeStream %s", got, want)
		}
	})
}

// NextToken stands alone: it names the stream by itself; only MaxResults may
// come with it (B, C).
//
//rule:13 ListShards
func TestListShardsPages(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 10)
		r := c.must("ListShards", object{"StreamName": "s", "MaxResults": 4}).lists(span(0, 4))
		token := r.str("NextToken")
		second := c.must("ListShards", object{"NextToken": token, "MaxResults": 5}).lists(span(4, 9))
		if last := c.must("ListShards", object{"NextToken": second.str("NextToken")}).lists(span(9, 10)); last.has("NextToken") {
			c.t.Error("the last page has a NextToken")
		}
		c.must("ListShards", object{"NextToken": token}).lists(span(4, 10))
		for _, more := range []object{{"StreamCreationTimestamp": time.Now()}, {"ExclusiveStartShardId": shardID(1)}} {
			c.call("ListShards", with(object{"NextToken": token}, more)).failsLike("InvalidArgumentException", ".*")
		}
	})
}

// A page that ends with the last shard needs no other (B).
//
//rule:13 ListShards
func TestListShardsExactPage(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 4)
		if r := c.must("ListShards", object{"StreamName": "s", "MaxResults": 4}).lists(span(0, 4)); r.has("NextToken") {
			c.t.Error("a NextToken after the last shard")
		}
	})
}

// At most 1000 shards a page, although 10000 may be asked for (B).
//
//rule:13 ListShards
func TestListShardsMostPerPage(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1003)
		for _, in := range []object{{}, {"MaxResults": 10000}} {
			r := c.must("ListShards", with(object{"StreamName": "s"}, in)).lists(span(0, 1000))
			c.must("ListShards", object{"NextToken": r.str("NextToken")}).lists(span(1000, 1003))
		}
	})
}

// A token that was not given by the service is refused (B).
//
//rule:13 ListShards
func TestForgedNextToken(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 3)
		token := c.must("ListShards", object{"StreamName": "s", "MaxResults": 1}).str("NextToken")
		for _, bad := range []string{"x", "AAAA", token + "A", token[1:], c.iterator("s", "LATEST", nil)} {
			c.call("ListShards", object{"NextToken": bad}).failsLike("InvalidArgumentException", ".*")
		}
	})
}

// A token is good for 300 s, then ExpiredNextTokenException (B).
//
//rule:13 ListShards
func TestExpiredNextToken(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.stream("s", 3)
		token := c.must("ListShards", object{"StreamName": "s", "MaxResults": 1}).str("NextToken")
		c.pass(299 * time.Second)
		c.must("ListShards", object{"NextToken": token}).lists(span(1, 3))
		c.pass(2 * time.Second)
		c.call("ListShards", object{"NextToken": token}).failsLike("ExpiredNextTokenException", ".*")
	})
}

// The filters on a stream whose shards are all open. Those of a time before the
// stream begin at the trim horizon (B).
//
//rule:13 ListShards
func TestShardFilters(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 4)
		created := c.must("DescribeStreamSummary", object{"StreamName": "s"}).at("StreamDescriptionSummary.StreamCreationTimestamp")
		f := func(filter object, want []string) {
			c.t.Helper()
			c.must("ListShards", object{"StreamName": "s", "ShardFilter": filter}).lists(want)
		}
		f(object{"Type": "AFTER_SHARD_ID", "ShardId": shardID(1)}, span(2, 4))
		f(object{"Type": "AT_TRIM_HORIZON"}, span(0, 4))
		f(object{"Type": "FROM_TRIM_HORIZON"}, span(0, 4))
		f(object{"Type": "AT_LATEST"}, span(0, 4))
		f(object{"Type": "AT_TIMESTAMP", "Timestamp": time.Now()}, span(0, 4))
		f(object{"Type": "FROM_TIMESTAMP", "Timestamp": created}, span(0, 4))
		f(object{"Type": "FROM_TIMESTAMP", "Timestamp": time.Unix(1, 0)}, span(0, 4))
		c.must("ListShards", object{"StreamName": "s", "ExclusiveStartShardId": shardID(1)}).lists(span(2, 4))
		c.must("ListShards", object{"StreamName": "s", "StreamCreationTimestamp": created}).lists(span(0, 4))
	})
}

// A filter goes on over pages (B).
//
//rule:13 ListShards
func TestShardFilterOverPages(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 6)
		r := c.must("ListShards", object{"StreamName": "s", "MaxResults": 2, "ShardFilter": object{"Type": "AFTER_SHARD_ID", "ShardId": shardID(0)}}).lists(span(1, 3))
		r = c.must("ListShards", object{"NextToken": r.str("NextToken"), "MaxResults": 2}).lists(span(3, 5))
		c.must("ListShards", object{"NextToken": r.str("NextToken")}).lists(span(5, 6))
	})
}

// ShardId only with AFTER_SHARD_ID; Timestamp only, and always, with the two
// TIMESTAMP types (B).
//
//rule:13 ListShards
func TestShardFilterMembers(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for _, filter := range []object{
			{"Type": "AFTER_SHARD_ID"},
			{"Type": "AT_LATEST", "ShardId": shardID(0)},
			{"Type": "AT_TRIM_HORIZON", "ShardId": shardID(0)},
			{"Type": "AT_TIMESTAMP"},
			{"Type": "FROM_TIMESTAMP"},
			{"Type": "AT_LATEST", "Timestamp": time.Now()},
			{"Type": "AFTER_SHARD_ID", "ShardId": shardID(0), "Timestamp": time.Now()},
		} {
			c.call("ListShards", object{"StreamName": "s", "ShardFilter": filter}).failsLike("InvalidArgumentException", ".*")
		}
	})
}
