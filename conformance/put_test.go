package conformance

import (
	"crypto/md5"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

const beyond = "340282366920938463463374607431768211456" // 2^128

// The members of the replies; EncryptionType only with KMS (B, L).
//
//rule:5 PutRecord PutRecords
func TestPutOutputs(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.must("PutRecord", with(named["PutRecord"], object{"StreamName": "s"})).members("", "ShardId", "SequenceNumber")
		r := c.must("PutRecords", with(named["PutRecords"], object{"StreamName": "s"}))
		r.members("", "FailedRecordCount", "Records")
		r.members("Records.0", "ShardId", "SequenceNumber")
		if n := r.num("FailedRecordCount"); n != 0 {
			c.t.Errorf("FailedRecordCount %d", n)
		}
	})
}

// Records go by the MD5 of the partition key's UTF-8 bytes, as an unsigned
// number (K).
//
//rule:10 PutRecord PutRecords
func TestRouting(t *testing.T) {
	const shards = 5
	size := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(shards))
	each(t, func(c *client) {
		c.stream("s", shards)
		var records list
		var want []string
		for i := range 40 {
			key := fmt.Sprintf("key é %d", i)
			sum := md5.Sum([]byte(key))
			n := new(big.Int).Div(new(big.Int).SetBytes(sum[:]), size).Int64()
			want = append(want, shardID(int(min(n, shards-1))))
			records = append(records, object{"PartitionKey": key, "Data": []byte{byte(i)}})
		}
		r := c.must("PutRecords", object{"StreamName": "s", "Records": records})
		for i := range records {
			if got := r.str(fmt.Sprintf("Records.%d.ShardId", i)); got != want[i] {
				c.t.Errorf("record %d went to %s, want %s", i, got, want[i])
			}
		}
		if got, _ := c.put("s", "key é 0", nil2empty(nil)); got != want[0] {
			c.t.Errorf("PutRecord went to %s, want %s", got, want[0])
		}
	})
}

// nil2empty is data that is there and has no bytes.
func nil2empty(b []byte) []byte { return append([]byte{}, b...) }

// ExplicitHashKey wins over the partition key, to the last key of a range (K).
//
//rule:10 PutRecord PutRecords
func TestExplicitHashKey(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		f := func(key string, want int) {
			c.t.Helper()
			if got, _ := c.put2("s", key); got != shardID(want) {
				c.t.Errorf("hash key %s went to %s, want %s", key, got, shardID(want))
			}
			r := c.must("PutRecords", object{"StreamName": "s", "Records": list{object{"PartitionKey": "a", "Data": []byte{}, "ExplicitHashKey": key}}})
			if got := r.str("Records.0.ShardId"); got != shardID(want) {
				c.t.Errorf("hash key %s went to %s, want %s", key, got, shardID(want))
			}
		}
		f("0", 0)
		f("170141183460469231731687303715884105727", 0)
		f("170141183460469231731687303715884105728", 1)
		f("340282366920938463463374607431768211455", 1)
	})
}

// From 2^128 on a hash key is refused; in PutRecords one such entry fails the
// whole call, and nothing is put (K).
//
//rule:10 PutRecord PutRecords
func TestExplicitHashKeyOutOfRange(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		for _, key := range []string{beyond, strings.Repeat("9", 39)} {
			text := "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " + key
			c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": []byte{}, "ExplicitHashKey": key}).
				fails("InvalidArgumentException", text)
			c.call("PutRecords", object{"StreamName": "s", "Records": list{
				object{"PartitionKey": "k", "Data": []byte("good")},
				object{"PartitionKey": "k", "Data": []byte{}, "ExplicitHashKey": key},
			}}).fails("InvalidArgumentException", text)
		}
		if n := len(c.records(c.iterator("s", "TRIM_HORIZON", nil)).list("Records")); n != 0 {
			c.t.Errorf("%d records of refused calls", n)
		}
	})
}

// The order of checks: stream, then hash key, then ordering (K).
//
//rule:4 PutRecord
func TestPutRecordOrder(t *testing.T) {
	each(t, func(c *client) {
		in := object{"StreamName": "none", "PartitionKey": "k", "Data": []byte{}, "ExplicitHashKey": beyond, "SequenceNumberForOrdering": "1" + strings.Repeat("0", 100)}
		c.call("PutRecord", in).fails("ResourceNotFoundException", c.notFound("none"))
		c.stream("s", 1)
		c.call("PutRecord", with(in, object{"StreamName": "s"})).failsLike("InvalidArgumentException", `Invalid ExplicitHashKey\..*`)
		c.call("PutRecord", with(in, object{"StreamName": "s", "ExplicitHashKey": nil})).
			failsLike("InvalidArgumentException", `ExclusiveMinimumSequenceNumber .* is invalid\.`)
		c.call("PutRecords", object{"StreamName": "none", "Records": list{object{"PartitionKey": "k", "Data": []byte{}, "ExplicitHashKey": beyond}}}).
			fails("ResourceNotFoundException", c.notFound("none"))
	})
}

// A record is data and partition key, at most 1 MiB on a new stream (B). The text
// of an oversize one is not established (data-streams.md, section 18).
//
//rule:10 PutRecord PutRecords
func TestRecordSize(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		const most = 1 << 20
		c.put("s", "four", make([]byte, most-4))
		c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "four", "Data": make([]byte, most-3)}).
			oneOf("InvalidArgumentException", "ValidationException")
		c.call("PutRecords", object{"StreamName": "s", "Records": list{
			object{"PartitionKey": "k", "Data": []byte("good")},
			object{"PartitionKey": "four", "Data": make([]byte, most-3)},
		}}).oneOf("InvalidArgumentException", "ValidationException")
		if n := len(c.records(c.iterator("s", "TRIM_HORIZON", nil)).list("Records")); n != 1 {
			c.t.Errorf("%d records, want the one that fits", n)
		}
	})
}

// A stream that was made for larger records takes them, up to 10 MiB (B).
//
//rule:16 CreateStream PutRecord
func TestLargeRecords(t *testing.T) {
	each(t, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "ShardCount": 1, "MaxRecordSizeInKiB": 10240})
		c.until("s takes a record", func() bool {
			return c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, 10<<20-1)}).status == 200
		})
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		if n := len(r.blob("Records.0.Data")); n != 10<<20-1 {
			c.t.Errorf("%d bytes came back", n)
		}
	})
}

// A PutRecords holds 10 MiB in all, keys included (B).
//
//rule:10 PutRecords
func TestPutRecordsSize(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		batch := func(total int) object {
			var records list
			for total > 0 {
				n := min(total, 1<<20)
				records = append(records, object{"PartitionKey": "k", "Data": make([]byte, n-1)})
				total -= n
			}
			return object{"StreamName": "s", "Records": records}
		}
		c.must("PutRecords", batch(10<<20))
		c.call("PutRecords", batch(10<<20+2)).oneOf("InvalidArgumentException", "ValidationException")
	})
}

// The largest count: 500 results in the order of the request (B).
//
//rule:10 PutRecords
func TestFiveHundredRecords(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 2)
		records, want := make(list, 500), map[string]string{}
		for i := range records {
			records[i] = object{"PartitionKey": fmt.Sprint(i), "Data": fmt.Append(nil, i)}
		}
		r := c.must("PutRecords", object{"StreamName": "s", "Records": records})
		if n := len(r.list("Records")); n != 500 || r.num("FailedRecordCount") != 0 {
			c.t.Fatalf("%d results, %d failed", n, r.num("FailedRecordCount"))
		}
		for i, result := range r.list("Records") {
			o := result.(object)
			want[o["ShardId"].(string)+" "+o["SequenceNumber"].(string)] = fmt.Sprint(i)
		}
		for shard := range 2 {
			got := c.records(c.iterator("s", "TRIM_HORIZON", object{"ShardId": shardID(shard)}))
			for i, record := range got.list("Records") {
				place := shardID(shard) + " " + record.(object)["SequenceNumber"].(string)
				if key := record.(object)["PartitionKey"]; want[place] != key {
					c.t.Fatalf("record %d of shard %d has key %v, its result was number %q", i, shard, key, want[place])
				}
				delete(want, place)
			}
		}
		if len(want) != 0 {
			c.t.Errorf("%d records did not come back", len(want))
		}
	})
}

// A partition key has up to 256 characters, of any kind (B).
//
//rule:3.2 PutRecord
func TestLongestPartitionKey(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		key := strings.Repeat("é", 256)
		c.put("s", key, []byte("x"))
		if got := c.records(c.iterator("s", "TRIM_HORIZON", nil)).str("Records.0.PartitionKey"); got != key {
			c.t.Errorf("key %q came back", got)
		}
	})
}
