package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

const (
	halfKey = "170141183460469231731687303715884105727" // the last hash key of the first of two shards
	lastKey = "340282366920938463463374607431768211455"
)

// splitOf is SplitShard's input for stream s.
func splitOf(shard, key string) object {
	return object{"StreamName": "s", "ShardToSplit": shard, "NewStartingHashKey": key}
}

// mergeOf is MergeShards' input for stream s.
func mergeOf(first, second string) object {
	return object{"StreamName": "s", "ShardToMerge": first, "AdjacentShardToMerge": second}
}

// child holds a shard of ListShards to its range and its parents.
func (r *reply) child(at int, start, end string, parents ...string) {
	r.t.Helper()
	shard := fmt.Sprintf("Shards.%d.", at)
	if got := r.str(shard+"HashKeyRange.StartingHashKey") + "-" + r.str(shard+"HashKeyRange.EndingHashKey"); got != start+"-"+end {
		r.t.Errorf("shard %d has the hash keys %s, want %s-%s", at, got, start, end)
	}
	names := []string{"ParentShardId", "AdjacentParentShardId"}
	for i, name := range names {
		if i >= len(parents) {
			if r.has(shard + name) {
				r.t.Errorf("shard %d has an %s", at, name)
			}
		} else if got := r.str(shard + name); got != parents[i] {
			r.t.Errorf("%s of shard %d is %s, want %s", name, at, got, parents[i])
		}
	}
}

// A split gives two children of one parent, the second of which begins at
// NewStartingHashKey; the parent stays listed and has an end (K). The output is
// empty (B).
//
//rule:11 SplitShard ListShards
func TestSplitShard(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		c.must("SplitShard", splitOf(shardID(0), "1000")).empty()
		c.active("s")
		r := c.must("ListShards", object{"StreamName": "s"}).lists(span(0, 4))
		r.child(0, "0", halfKey)
		r.child(2, "0", "999", shardID(0))
		r.child(3, "1000", halfKey, shardID(0))
		for at, ended := range []bool{true, false, false, false} {
			if r.has(fmt.Sprintf("Shards.%d.SequenceNumberRange.EndingSequenceNumber", at)) != ended {
				c.t.Errorf("shard %d: a closed shard, and no other, has an EndingSequenceNumber", at)
			}
		}
	})
}

// A merge gives one child, which names the two parents in the order of the request
// (K); by ARN too (B).
//
//rule:11 MergeShards ListShards
func TestMergeShards(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		c.must("MergeShards", with(mergeOf(shardID(0), shardID(1)), object{"StreamName": nil, "StreamARN": c.arn("s")})).empty()
		c.active("s")
		c.must("ListShards", object{"StreamName": "s"}).lists(span(0, 3)).child(2, "0", lastKey, shardID(0), shardID(1))
	})
}

// At a shard's end NextShardIterator is absent and ChildShards are there, each with
// its parents; a single read from LATEST suffices (C).
//
//rule:9 GetRecords
//rule:12 GetRecords
func TestShardEnd(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		c.put("s", "k", []byte("a"))
		c.must("SplitShard", splitOf("0", "1000"))
		c.active("s")
		c.must("MergeShards", mergeOf("3", "1"))
		c.active("s")
		f := func(shard int, children []string, parents ...string) {
			c.t.Helper()
			for _, kind := range []string{"TRIM_HORIZON", "LATEST"} {
				r := c.records(c.iterator("s", kind, object{"ShardId": shardID(shard)}))
				if r.has("NextShardIterator") {
					c.t.Errorf("shard %d has an iterator after its end", shard)
				}
				if got := len(r.list("ChildShards")); got != len(children) {
					c.t.Fatalf("shard %d has %d children, want %v", shard, got, children)
				}
				for i, want := range children {
					at := fmt.Sprintf("ChildShards.%d", i)
					r.members(at, "ShardId", "ParentShards", "HashKeyRange")
					if got := r.str(at + ".ShardId"); got != want {
						c.t.Errorf("child %d of shard %d is %s, want %s", i, shard, got, want)
					}
					if got := fmt.Sprint(r.list(at + ".ParentShards")); got != fmt.Sprint(parents) {
						c.t.Errorf("child %d of shard %d has the parents %s, want %v", i, shard, got, parents)
					}
				}
			}
		}
		f(0, []string{shardID(2), shardID(3)}, shardID(0))
		f(1, []string{shardID(4)}, shardID(3), shardID(1))
		f(3, []string{shardID(4)}, shardID(3), shardID(1))
	})
}

// scale asks for a number of shards.
func (c *client) scale(stream string, target int) *reply {
	c.t.Helper()
	return c.call("UpdateShardCount", object{"StreamName": stream, "TargetShardCount": target, "ScalingType": "UNIFORM_SCALING"})
}

// UpdateShardCount answers with the count before and the target, and leads to
// shards of equal size by splits and merges: each child has one parent or two (B).
// A child is never alone with one parent (C).
//
//rule:11 UpdateShardCount
func TestUpdateShardCount(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		for _, step := range []struct {
			before, target int
			size           string
		}{
			{2, 4, "85070591730234615865843651857942052863"},
			{4, 8, "42535295865117307932921825928971026431"},
			{8, 5, "68056473384187692692674921486353642290"},
			{5, 3, "113427455640312821154458202477256070484"},
			{3, 3, "113427455640312821154458202477256070484"},
		} {
			r := c.scale("s", step.target)
			r.members("", "StreamName", "StreamARN", "CurrentShardCount", "TargetShardCount")
			if r.str("StreamName") != "s" || r.str("StreamARN") != c.arn("s") ||
				r.num("CurrentShardCount") != int64(step.before) || r.num("TargetShardCount") != int64(step.target) {
				c.t.Errorf("%d → %d answers %s", step.before, step.target, r.printable())
			}
			c.active("s")
			open := c.must("ListShards", object{"StreamName": "s", "ShardFilter": object{"Type": "AT_LATEST"}})
			if n := len(open.list("Shards")); n != step.target {
				c.t.Errorf("%d shards are open, want %d", n, step.target)
			}
			for i := range open.list("Shards") {
				if at := fmt.Sprintf("Shards.%d.HashKeyRange.", i); open.str(at+"StartingHashKey") == "0" && open.str(at+"EndingHashKey") != step.size {
					c.t.Errorf("the first of %d ends at %s, want %s", step.target, open.str(at+"EndingHashKey"), step.size)
				}
			}
		}
		children := map[string]int{}
		all := c.must("ListShards", object{"StreamName": "s"})
		for i := range all.list("Shards") {
			at := fmt.Sprintf("Shards.%d.", i)
			if !all.has(at + "ParentShardId") {
				continue
			}
			children[all.str(at+"ParentShardId")]++
			if all.has(at + "AdjacentParentShardId") {
				children[all.str(at+"ParentShardId")] += 10
			}
		}
		for parent, n := range children {
			if n != 2 && n != 11 {
				c.t.Errorf("%s is followed by neither two shards, nor one with another parent", parent)
			}
		}
	})
}

// At most twice, at least half, at most 10,000, ten times in 24 hours (B); the texts
// of the first three (T mhart/kinesalite#48).
//
//rule:11 UpdateShardCount
func TestUpdateShardCountRefuses(t *testing.T) {
	ahead(t, freshet.Options{}, func(c *client) {
		c.scale("s", 3).fails("ResourceNotFoundException", c.notFound("s"))
		c.stream("s", 5)
		c.scale("s", 11).failsLike("LimitExceededException",
			"UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 5,? Target shard count: 11 ?")
		c.scale("s", 2).failsLike("LimitExceededException",
			"UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 5,? Target shard count: 2 ?")
		c.scale("s", 10001).failsLike("LimitExceededException",
			"Target shard count or number of open shards cannot be greater than 10000. Current open shard count: 5,? Target shard count: 10001 ?")
		for i := range 10 {
			c.must("UpdateShardCount", object{"StreamName": "s", "TargetShardCount": 4 + i%2, "ScalingType": "UNIFORM_SCALING"})
			c.active("s")
		}
		c.scale("s", 4).failsLike("LimitExceededException", ".*")
		c.pass(24 * time.Hour)
		c.must("UpdateShardCount", object{"StreamName": "s", "TargetShardCount": 4, "ScalingType": "UNIFORM_SCALING"})
	})
}

// What SplitShard refuses, in AWS's order: an id that cannot be read, before the
// stream is looked for; a shard that does not exist; one that is closed; a key
// outside (K; M for closed).
//
//rule:11 SplitShard
//rule:4 SplitShard
func TestSplitShardRefuses(t *testing.T) {
	each(t, func(c *client) {
		f := func(shard, key, code, text string) {
			c.t.Helper()
			c.call("SplitShard", splitOf(shard, key)).fails(code, text)
		}
		missing := func(id string) string {
			return "Could not find shard " + id + " in stream s under account " + c.account + "."
		}
		f("shardId-x", "0", "ResourceNotFoundException", missing("shardId-x"))
		f("9", "0", "ResourceNotFoundException", c.notFound("s"))
		c.stream("s", 2)
		f("9", "0", "ResourceNotFoundException", missing(shardID(9)))
		for _, key := range []string{"0", "1", halfKey, lastKey} {
			f("any-0000", key, "InvalidArgumentException", "NewStartingHashKey "+key+" used in SplitShard() on shard "+shardID(0)+" in stream s under account "+c.account+
				" is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey "+halfKey+".")
		}
		c.must("SplitShard", splitOf("0", "2"))
		c.active("s")
		f("0", "2", "InvalidArgumentException", "Shard "+shardID(0)+" in stream s under account "+c.account+
			" has already been merged or split, and thus is not eligible for merging or splitting.")
	})
}

// What MergeShards refuses, in AWS's order (K).
//
//rule:11 MergeShards
//rule:4 MergeShards
func TestMergeShardsRefuses(t *testing.T) {
	each(t, func(c *client) {
		f := func(first, second, code, text string) {
			c.t.Helper()
			c.call("MergeShards", mergeOf(first, second)).fails(code, text)
		}
		missing := func(id string) string {
			return "Could not find shard " + id + " in stream s under account " + c.account + "."
		}
		f("x", "y", "ResourceNotFoundException", missing("x"))
		f("9", "y", "ResourceNotFoundException", missing("y"))
		f("9", "8", "ResourceNotFoundException", c.notFound("s"))
		c.stream("s", 3)
		f("9", "8", "ResourceNotFoundException", missing(shardID(9)))
		f("0", "8", "ResourceNotFoundException", missing(shardID(8)))
		for _, pair := range [][2]int{{1, 0}, {0, 2}, {2, 0}, {1, 1}} {
			f(shardID(pair[0]), shardID(pair[1]), "InvalidArgumentException", "Shards "+shardID(pair[0])+" and "+shardID(pair[1])+
				" in stream s under account "+c.account+" are not an adjacent pair of shards eligible for merging")
		}
	})
}

// The capacity of an on-demand stream is not the caller's (M).
//
//rule:11 SplitShard MergeShards
func TestReshardingOnDemandIsRefused(t *testing.T) {
	each(t, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "StreamModeDetails": object{"StreamMode": "ON_DEMAND"}})
		c.active("s")
		text := "Request is invalid. Stream s under account " + c.account + " is in On-Demand mode."
		c.call("SplitShard", splitOf("0", "1000")).fails("ValidationException", text)
		c.call("MergeShards", mergeOf("0", "1")).fails("ValidationException", text)
		c.scale("s", 5).fails("ValidationException", text)
	})
}

// A reshard answers at once: the stream is UPDATING, its parents are open and take
// puts; parents close and children appear together, at the end (K). In any state
// but ACTIVE the stream is in use (K).
//
//rule:11 SplitShard MergeShards ListShards PutRecord
func TestReshardingTakesTime(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: 5 * time.Second}, func(c *client) {
		refused := func(state string) {
			c.t.Helper()
			text := "Stream s under account " + c.account + " not ACTIVE, instead in state " + state
			c.call("SplitShard", splitOf("9", "0")).fails("ResourceInUseException", text)
			c.call("MergeShards", mergeOf("9", "9")).fails("ResourceInUseException", text)
			c.scale("s", 9).fails("ResourceInUseException", text)
		}
		c.must("CreateStream", object{"StreamName": "s", "ShardCount": 1})
		refused("CREATING")
		c.pass(5 * time.Second)
		c.must("SplitShard", splitOf("0", "1000"))
		refused("UPDATING")
		c.must("ListShards", object{"StreamName": "s"}).lists(span(0, 1))
		if shard, _ := c.put("s", "k", []byte("a")); shard != shardID(0) {
			c.t.Errorf("a put in UPDATING went to %s", shard)
		}
		if !c.records(c.iterator("s", "TRIM_HORIZON", nil)).has("NextShardIterator") {
			c.t.Error("the parent has ended before the end of UPDATING")
		}
		c.pass(5 * time.Second)
		c.must("ListShards", object{"StreamName": "s"}).lists(span(0, 3))
		if shard, _ := c.put("s", "k", []byte("b")); shard == shardID(0) {
			c.t.Errorf("a put after UPDATING went to %s", shard)
		}
	})
}
