package streams

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"pgregory.net/rapid"
)

var otherCaller = access.Dev("999999999999", testRegion)

func at(kind kinesis.ShardFilterType, t time.Time) *kinesis.ShardFilter {
	return &kinesis.ShardFilter{Type: &kind, Timestamp: &t}
}

func of(kind kinesis.ShardFilterType) *kinesis.ShardFilter { return &kinesis.ShardFilter{Type: &kind} }

// Section 13, the table of filters, on a split followed by a merge.
func TestListShardsFilters(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		begin := time.Now()
		r.create("orders", 2)
		later(time.Hour)
		r.split("orders", 0) // 0 → 2, 3
		split := time.Now()
		later(time.Hour)
		r.merge("orders", 3, 1) // 3, 1 → 4
		merged := time.Now()
		later(time.Hour)

		f := func(filter *kinesis.ShardFilter, want ...uint32) {
			t.Helper()
			var wantIDs []string
			for _, n := range want {
				wantIDs = append(wantIDs, shardID(n))
			}
			wantList(t, ids(r.shards("orders", filter)), wantIDs...)
		}
		const (
			atTime, fromTime = kinesis.ShardFilterTypeAtTimestamp, kinesis.ShardFilterTypeFromTimestamp
			milli            = time.Millisecond
		)
		f(nil, 0, 1, 2, 3, 4)
		f(of(kinesis.ShardFilterTypeFromTrimHorizon), 0, 1, 2, 3, 4)
		f(of(kinesis.ShardFilterTypeAtTrimHorizon), 0, 1)
		f(of(kinesis.ShardFilterTypeAtLatest), 2, 4)
		f(&kinesis.ShardFilter{Type: new(kinesis.ShardFilterTypeAfterShardId), ShardId: new("x-2")}, 3, 4)
		f(at(atTime, begin.Add(-time.Hour)), 0, 1)
		f(at(atTime, begin), 0, 1)
		f(at(atTime, split.Add(-milli)), 0, 1)
		f(at(atTime, split), 1, 2, 3) // the parent is not there together with its children
		f(at(atTime, merged.Add(-milli)), 1, 2, 3)
		f(at(atTime, merged), 2, 4)
		f(at(atTime, merged.Add(24*time.Hour)), 2, 4)
		f(at(fromTime, begin.Add(-time.Hour)), 0, 1, 2, 3, 4)
		f(at(fromTime, split), 0, 1, 2, 3, 4)
		f(at(fromTime, split.Add(milli)), 1, 2, 3, 4)
		f(at(fromTime, merged.Add(milli)), 2, 4)
		f(at(fromTime, merged.Add(24*time.Hour)), 2, 4)

		// 24 hours later what was closed has expired, bit by bit.
		later(22*time.Hour + milli)
		f(nil, 1, 2, 3, 4)
		f(of(kinesis.ShardFilterTypeAtTrimHorizon), 1, 2, 3)
		f(at(atTime, begin), 1, 2, 3) // older than the horizon means the horizon
		later(time.Hour)
		f(nil, 2, 4)
		f(of(kinesis.ShardFilterTypeAtTrimHorizon), 2, 4)
		f(at(atTime, begin), 2, 4)
	})
}

func TestListShardsFilterMembers(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		f := func(filter *kinesis.ShardFilter, message string) {
			t.Helper()
			_, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders"), ShardFilter: filter})
			wantError(t, err, invalid, message)
		}
		f(of(kinesis.ShardFilterTypeAfterShardId), "ShardFilter of type AFTER_SHARD_ID requires ShardId.")
		f(of(kinesis.ShardFilterTypeAtTimestamp), "ShardFilter of type AT_TIMESTAMP requires Timestamp.")
		f(of(kinesis.ShardFilterTypeFromTimestamp), "ShardFilter of type FROM_TIMESTAMP requires Timestamp.")
		f(at(kinesis.ShardFilterTypeAtLatest, time.Now()), "ShardFilter of type AT_LATEST does not allow Timestamp.")
		f(&kinesis.ShardFilter{Type: new(kinesis.ShardFilterTypeFromTrimHorizon), ShardId: new("0")}, "ShardFilter of type FROM_TRIM_HORIZON does not allow ShardId.")
	})
}

// Section 12: whatever the history, and whatever instant is asked for, the
// shards that were open then divide the ring; a shard whose children are listed
// has an EndingSequenceNumber; a child's numbers lie above its parents'.
func TestLineageTilesAtEveryInstant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctestRun(t, rt, func(r *rig) {
			instants := r.randomHistory(rt)
			for _, kind := range []kinesis.ShardFilterType{kinesis.ShardFilterTypeAtLatest, kinesis.ShardFilterTypeAtTrimHorizon} {
				wantTiling(rt, string(kind), r.shards("orders", of(kind)))
			}
			for _, when := range instants {
				for _, d := range []time.Duration{-time.Second, -time.Millisecond, 0, time.Millisecond, time.Second} {
					list := r.shards("orders", at(kinesis.ShardFilterTypeAtTimestamp, when.Add(d)))
					wantTiling(rt, fmt.Sprint(when, d), list)
				}
			}
			wantFamily(rt, r.shards("orders", nil))
		})
	})
}

// synctestRun runs fn in a bubble of its own: rapid tries many.
func synctestRun(t *testing.T, rt *rapid.T, fn func(*rig)) {
	var failure any
	synctest.Test(t, func(t *testing.T) {
		defer func() { failure = recover() }() // rapid unwinds with a panic, which must not leave the bubble
		r := newRig(t, Options{})
		r.create("orders", rapid.Int32Range(1, 5).Draw(rt, "shards"))
		fn(r)
	})
	switch {
	case failure == nil:
	case fmt.Sprintf("%T", failure) == "rapid.invalidData":
		panic(failure) // at a line of its own: rapid tells a failure by where it is from, and this is none
	default:
		panic(failure)
	}
}

// randomHistory splits and merges now and then, some of it within one
// millisecond or one second, some over days. It returns when something happened.
func (r *rig) randomHistory(rt *rapid.T) []time.Time {
	instants := []time.Time{time.Now()}
	for range rapid.IntRange(0, 12).Draw(rt, "reshards") {
		later(rapid.SampledFrom([]time.Duration{0, time.Millisecond, 400 * time.Millisecond, time.Minute, 5 * time.Hour}).Draw(rt, "pause"))
		r.randomReshard(rt)
		instants = append(instants, time.Now())
	}
	return instants
}

// randomReshard splits a shard or merges two.
func (r *rig) randomReshard(rt *rapid.T) {
	st := r.stream("orders")
	i := rapid.IntRange(0, len(st.ring)-1).Draw(rt, "shard")
	sh := st.ring[i]
	switch {
	case i+1 < len(st.ring) && rapid.Bool().Draw(rt, "merge"):
		r.merge("orders", sh.number, st.ring[i+1].number)
	case sh.Keys.End.hi-sh.Keys.Start.hi > 2:
		r.split("orders", sh.number)
	}
}

// wantTiling is the KCL's isHashRangeOfShardsComplete.
func wantTiling(t rapid.TB, what string, shards []kinesis.Shard) {
	t.Helper()
	start := func(sh kinesis.Shard) hashKey { k, _ := parseHashKey(*sh.HashKeyRange.StartingHashKey); return k }
	end := func(sh kinesis.Shard) hashKey { k, _ := parseHashKey(*sh.HashKeyRange.EndingHashKey); return k }
	slices.SortFunc(shards, func(a, b kinesis.Shard) int { return start(a).compare(start(b)) })
	next := hashKey{}
	for _, sh := range shards {
		if start(sh) != next {
			t.Fatalf("%s: %s begins at %s, want %s; %v", what, *sh.ShardId, start(sh), next, ids(shards))
		}
		next = end(sh).next()
	}
	if len(shards) == 0 || next != (hashKey{}) {
		t.Fatalf("%s: the ring ends at %s; %v", what, next, ids(shards))
	}
}

func wantFamily(t rapid.TB, shards []kinesis.Shard) {
	t.Helper()
	if !slices.IsSortedFunc(shards, func(a, b kinesis.Shard) int { return cmp.Compare(*a.ShardId, *b.ShardId) }) {
		t.Fatalf("not sorted: %v", ids(shards))
	}
	byID := map[string]kinesis.Shard{}
	for _, sh := range shards {
		byID[*sh.ShardId] = sh
	}
	for _, sh := range shards {
		for _, id := range []*string{sh.ParentShardId, sh.AdjacentParentShardId} {
			if id == nil {
				continue
			}
			parent, ok := byID[*id]
			if !ok {
				continue // expired
			}
			end := parent.SequenceNumberRange.EndingSequenceNumber
			if end == nil {
				t.Fatalf("%s has children and no end", *id)
			}
			if *end >= *sh.SequenceNumberRange.StartingSequenceNumber {
				t.Fatalf("%s begins at %s, its parent ends at %s", *sh.ShardId, *sh.SequenceNumberRange.StartingSequenceNumber, *end)
			}
		}
	}
}

// Section 7: children are created exactly one second after the parents close;
// both parents of a merge have the same closing time.
func TestNumbersAcrossAReshard(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		later(90 * time.Second)
		r.merge("orders", 0, 1)
		st := r.stream("orders")
		child, _ := parseSequenceNumber(st.shard(2).starting().String())
		for _, sh := range []*shard{st.shard(0), st.shard(1)} {
			end, _ := parseSequenceNumber(sh.ending().String())
			wantEqual(t, end.index, 1<<63-1, "the ending index")
			wantEqual(t, int64(end.arrival), time.Now().Unix(), "the closing second")
			wantEqual(t, child.created, end.arrival+1, "the child's creation")
		}
	})
}

// Section 13: the pages of a listing show one instant, though the stream is
// resharded between them; a token names the stream by itself.
func TestListShardsPagesAgree(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 6)
		for _, filter := range []*kinesis.ShardFilter{nil, of(kinesis.ShardFilterTypeAtLatest), at(kinesis.ShardFilterTypeAtTimestamp, time.Now().Add(time.Hour))} {
			want := r.shards("orders", filter)
			in := &kinesis.ListShardsInput{StreamName: new("orders"), ShardFilter: filter, MaxResults: new(int32(2))}
			var got []kinesis.Shard
			for {
				out, err := r.ListShards(r.ctx(), testCaller, in)
				must(t, 0, err)
				got = append(got, out.Shards...)
				if out.NextToken == nil {
					break
				}
				if len(out.Shards) != 2 {
					t.Fatalf("a page of %d", len(out.Shards))
				}
				later(time.Second)
				ring := r.stream("orders").ring
				r.split("orders", ring[len(ring)-1].number)
				in = &kinesis.ListShardsInput{NextToken: out.NextToken, MaxResults: new(int32(2))}
			}
			wantList(t, ids(got), ids(want)...)
			for i := range got {
				wantEqual(t, got[i].SequenceNumberRange.EndingSequenceNumber == nil, want[i].SequenceNumberRange.EndingSequenceNumber == nil, "being open")
			}
		}
	})
}

func TestListShardsTokens(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 3)
		out, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders"), MaxResults: new(int32(1))})
		token := must(t, out, err).NextToken
		list := func(in kinesis.ListShardsInput) error {
			in.NextToken = token
			_, err := r.ListShards(r.ctx(), testCaller, &in)
			return err
		}
		must(t, 0, list(kinesis.ListShardsInput{StreamId: new("ignored")}))
		wantError(t, list(kinesis.ListShardsInput{StreamARN: new(r.stream("orders").arn())}), invalid, "NextToken and StreamName cannot be provided together.")
		wantError(t, list(kinesis.ListShardsInput{ExclusiveStartShardId: new("0")}), invalid, "NextToken and ExclusiveStartShardId cannot be provided together.")
		wantError(t, list(kinesis.ListShardsInput{StreamCreationTimestamp: new(time.Now())}), invalid, "NextToken and StreamCreationTimestamp cannot be provided together.")
		_, err = r.ListShards(r.ctx(), otherCaller, &kinesis.ListShardsInput{NextToken: token})
		wantError(t, err, notFound, "Stream orders under account 999999999999 not found.")

		later(300 * time.Second)
		must(t, 0, list(kinesis.ListShardsInput{}))
		later(time.Millisecond)
		wantError(t, list(kinesis.ListShardsInput{}), "ExpiredNextTokenException",
			"NextToken expired. The token was created at time Sat Jan 01 00:00:00 UTC 2000 while right now it is Sat Jan 01 00:05:00 UTC 2000 "+
				"which is further in the future than the tolerated delay of 300000 milliseconds.")
		for _, bad := range []string{"x", r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest), r.tokens.nextStreams("a", now())} {
			_, err := r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{NextToken: &bad})
			wantError(t, err, invalid, "Invalid NextToken.")
		}
	})
}

// Section 13: StreamCreationTimestamp picks among streams of one name.
func TestListShardsByCreation(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		old := time.Now()
		r.delete("orders")
		later(time.Minute)
		r.create("orders", 2)
		list := func(at time.Time) (*kinesis.ListShardsOutput, error) {
			return r.ListShards(r.ctx(), testCaller, &kinesis.ListShardsInput{StreamName: new("orders"), StreamCreationTimestamp: &at})
		}
		out, err := list(time.Now())
		wantEqual(t, len(must(t, out, err).Shards), 2, "shards")
		_, err = list(old)
		wantError(t, err, notFound, say(streamGone))
	})
}
