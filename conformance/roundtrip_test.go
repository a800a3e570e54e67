package conformance

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// readAll follows a shard from its beginning until n records were read, and
// returns them as key and data.
func (c *client) readAll(stream string, shard, n int) (records [][2]string, numbers []string) {
	c.t.Helper()
	it := c.iterator(stream, "TRIM_HORIZON", object{"ShardId": shardID(shard)})
	c.until(fmt.Sprintf("%d records are read", n), func() bool {
		r := c.records(it)
		for i := range r.list("Records") {
			at := fmt.Sprintf("Records.%d.", i)
			records = append(records, [2]string{r.str(at + "PartitionKey"), string(r.blob(at + "Data"))})
			numbers = append(numbers, r.str(at+"SequenceNumber"))
		}
		it = r.str("NextShardIterator")
		return len(records) >= n
	})
	return records, numbers
}

// Data of every length comes back to the bit.
//
//rule:10 PutRecord PutRecords GetRecords
func TestDataComesBack(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		var want []string
		for n := 0; n < 300; n += 100 {
			var batch list
			for i := range 100 {
				data := make([]byte, n+i)
				_, _ = rand.Read(data)
				want = append(want, string(data))
				batch = append(batch, object{"PartitionKey": "k", "Data": data})
			}
			c.must("PutRecords", object{"StreamName": "s", "Records": batch})
		}
		got, _ := c.readAll("s", 0, len(want))
		for i := range want {
			if got[i][1] != want[i] {
				c.t.Fatalf("data of %d bytes: %x, put %x", i, got[i][1], want[i])
			}
		}
	})
}

// Keys of any characters come back, and go by their UTF-8 bytes (K).
//
//rule:10 PutRecord PutRecords GetRecords
func TestKeysComeBack(t *testing.T) {
	keys := []string{`"`, `\`, "/", "<a>&amp;", "\u2028\u2029", "\x00", "\x1f\x7f", "\t\n\r\b\f", "🦊", "é", "e\u0301", "\ufffd", "\ufeff",
		"𐀀\U0010ffff", " ", strings.Repeat("\\\"", 100), strings.Repeat("🦊", 64)}
	each(t, func(c *client) {
		c.stream("s", 1)
		for _, key := range keys {
			c.put("s", key, []byte(key))
		}
		var batch list
		for _, key := range keys {
			batch = append(batch, object{"PartitionKey": key, "Data": []byte(key)})
		}
		c.must("PutRecords", object{"StreamName": "s", "Records": batch})
		got, _ := c.readAll("s", 0, 2*len(keys))
		for i := range 2 * len(keys) {
			if want := keys[i%len(keys)]; got[i] != [2]string{want, want} {
				c.t.Errorf("key %q came back as %q, its data as %q", want, got[i][0], got[i][1])
			}
		}
	})
}

// JSON may escape what it need not, and split a character in two escapes.
//
//rule:1.7 *
func TestEscapedJSON(t *testing.T) {
	c := newClient(t, asJSON)
	c.stream("s", 1)
	body := `{ "\u0053treamName" : "\u0073" , "PartitionKey":"\ud83e\udd8a\u00e9\/\"", "Data":"\u0061GVs\/G8=" }`
	if r := c.send("PutRecord", []byte(body)); r.status != 200 {
		t.Fatalf("%s: %s", body, r.printable())
	}
	got, _ := c.readAll("s", 0, 1)
	if want := [2]string{`🦊é/"`, "hel\xfc\x6f"}; got[0] != want {
		t.Errorf("got %q, want %q", got[0], want)
	}
}

// Writers and readers at once: every record is read exactly once, each writer's
// in order, in order of their numbers.
//
//rule:9 GetRecords
func TestReadingWhileWriting(t *testing.T) {
	const writers, batches, size = 4, 25, 20
	each(t, func(c *client) {
		c.stream("s", 1)
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for b := range batches {
					var batch list
					for i := range size {
						batch = append(batch, object{"PartitionKey": fmt.Sprint(w), "Data": fmt.Appendf(nil, "%d %06d", w, b*size+i)})
					}
					if r := c.call("PutRecords", object{"StreamName": "s", "Records": batch}); r.status != 200 || r.num("FailedRecordCount") != 0 {
						c.t.Errorf("writer %d: %s", w, r.printable())
					}
				}
			})
		}
		records, numbers := c.readAll("s", 0, writers*batches*size)
		wait.Wait()
		seen, last := map[string]bool{}, ""
		for i, r := range records {
			if seen[r[1]] || numbers[i] <= last {
				c.t.Errorf("record %d, %q, number %s: doubled or out of order", i, r[1], numbers[i])
			}
			seen[r[1]], last = true, numbers[i]
		}
		if len(seen) != writers*batches*size {
			c.t.Errorf("%d records read, %d put", len(seen), writers*batches*size)
		}
	})
}

// One key's records keep the order of the calls that put them (D).
//
//rule:10 PutRecord PutRecords
func TestOrderOfAKey(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 4)
		var shard string
		for i := range 50 {
			shard, _ = c.put("s", "alice", fmt.Appendf(nil, "%03d", i))
		}
		var n int
		if _, err := fmt.Sscanf(shard, "shardId-%d", &n); err != nil {
			c.t.Fatal(err)
		}
		got, _ := c.readAll("s", n, 50)
		for i, r := range got {
			if r[1] != fmt.Sprintf("%03d", i) {
				c.t.Fatalf("record %d of alice is %q", i, r[1])
			}
		}
	})
}

// A default page of ListStreams has 100 names (B).
//
//rule:6 ListStreams
func TestListStreamsDefaultPage(t *testing.T) {
	each(t, func(c *client) {
		var want []string
		for i := range 103 {
			want = append(want, fmt.Sprintf("s%03d", i))
			c.must("CreateStream", object{"StreamName": want[i], "ShardCount": 1})
		}
		first := c.must("ListStreams", object{"Limit": 10000})
		rest := c.must("ListStreams", object{"NextToken": first.str("NextToken")})
		got := fmt.Sprint(slices.Concat(first.list("StreamNames"), rest.list("StreamNames")))
		if len(first.list("StreamNames")) != 100 || got != fmt.Sprint(want) {
			c.t.Errorf("%d names on the first page; in all %s", len(first.list("StreamNames")), got)
		}
	})
}

// The largest request of each encoding passes: 500 records that fill 10 MiB.
//
//rule:1.1 PutRecords
func TestLargestRequest(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		each := 10<<20/500 - 1
		batch := make(list, 500)
		for i := range batch {
			batch[i] = object{"PartitionKey": "k", "Data": bytes.Repeat([]byte{byte(i)}, each)}
		}
		r := c.must("PutRecords", object{"StreamName": "s", "Records": batch})
		if n := r.num("FailedRecordCount"); n != 0 {
			c.t.Errorf("%d failed", n)
		}
		got, _ := c.readAll("s", 0, 500)
		for i := range got {
			if got[i][1] != strings.Repeat(string([]byte{byte(i)}), each) {
				c.t.Fatalf("record %d came back changed", i)
			}
		}
	})
}
