package streams

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
)

func (r *rig) load(name string) []extapi.Shard {
	r.t.Helper()
	out, err := r.HotShards(r.ctx(), testCaller, name, &extapi.Nothing{})
	return must(r.t, out, err).Shards
}

// putAll puts records with those keys, 500 a call.
func (r *rig) putAll(name string, keys []string, data []byte) {
	r.t.Helper()
	for part := range slices.Chunk(keys, 500) {
		in := &kinesis.PutRecordsInput{StreamName: &name}
		for _, key := range part {
			in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{PartitionKey: new(key), Data: data})
		}
		out, err := r.PutRecords(r.ctx(), testCaller, in)
		must(r.t, out, err)
	}
}

// Keys of a Zipf distribution: the top ones of each shard are found, with their
// shares, although only some records are looked at.
func TestTheHottestKeysAreFound(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		keys, zipf := make([]string, 100_000), rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, 9999)
		count := make([]map[string]float64, 4)
		for i := range count {
			count[i] = map[string]float64{}
		}
		inShard := [4]float64{}
		for i := range keys {
			keys[i] = fmt.Sprintf("customer-%d", zipf.Uint64())
			n := r.stream("orders").shardAt(hashOf(keys[i])).number
			count[n][keys[i]]++
			inShard[n]++
		}
		r.putAll("orders", keys[:500], nil) // so that all shards are known to be written to
		later(measureInterval)
		r.putAll("orders", keys, nil)
		later(measureInterval)
		for n, sh := range r.load("orders") {
			names := []string{}
			for key := range count[n] {
				names = append(names, key)
			}
			slices.SortFunc(names, func(a, b string) int { return int(count[n][b] - count[n][a]) })
			got := map[string]float64{}
			for _, k := range sh.Keys {
				got[k.Key] = k.Share
			}
			for _, key := range names[:3] {
				if want := count[n][key] / inShard[n]; got[key] < want-0.08 || got[key] > want+0.08 {
					t.Errorf("shard %d: key %s has %.3f, want %.3f; found %v", n, key, got[key], want, sh.Keys)
				}
			}
			// Keys that differ by little may change places.
			if first := count[n][sh.Keys[0].Key]; first < 0.7*count[n][names[0]] {
				t.Errorf("shard %d: the hottest key is said to be %s, with %v records; %s has %v",
					n, sh.Keys[0].Key, first, names[0], count[n][names[0]])
			}
		}
	})
}

// Rates and shares are those of the last minute.
func TestTheLoadOfShardsIsShown(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		for _, sh := range r.load("orders") {
			if sh.RecordsPerSecond != 0 || sh.Share != 0 || len(sh.Keys) != 0 {
				t.Errorf("shard %s, into which nothing was put, has %+v", sh.ID, sh)
			}
		}
		later(time.Millisecond) // so that no look falls between two puts
		for range 60 {
			for range 30 {
				r.putAt("orders", hashKey{}, "123456789")
			}
			for range 10 {
				r.putAt("orders", maxHashKey, "123456789")
			}
			later(time.Second)
		}
		got := r.load("orders")
		for i, want := range []extapi.Shard{
			{ID: shardID(0), StartingHashKey: "0", EndingHashKey: "170141183460469231731687303715884105727", RecordsPerSecond: 30, BytesPerSecond: 300, Load: 0.03, Share: 0.75},
			{ID: shardID(1), StartingHashKey: "170141183460469231731687303715884105728", EndingHashKey: "340282366920938463463374607431768211455", RecordsPerSecond: 10, BytesPerSecond: 100, Load: 0.01, Share: 0.25},
		} {
			got := got[i]
			wantEqual(t, len(got.Keys), 1, "the number of keys")
			wantEqual(t, got.Keys[0], extapi.HotKey{Key: "k", Share: 1}, "the key")
			got.Keys, got.Advice = nil, nil
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		}
		later(6 * time.Minute)
		wantEqual(t, len(r.load("orders")[0].Keys), 0, "the number of keys of a shard that has rested")
		if r.stream("orders").shard(0).live.heat.Load() != nil {
			t.Error("a shard that has rested keeps its heat")
		}
	})
}

// A hot shard is to be split where its load is, one that a single key makes hot
// cannot be helped, and neighbours that are cold are to be merged.
func TestAdviceOnShards(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 4)
		first := func(n uint32) hashKey { return r.stream("orders").shard(n).Keys.Start }
		spread, single := []string{}, []string{}
		for i := range 10000 {
			if k := fmt.Sprint("key-", i); first(1).less(hashOf(k)) && hashOf(k).less(hashKey{first(1).hi + 1<<58, 0}) {
				spread = append(spread, k)
			} else if first(0).less(hashOf(k)) && hashOf(k).less(first(1)) && len(single) == 0 {
				single = append(single, k)
			}
		}
		many := []string{}
		for len(many) < 1600 {
			many = append(many, spread[len(many)%len(spread)], single[0])
		}
		for range 70 {
			r.putAll("orders", many, nil)
			later(time.Second)
		}
		load := r.load("orders")
		wantEqual(t, *load[0].Advice, extapi.ShardAdvice{Action: "spread"}, "the advice on the shard of one key")
		wantEqual(t, load[1].Advice.Action, "split", "the advice on the shard of many keys")
		wantEqual(t, *load[2].Advice, extapi.ShardAdvice{Action: "merge", AdjacentShard: shardID(3)}, "the advice on the first that rests")
		if load[3].Advice != nil {
			t.Errorf("the last shard is advised twice: %+v", load[3].Advice)
		}
		at, _ := parseHashKey(load[1].Advice.NewStartingHashKey)
		below := 0
		for _, k := range spread {
			if hashOf(k).less(at) {
				below++
			}
		}
		if share := float64(below) / float64(len(spread)); share < 0.2 || share > 0.8 {
			t.Errorf("the split leaves %.2f of the load on one side", share)
		}
		_, err := r.SplitShard(r.ctx(), testCaller, &kinesis.SplitShardInput{
			StreamName: new("orders"), ShardToSplit: &load[1].ID, NewStartingHashKey: &load[1].Advice.NewStartingHashKey})
		must(t, 0, err)
		_, err = r.MergeShards(r.ctx(), testCaller, &kinesis.MergeShardsInput{
			StreamName: new("orders"), ShardToMerge: &load[2].ID, AdjacentShardToMerge: &load[2].Advice.AdjacentShard})
		must(t, 0, err)
	})
}

// However many shards are written to, their heat takes no more than its bound.
func TestHeatIsBounded(t *testing.T) {
	live := make([]liveShard, heatMost+10)
	var now look
	for i := range live {
		live[i].keepHeat(amount{1, 1}, true, &now)
		if _, known := live[i].rate(); known {
			t.Fatalf("shard %d is known after one look", i)
		}
	}
	wantEqual(t, now.heats, heatMost, "the number of heats")
	if heatMost*heatBytes > 64<<20 || heatMost < 9000 {
		t.Errorf("%d heats take %d bytes", heatMost, heatMost*heatBytes)
	}
	now = look{}
	live[0].keepHeat(amount{}, false, &now)
	if wantEqual(t, now.heats, 0, "the heat of a shard that is closed"); live[0].heat.Load() != nil {
		t.Error("a shard that is closed keeps its heat")
	}
}

// Puts, looks and questions at once: for the race detector.
func TestMeasuringWhileOthersPutAndAsk(t *testing.T) {
	r := newIdleRig(t)
	r.start(Options{})
	r.createOnDemand("orders")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 50 {
				r.putAll("orders", []string{fmt.Sprint(i), fmt.Sprint(j)}, []byte("v"))
				r.put("orders", "hot", "v")
			}
		})
	}
	wg.Go(func() {
		for range 50 {
			r.load("orders")
		}
	})
	live := r.stream("orders").shardAt(hashOf("hot")).live
	now := look{took: time.Second}
	for range 50 { // the looks of Run begin only after ten seconds
		live.keepHeat(amount{1, 1}, true, &now)
	}
	wg.Wait()
	sum := int64(0)
	for n := range uint32(4) {
		sum += r.taken("orders", n).records
	}
	wantEqual(t, sum, 4*50*3, "the number of records")
}

// A shard that has just been made is not said to be cold: nothing is known of it yet.
func TestNoAdviceForShardsThatHaveJustOpened(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.putFor("orders", 900, 2*time.Minute)
		wantEqual(t, r.load("orders")[0].Advice.Action, "split", "advice for a shard that is hot")
		r.split("orders", 0)
		for range 7 {
			for _, sh := range r.load("orders") {
				if sh.Advice != nil {
					t.Fatalf("%s: advice %+v", sh.ID, *sh.Advice)
				}
			}
			r.putFor("orders", 900, 8*time.Second)
		}
	})
}
