//go:build e2e

package badinput

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBadRequests: each gets AWS's error and text, and costs little.
func TestBadRequests(t *testing.T) {
	s := serve(t)
	f := func(operation, body, code, text string) {
		t.Helper()
		a := s.call(operation, body)
		if a.status != 400 || a.Type != code || !strings.Contains(a.Message, text) {
			t.Errorf("%s %.200s:\n%d %.500s\nwant 400 %s: %s", operation, body, a.status, a.body, code, text)
		}
	}
	data := func(n int) string { return strings.Repeat("QUFB", n/3+1)[:n/3*4] + []string{"", "QQ==", "QUE="}[n%3] }
	record := func(data, key string) string { return fmt.Sprintf(`{"Data":%q,"PartitionKey":%q}`, data, key) }
	records := func(n int, record string) string {
		return `{"StreamName":"orders","Records":[` + strings.TrimSuffix(strings.Repeat(record+",", n), ",") + `]}`
	}
	putRecord := func(data, key string) string {
		return fmt.Sprintf(`{"StreamName":"orders","Data":%q,"PartitionKey":%q}`, data, key)
	}

	// The body.
	for _, body := range []string{"{", "[]", "null", `"text"`, "{}}", `{"StreamName":`, "\x00\xff", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000)} {
		f("ListStreams", body, "SerializationException", "")
	}
	f("PutRecord", `{"StreamName":5}`, "SerializationException", "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")
	f("PutRecords", `{"StreamName":"orders","Records":7}`, "SerializationException", "Expected list or null")
	f("PutRecord", `{"StreamName":"orders","PartitionKey":"a","Data":"*"}`, "SerializationException", "can not be converted to a Blob")
	f("GetRecords", `{"ShardIterator":["a"]}`, "SerializationException", "Start of list found where not expected")
	f("NoSuchOperation", `{}`, "UnknownOperationException", "")

	// Members.
	f("PutRecord", `{}`, "ValidationException", "Value null at 'data' failed to satisfy constraint: Member must not be null")
	f("PutRecords", records(501, record("QQ==", "a")), "ValidationException", "Member must have length less than or equal to 500")
	f("PutRecords", records(0, ""), "ValidationException", "Member must have length greater than or equal to 1")
	f("PutRecord", putRecord("QQ==", strings.Repeat("k", 257)), "ValidationException", "at 'partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256")
	f("PutRecord", putRecord(data(10<<20+1), "a"), "ValidationException", "Member must have length less than or equal to 10485760")
	f("CreateStream", `{"StreamName":"huge","ShardCount":100000000000}`, "LimitExceededException", "This request would exceed the shard limit for the account 000000000000 in us-east-1")
	f("CreateStream", `{"StreamName":"none","ShardCount":0}`, "ValidationException", "Member must have value greater than or equal to 1")
	f("CreateStream", `{"StreamName":"no/slash","ShardCount":1}`, "ValidationException", "Member must satisfy regular expression pattern")
	f("GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, strings.Repeat("A", 513)), "ValidationException", "Member must have length less than or equal to 512")

	// Sizes together: a record of the stream's default, a request of 10 MiB.
	f("PutRecord", putRecord(data(1<<20), "a"), "ValidationException", "")
	f("PutRecords", records(11, record(data(1<<20-1), "a")), "InvalidArgumentException", "")

	// The operation.
	hash := "340282366920938463463374607431768211456"
	f("PutRecord", `{"StreamName":"orders","Data":"QQ==","PartitionKey":"a","ExplicitHashKey":"`+hash+`"}`, "InvalidArgumentException",
		"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "+hash)
	f("PutRecord", `{"StreamName":"nowhere","Data":"QQ==","PartitionKey":"a"}`, "ResourceNotFoundException", "Stream nowhere under account 000000000000 not found.")
	f("GetShardIterator", `{"StreamName":"orders","ShardId":"shardId-000000000007","ShardIteratorType":"LATEST"}`, "ResourceNotFoundException",
		"Shard shardId-000000000007 in stream orders under account 000000000000 does not exist")
	f("DescribeStream", `{"StreamName":"orders","Limit":10001}`, "ValidationException", "Member must have value less than or equal to 10000")
	s.stayedBelow(300)
}

// TestShardsAndNumbersOfOthers: a number of another shard or stream is told from
// one's own.
func TestShardsAndNumbersOfOthers(t *testing.T) {
	s := serve(t)
	<-time.After(1100 * time.Millisecond) // shards of one second number their records alike
	s.ok("CreateStream", `{"StreamName":"later","ShardCount":2}`)
	shard, number := s.put("x")
	other := map[string]string{"shardId-000000000000": "shardId-000000000001", "shardId-000000000001": "shardId-000000000000"}[shard]
	f := func(stream, shard, want string) {
		t.Helper()
		a := s.call("GetShardIterator", fmt.Sprintf(
			`{"StreamName":%q,"ShardId":%q,"ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":%q}`, stream, shard, number))
		if a.status != 400 || a.Type != "InvalidArgumentException" || !strings.Contains(a.Message, want) {
			t.Errorf("%s of %s: %d %s, want InvalidArgumentException: %s", shard, stream, a.status, a.body, want)
		}
	}
	f("orders", other, "Invalid StartingSequenceNumber. It encodes "+shard+", while it was used in a call to a shard with "+other)
	f("later", shard, "is invalid because it did not come from this stream.")
}

// TestForgedIterators: an iterator is good as it was given, and in no other form.
func TestForgedIterators(t *testing.T) {
	s := serve(t)
	shard, _ := s.put("x")
	given := s.iterator(shard, "TRIM_HORIZON", "")
	raw, err := base64.StdEncoding.DecodeString(given)
	if err != nil {
		t.Fatalf("an iterator is base64: %v", err)
	}
	forged := []string{"forged", "AAAA", base64.StdEncoding.EncodeToString(make([]byte, len(raw))), given[:len(given)-4], given + given}
	for at := range raw {
		edited := append([]byte(nil), raw...)
		edited[at] ^= 1
		forged = append(forged, base64.StdEncoding.EncodeToString(edited))
	}
	for _, iterator := range forged {
		a := s.call("GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, iterator))
		if a.status != 400 || a.Type != "InvalidArgumentException" || a.Message != "Invalid ShardIterator." {
			t.Errorf("iterator %q: %d %s, want InvalidArgumentException: Invalid ShardIterator.", iterator, a.status, a.body)
		}
	}
	if got := s.read(given); len(got) == 0 {
		t.Error("the iterator as it was given reads nothing")
	}
}

// TestExpiredIterator waits as long as an iterator lives; make e2e has the time.
func TestExpiredIterator(t *testing.T) {
	if testing.Short() {
		t.Log("in short mode the tests of streams alone look at this, in a clock of their own")
		return
	}
	t.Parallel()
	s := serve(t)
	shard, _ := s.put("x")
	given := s.iterator(shard, "TRIM_HORIZON", "")
	<-time.After(301 * time.Second) // an iterator lives 300 s
	a := s.call("GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, given))
	if a.status != 400 || a.Type != "ExpiredIteratorException" || !strings.Contains(a.Message, "further in the future than the tolerated delay of 300000 milliseconds") {
		t.Errorf("%d %s, want ExpiredIteratorException", a.status, a.body)
	}
}
