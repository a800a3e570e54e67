package streams

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseHashKey(t *testing.T) {
	f := func(s string, want hashKey, ok bool) {
		t.Helper()
		got, gotOK := parseHashKey(s)
		if gotOK != ok || ok && got != want {
			t.Errorf("parseHashKey(%s) = %v, %v", s, got, gotOK)
		}
		if ok && got.String() != s {
			t.Errorf("%s is written %s", s, got)
		}
	}
	f("0", hashKey{}, true)
	f("18446744073709551616", hashKey{1, 0}, true)
	f("340282366920938463463374607431768211455", maxHashKey, true)
	f("340282366920938463463374607431768211456", hashKey{}, false)
	f("999999999999999999999999999999999999999", hashKey{}, false)
	f("", hashKey{}, false)
	f("-1", hashKey{}, false)
}

// Section 10: the MD5 of the key's UTF-8 bytes, big end first.
func TestHashOf(t *testing.T) {
	f := func(key, md5 string) {
		t.Helper()
		want, _ := new(big.Int).SetString(md5, 16)
		if got := hashOf(key).String(); got != want.String() {
			t.Errorf("hashOf(%q) = %s, want %s", key, got, want)
		}
	}
	f("", "d41d8cd98f00b204e9800998ecf8427e")
	f("a", "0cc175b9c0f1b6a831c399e269772661")
	f("é", "66ddcd97cfdeabb2f6fb8a999b4bc76f")
	if n := testing.AllocsPerRun(100, func() { hashOf("a partition key of more than 32 bytes, so that a copy would show") }); n != 0 {
		t.Errorf("hashOf allocates %v times", n)
	}
}

// Section 6: n shards of floor(2^128/n) keys; the last takes the remainder.
func TestEvenRangesTileTheRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3000).Draw(t, "n")
		ranges := evenRanges(n)
		size := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(int64(n)))
		for i, r := range ranges {
			if want := new(big.Int).Mul(size, big.NewInt(int64(i))); r.Start.String() != want.String() {
				t.Fatalf("range %d of %d begins at %s, want %s", i, n, r.Start, want)
			}
			if i > 0 && r.Start != ranges[i-1].End.next() {
				t.Fatalf("range %d of %d does not follow the one before", i, n)
			}
		}
		if ranges[n-1].End != maxHashKey {
			t.Fatalf("the last of %d ends at %s", n, ranges[n-1].End)
		}
	})
}

func TestShardAtIsTheOneWhoseRangeHasTheKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shards []*shard
		for i, keys := range evenRanges(rapid.IntRange(1, 50).Draw(t, "n")) {
			shards = append(shards, newShard(uint32(i), shardDocument{State: open, Keys: keys}))
		}
		st := newStream(streamKey{}, [16]byte{}, streamDocument{}, shards)
		near := rapid.SampledFrom(shards).Draw(t, "shard")
		word := rapid.Uint64()
		key := rapid.SampledFrom([]hashKey{near.Keys.Start, near.Keys.End, {word.Draw(t, "hi"), word.Draw(t, "lo")}}).Draw(t, "key")
		sh := st.shardAt(key)
		if key.less(sh.Keys.Start) || sh.Keys.End.less(key) {
			t.Fatalf("%s goes to %+v", key, sh.Keys)
		}
	})
}

// Section 4: shard ids are read loosely.
func TestParseShardID(t *testing.T) {
	f := func(id string, want uint32, ok bool) {
		t.Helper()
		if got, gotOK := parseShardID(id); got != want || gotOK != ok {
			t.Errorf("parseShardID(%q) = %d, %v", id, got, gotOK)
		}
	}
	f("shardId-000000000000", 0, true)
	f("shardId-0", 0, true)
	f("anything-1", 1, true)
	f("-0002", 2, true)
	f("2", 2, true)
	f("shardId-2147483647", 2147483647, true)
	f("shardId-2147483648", 0, false)
	f("shardId-00000000002147483647", 2147483647, true)
	f("shardId-", 0, false)
	f("", 0, false)
	f("shard", 0, false)
	f("a-b-1", 0, false)
	f("shardId-1.5", 0, false)
	f("shardId-99999999999999999999999", 0, false)
}
