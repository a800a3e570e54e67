package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// hostileJSON are bodies of PutRecord that no client sends.
var hostileJSON = map[string]string{
	"deep lists":             `{"Data":` + strings.Repeat("[", 200000),
	"deep maps":              strings.Repeat(`{"Data":`, 200000),
	"deep and ended":         `{"X":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`,
	"a long number":          `{"Data":` + strings.Repeat("9", 1<<20) + `}`,
	"a long fraction":        `{"X":0.` + strings.Repeat("1", 1<<20) + `}`,
	"a large exponent":       `{"Data":1e999999999}`,
	"a small exponent":       `{"X":1e-999999999}`,
	"a number cut off":       `{"Data":1e`,
	"a string cut off":       `{"Data":"AAA`,
	"an escape cut off":      `{"Data":"\u12`,
	"a bad escape":           `{"Data":"\x41"}`,
	"bytes that are no text": "{\"PartitionKey\":\"\xff\xfe\"}",
	"a bare control":         "{\"PartitionKey\":\"a\x01\"}",
	"many names":             `{` + strings.Repeat(`"a":1,`, 200000) + `"b":1}`,
	"the same name":          `{"Data":"AA==","Data":true}`,
	"a comma too many":       `{"Data":"AA==",}`,
	"a comment":              `{/**/}`,
	"NaN":                    `{"Data":NaN}`,
	"only space":             "   ",
	"a byte order mark":      "\xef\xbb\xbf{}",
}

// hostileCBOR are the same in CBOR.
var hostileCBOR = map[string]string{
	"deep lists":             "\xbf\x64Data" + strings.Repeat("\x9f", 200000),
	"deep maps":              strings.Repeat("\xbf\x61a", 200000),
	"deep tags":              "\xbf\x64Data" + strings.Repeat("\xc1", 200000) + "\x00\xff",
	"deep and ended":         "\xbf\x61x" + strings.Repeat("\x9f", 100000) + strings.Repeat("\xff", 100000) + "\xff",
	"a list of 2^40":         "\xbf\x67Records\x9b\x00\x00\x01\x00\x00\x00\x00\x00",
	"a list of 2^64 - 1":     "\xbf\x67Records\x9b\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	"a map of 2^64 - 1":      "\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
	"a text of 2^63":         "\xbf\x64Data\x7b\x80\x00\x00\x00\x00\x00\x00\x00\xff",
	"bytes of 2^64 - 1":      "\xbf\x64Data\x5b\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	"bytes of 2^32 - 1":      "\xbf\x64Data\x5a\xff\xff\xff\xff\xff",
	"the largest number":     "\xbf\x64Data\x1b\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	"the smallest number":    "\xbf\x64Data\x3b\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	"NaN":                    "\xbf\x64Data\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00\xff",
	"a half of infinity":     "\xbf\x64Data\xf9\x7c\x00\xff",
	"a piece of a piece":     "\xbf\x64Data\x5f\x5f\x41a\xff\xff\xff",
	"pieces of another kind": "\xbf\x64Data\x5f\x61a\xff\xff",
	"a stop for a value":     "\xbf\x64Data\xff",
	"a reserved head":        "\xbf\x64Data\x1c\xff",
	"an unassigned simple":   "\xbf\x64Data\xf8\xff\xff",
	"undefined":              "\xbf\x64Data\xf7\xff",
	"text that is no text":   "\xbf\x6cPartitionKey\x62\xff\xfe\xff",
	"a list for a name":      "\xbf\x80\x00\xff",
	"the same name":          "\xbf\x64Data\x41a\x64Data\xf5\xff",
	"a big number":           "\xbf\x64Data\xc2\x41\xff\xff",
	"many names":             "\xbf" + strings.Repeat("\x61a\x01", 200000) + "\xff",
}

// Whatever is in a body, it is answered with an error of the client's, soon, and
// the server goes on.
//
//rule:1.4 *
func TestHostileBodies(t *testing.T) {
	for enc, bodies := range map[*encoding]map[string]string{&asJSON: hostileJSON, &asCBOR: hostileCBOR} {
		for name, body := range bodies {
			t.Run(enc.name+"/"+name, func(t *testing.T) {
				c := newClient(t, *enc)
				for _, op := range []string{"PutRecord", "PutRecords", "GetRecords", "CreateStream"} {
					start := time.Now()
					r := c.send(op, []byte(body))
					if r.status != 400 {
						t.Errorf("%s: status %d, %s; want 400", op, r.status, r.printable())
					}
					if took := time.Since(start); took > 5*time.Second {
						t.Errorf("%s: answered after %v", op, took)
					}
				}
			})
		}
	}
}

// A whole request with one byte changed, or cut short, never breaks the server,
// whatever codec reads it.
//
//rule:1.4 *
func TestDamagedBodies(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		in := object{"StreamName": "s", "Records": list{
			object{"PartitionKey": "kéy", "Data": []byte("data"), "ExplicitHashKey": "17"},
			object{"PartitionKey": "k", "Data": bytes.Repeat([]byte("x"), 40)},
		}}
		whole := c.enc.encode(in)
		try := func(body []byte) {
			c.t.Helper()
			if r := c.send("PutRecords", body); r.status != 200 && r.status != 400 {
				c.t.Errorf("body %q: status %d, %s", body, r.status, r.printable())
			}
		}
		for i := range whole {
			try(whole[:max(i, 1)])
			for _, b := range []byte{0x00, '"', '{', '\\', 0x7f, 0xff, 0xbf, whole[i] ^ 0x20, whole[i] ^ 1} {
				damaged := bytes.Clone(whole)
				damaged[i] = b
				try(damaged)
			}
		}
	})
}

// Iterators and tokens are the account's and region's they were given to: others
// cannot use them. What AWS says is not known.
//
//rule:8 GetRecords
//rule:13 ListShards ListStreams
func TestTokensOfOthers(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 3)
		c.put("s", "k", []byte("secret"))
		it := c.iterator("s", "TRIM_HORIZON", nil)
		token := c.must("ListShards", object{"StreamName": "s", "MaxResults": 1}).str("NextToken")
		account, region := *c, *c
		account.account, region.region = newAccount(), "us-east-1"
		for _, other := range []*client{&account, &region} {
			other.stream("s", 3)
			for op, in := range map[string]object{"GetRecords": {"ShardIterator": it}, "ListShards": {"NextToken": token}} {
				if r := other.call(op, in); r.status == 200 {
					c.t.Errorf("%s with another's token: status %d, %s", op, r.status, r.printable())
				}
			}
		}
	})
}

// Numbers of any form that are no integer of the member's are bounded, not
// wrapped around.
//
//rule:2 *
func TestNumbersBeyondALong(t *testing.T) {
	c := newClient(t, asJSON)
	for _, n := range []string{"9223372036854775808", "1e30", "-1e30", "99999999999999999999999999", "2147483648.9"} {
		r := c.send("DescribeStream", []byte(`{"StreamName":"s","Limit":`+n+`}`))
		want := broken("2147483647", "limit", atMost(10000))
		if strings.HasPrefix(n, "-") {
			want = broken("-2147483648", "limit", atLeast(1))
		}
		r.invalid(want)
	}
	r := c.send("GetShardIterator", fmt.Appendf(nil, `{"StreamName":"s","ShardId":"0","ShardIteratorType":"AT_TIMESTAMP","Timestamp":%s}`, "1e300"))
	if r.status != 400 {
		t.Errorf("a timestamp of 1e300: status %d, %s", r.status, r.printable())
	}
}
