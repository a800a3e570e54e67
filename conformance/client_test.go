package conformance

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// object and list are what requests are made of, besides string, int, bool,
// []byte, time.Time and nil.
type (
	object map[string]any
	list   []any
)

const target = "Kinesis_20131202."

// encoding is how a body is written.
type encoding struct {
	name        string
	contentType string
	encode      func(object) []byte
	decode      func([]byte) (any, error)
}

var (
	asJSON = encoding{"JSON", "application/x-amz-json-1.1", encodeJSON, decodeJSON}
	asCBOR = encoding{"CBOR", "application/x-amz-cbor-1.1", func(o object) []byte { return encodeCBOR(o) }, decodeCBOR}
)

// each runs body in JSON and in CBOR, in an account of its own each time. JSON
// goes over HTTP/1.1 in clear, CBOR over HTTP/2 and TLS, as it does from Java.
func each(t *testing.T, body func(c *client)) {
	t.Helper()
	for _, e := range []encoding{asJSON, asCBOR} {
		t.Run(e.name, func(t *testing.T) { body(newClient(t, e)) })
	}
}

// client speaks to the server in one encoding, as one account.
type client struct {
	t       testing.TB
	enc     encoding
	http    *http.Client
	url     string
	account string
	region  string
}

func newClient(t testing.TB, e encoding) *client {
	c := &client{t: t, enc: e, http: http.DefaultClient, url: endpoint, account: newAccount(), region: "eu-west-1"}
	if e.name == asCBOR.name && secureEndpoint != "" {
		c.http, c.url = secureClient(), secureEndpoint
	}
	return c
}

// secureClient is what CBOR's clients share: few connections, many calls.
var secureClient = sync.OnceValue(func() *http.Client { c, _ := overTLS.client(); return c })

// newAccount returns an account that no other test uses: any key of 12 digits
// is one.
func newAccount() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1e11))
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%012d", n.Int64()+1e11)
}

// call makes one signed request and checks what holds for every reply.
func (c *client) call(op string, in object) *reply {
	c.t.Helper()
	return c.send(op, c.enc.encode(in))
}

// send is call with a body that is already encoded.
func (c *client) send(op string, body []byte) *reply {
	c.t.Helper()
	r := c.do(c.request(target+op, body))
	r.wellFormed(c.enc.contentType)
	r.timestamps()
	return r
}

// request makes a signed request that can still be spoiled.
func (c *client) request(target string, body []byte) *http.Request {
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", c.enc.contentType)
	req.Header.Set("X-Amz-Target", target)
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: c.account, SecretAccessKey: "secret"}
	err = v4.NewSigner().SignHTTP(c.t.Context(), key, req, hex.EncodeToString(sum[:]), "kinesis", c.region, time.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	return req
}

// do makes a request as it is.
func (c *client) do(req *http.Request) *reply {
	c.t.Helper()
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return &reply{t: c.t, enc: c.enc, status: res.StatusCode, header: res.Header, body: body, length: res.ContentLength, proto: res.Proto}
}

// must makes a request that succeeds.
func (c *client) must(op string, in object) *reply {
	c.t.Helper()
	r := c.call(op, in)
	if r.status != http.StatusOK {
		c.t.Fatalf("%s: status %d, %s", op, r.status, r.printable())
	}
	return r
}

// arn returns the ARN of the caller's stream of that name.
func (c *client) arn(stream string) string {
	return "arn:aws:kinesis:" + c.region + ":" + c.account + ":stream/" + stream
}

// stream makes a stream of that many shards and waits until it is ACTIVE.
func (c *client) stream(name string, shards int) string {
	c.t.Helper()
	c.must("CreateStream", object{"StreamName": name, "ShardCount": shards})
	c.until("the stream is ACTIVE", func() bool {
		return c.must("DescribeStreamSummary", object{"StreamName": name}).str("StreamDescriptionSummary.StreamStatus") == "ACTIVE"
	})
	return name
}

// until asks again and again until done, for at most ten seconds.
func (c *client) until(what string, done func() bool) {
	c.t.Helper()
	for start := time.Now(); !done(); {
		if time.Since(start) > 10*time.Second {
			c.t.Fatalf("ten seconds, and it is not so that %s", what)
		}
		time.Sleep(5 * time.Millisecond) // polling is all a client of AWS can do
	}
}

// put puts one record and returns its shard and sequence number.
func (c *client) put(stream, key string, data []byte) (shard, number string) {
	c.t.Helper()
	r := c.must("PutRecord", object{"StreamName": stream, "PartitionKey": key, "Data": data})
	return r.str("ShardId"), r.str("SequenceNumber")
}

// iterator gets an iterator of shard 0, unless more says otherwise.
func (c *client) iterator(stream, kind string, more object) string {
	c.t.Helper()
	return c.must("GetShardIterator", iteratorOf(stream, kind, more)).str("ShardIterator")
}

// iteratorOf is GetShardIterator's input for shard 0, with more on top.
func iteratorOf(stream, kind string, more object) object {
	return with(object{"StreamName": stream, "ShardId": shardID(0), "ShardIteratorType": kind}, more)
}

// records reads once.
func (c *client) records(iterator string) *reply {
	c.t.Helper()
	return c.must("GetRecords", object{"ShardIterator": iterator})
}

// with returns o with the members of more put on top; nil takes one away.
func with(o, more object) object {
	all := object{}
	for _, part := range []object{o, more} {
		for name, v := range part {
			all[name] = v
			if v == nil {
				delete(all, name)
			}
		}
	}
	return all
}

func shardID(n int) string { return fmt.Sprintf("shardId-%012d", n) }

// encodeJSON writes blobs in base64 and timestamps as seconds.
func encodeJSON(o object) []byte {
	b, err := json.Marshal(plain(o))
	if err != nil {
		panic(err)
	}
	return b
}

func plain(v any) any {
	switch v := v.(type) {
	case object:
		o := map[string]any{}
		for name, m := range v {
			o[name] = plain(m)
		}
		return o
	case list:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = plain(e)
		}
		return l
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		return json.Number(strconv.FormatFloat(float64(v.UnixMilli())/1000, 'f', 3, 64))
	}
	return v
}

// decodeJSON reads one value that fills b, numbers as json.Number.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more after the value")
	}
	return ours(v), nil
}

// ours gives what encoding/json made our types.
func ours(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := object{}
		for name, m := range v {
			o[name] = ours(m)
		}
		return o
	case []any:
		l := make(list, len(v))
		for i, e := range v {
			l[i] = ours(e)
		}
		return l
	}
	return v
}
