package conformance

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// The patterns as the model of botocore 1.44 spells them; those of numbers had
// no anchors before, and whether AWS prints them is not confirmed.
const (
	namePattern   = `[a-zA-Z0-9_.-]+`
	arnPattern    = `arn:aws.*:kinesis:.*:\d{12}:stream/\S+`
	hashPattern   = `^(0|([1-9]\d{0,38}))$`
	numberPattern = `^(0|([1-9]\d{0,128}))$`
	idPattern     = `[a-z0-9]{20}-[a-z0-9]{3}`
)

// named are the operations of this issue that take StreamName, with what else
// they need.
var named = map[string]object{
	"CreateStream":          {"ShardCount": 1},
	"DeleteStream":          {},
	"DescribeStream":        {},
	"DescribeStreamSummary": {},
	"ListShards":            {},
	"PutRecord":             {"PartitionKey": "k", "Data": []byte{}},
	"PutRecords":            {"Records": list{object{"PartitionKey": "k", "Data": []byte{}}}},
	"GetShardIterator":      {"ShardId": "shardId-0", "ShardIteratorType": "LATEST"},

	"IncreaseStreamRetentionPeriod": {"RetentionPeriodHours": 24},
	"DecreaseStreamRetentionPeriod": {"RetentionPeriodHours": 24},
	"AddTagsToStream":               {"Tags": object{"k": "v"}},
	"RemoveTagsFromStream":          {"TagKeys": list{"k"}},
	"ListTagsForStream":             {},
	"EnableEnhancedMonitoring":      {"ShardLevelMetrics": list{"ALL"}},
	"DisableEnhancedMonitoring":     {"ShardLevelMetrics": list{"ALL"}},
	"StopStreamEncryption":          {"EncryptionType": "KMS", "KeyId": "k"},
}

// A name has 1 to 128 characters of a set; an empty string violates its pattern
// and its least length, as two items (K, B).
//
//rule:3.2 CreateStream DeleteStream DescribeStream DescribeStreamSummary GetShardIterator ListShards PutRecord PutRecords
//rule:3.2 AddTagsToStream DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForStream RemoveTagsFromStream StopStreamEncryption
func TestStreamNameBounds(t *testing.T) {
	each(t, func(c *client) {
		for op, in := range named {
			f := func(name string, items ...string) {
				c.t.Helper()
				c.call(op, with(in, object{"StreamName": name})).invalid(items...)
			}
			f("", broken("", "streamName", atLeastLong(1)), broken("", "streamName", like(namePattern)))
			f("a b", broken("a b", "streamName", like(namePattern)))
			f("é", broken("é", "streamName", like(namePattern)))
			f("a\n", broken("a\n", "streamName", like(namePattern)))
			long := strings.Repeat("a", 129)
			f(long, broken(long, "streamName", atMostLong(128)))
		}
	})
}

// A name of 128 characters, with every kind of character, is good (B).
//
//rule:3.2 CreateStream
func TestLongestStreamName(t *testing.T) {
	each(t, func(c *client) {
		name := strings.Repeat("aZ09_.-x", 16)
		c.stream(name, 1)
		if got := c.must("DescribeStream", object{"StreamName": name}).str("StreamDescription.StreamName"); got != name {
			c.t.Errorf("StreamName %s", got)
		}
	})
}

// Members that may not be missing (B).
//
//rule:3.2 CreateStream GetRecords GetShardIterator ListShards PutRecord PutRecords
//rule:3.2 AddTagsToStream DecreaseStreamRetentionPeriod IncreaseStreamRetentionPeriod ListTagsForResource RemoveTagsFromStream TagResource UntagResource
func TestRequiredMembers(t *testing.T) {
	each(t, func(c *client) {
		f := func(op string, in object, members ...string) {
			c.t.Helper()
			var items []string
			for _, m := range members {
				items = append(items, broken("null", m, notNull))
			}
			c.call(op, in).invalid(items...)
		}
		f("CreateStream", object{}, "streamName")
		f("PutRecord", object{}, "data")
		f("IncreaseStreamRetentionPeriod", object{}, "retentionPeriodHours")
		f("DecreaseStreamRetentionPeriod", object{}, "retentionPeriodHours")
		f("AddTagsToStream", object{}, "tags")
		f("RemoveTagsFromStream", object{}, "tagKeys")
		f("TagResource", object{}, "resourceARN", "tags")
		f("UntagResource", object{}, "resourceARN", "tagKeys")
		f("ListTagsForResource", object{}, "resourceARN")
		f("PutRecords", object{}, "records")
		f("PutRecords", object{"Records": list{object{}, object{"Data": []byte{}}, object{"PartitionKey": "k"}}},
			"records.1.member.data", "records.3.member.data")
		f("GetShardIterator", object{}, "shardId", "shardIteratorType")
		f("GetRecords", object{}, "shardIterator")
		f("ListShards", object{"StreamName": "s", "ShardFilter": object{}}, "shardFilter.type")
		f("CreateStream", object{"StreamName": "s", "StreamModeDetails": object{}}, "streamModeDetails.streamMode")
	})
}

// The newest model asks for no partition key, for streams that distribute records
// otherwise; an ordinary stream cannot do without one. The text is not
// established (B, botocore 1.44).
//
//rule:10 PutRecord PutRecords
func TestMissingPartitionKey(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.call("PutRecord", object{"StreamName": "s", "Data": []byte{}}).oneOf("InvalidArgumentException", "ValidationException")
		c.call("PutRecords", object{"StreamName": "s", "Records": list{object{"PartitionKey": "k", "Data": []byte{}}, object{"Data": []byte{}}}}).
			oneOf("InvalidArgumentException", "ValidationException")
	})
}

// ARNs and stream ids have patterns; StreamId is checked and then ignored (B).
//
//rule:3.2 DeleteStream DescribeStream DescribeStreamSummary GetShardIterator ListShards PutRecord PutRecords
//rule:3.2 AddTagsToStream DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForStream RemoveTagsFromStream StopStreamEncryption
func TestARNBounds(t *testing.T) {
	each(t, func(c *client) {
		for op, in := range named {
			if op == "CreateStream" {
				continue
			}
			c.call(op, with(in, object{"StreamARN": "arn:aws:s3:::x"})).invalid(broken("arn:aws:s3:::x", "streamARN", like(arnPattern)))
			c.call(op, with(in, object{"StreamARN": ""})).invalid(
				broken("", "streamARN", atLeastLong(1)), broken("", "streamARN", like(arnPattern)))
		}
	})
}

// Bounds of the other members of each operation (B).
//
//rule:3.2 CreateStream DescribeStream GetRecords GetShardIterator ListShards ListStreams PutRecord PutRecords
func TestMemberBounds(t *testing.T) {
	put := object{"StreamName": "s", "PartitionKey": "k", "Data": []byte{}}
	get := object{"StreamName": "s", "ShardId": "shardId-0", "ShardIteratorType": "LATEST"}
	each(t, func(c *client) {
		f := func(op string, in object, items ...string) {
			c.t.Helper()
			c.call(op, in).invalid(items...)
		}
		longKey := strings.Repeat("k", 257)
		f("PutRecord", with(put, object{"PartitionKey": longKey}), broken(longKey, "partitionKey", atMostLong(256)))
		f("PutRecord", with(put, object{"PartitionKey": ""}), broken("", "partitionKey", atLeastLong(1)))
		for _, bad := range []string{"", "-1", "01", "x", "1.5", strings.Repeat("9", 40)} {
			f("PutRecord", with(put, object{"ExplicitHashKey": bad}), broken(bad, "explicitHashKey", like(hashPattern)))
			f("PutRecords", object{"StreamName": "s", "Records": list{object{"PartitionKey": "k", "Data": []byte{}, "ExplicitHashKey": bad}}},
				broken(bad, "records.1.member.explicitHashKey", like(hashPattern)))
		}
		for _, bad := range []string{"", "-1", "01", "x", strings.Repeat("9", 130)} {
			f("PutRecord", with(put, object{"SequenceNumberForOrdering": bad}), broken(bad, "sequenceNumberForOrdering", like(numberPattern)))
			f("GetShardIterator", with(get, object{"StartingSequenceNumber": bad}), broken(bad, "startingSequenceNumber", like(numberPattern)))
		}
		longID := strings.Repeat("1", 129)
		f("GetShardIterator", with(get, object{"ShardId": longID}), broken(longID, "shardId", atMostLong(128)))
		f("GetShardIterator", with(get, object{"ShardId": "é"}), broken("é", "shardId", like(namePattern)))
		f("GetShardIterator", with(get, object{"ShardId": ""}), broken("", "shardId", atLeastLong(1)), broken("", "shardId", like(namePattern)))
		longIterator := strings.Repeat("A", 513)
		f("GetRecords", object{"ShardIterator": longIterator}, broken(longIterator, "shardIterator", atMostLong(512)))
		f("GetRecords", object{"ShardIterator": ""}, broken("", "shardIterator", atLeastLong(1)))
		f("ListShards", object{"StreamName": "s", "ExclusiveStartShardId": "a b"}, broken("a b", "exclusiveStartShardId", like(namePattern)))
		f("DescribeStream", object{"StreamName": "s", "ExclusiveStartShardId": "a b"}, broken("a b", "exclusiveStartShardId", like(namePattern)))
		f("ListStreams", object{"ExclusiveStartStreamName": "a b"}, broken("a b", "exclusiveStartStreamName", like(namePattern)))
		f("ListShards", object{"NextToken": ""}, broken("", "nextToken", atLeastLong(1)))
		f("ListStreams", object{"NextToken": ""}, broken("", "nextToken", atLeastLong(1)))
		f("CreateStream", object{"StreamName": "s", "ShardCount": 0}, broken("0", "shardCount", atLeast(1)))
		f("CreateStream", object{"StreamName": "s", "ShardCount": -1}, broken("-1", "shardCount", atLeast(1)))
		f("CreateStream", object{"StreamName": "s", "MaxRecordSizeInKiB": 1023}, broken("1023", "maxRecordSizeInKiB", atLeast(1024)))
		f("CreateStream", object{"StreamName": "s", "MaxRecordSizeInKiB": 10241}, broken("10241", "maxRecordSizeInKiB", atMost(10240)))
	})
}

// Limits and MaxResults are 1 to 10000 (B).
//
//rule:3.2 DescribeStream GetRecords ListShards ListStreams
func TestLimitBounds(t *testing.T) {
	each(t, func(c *client) {
		for op, member := range map[string]string{"ListStreams": "Limit", "DescribeStream": "Limit", "GetRecords": "Limit", "ListShards": "MaxResults"} {
			in := object{"StreamName": "s", "ShardIterator": "x"}
			path := strings.ToLower(member[:1]) + member[1:]
			c.call(op, with(in, object{member: 0})).invalid(broken("0", path, atLeast(1)))
			c.call(op, with(in, object{member: -5})).invalid(broken("-5", path, atLeast(1)))
			c.call(op, with(in, object{member: 10001})).invalid(broken("10001", path, atMost(10000)))
		}
	})
}

// The set of ShardIteratorType is printed in this order (K).
//
//rule:3.1 GetShardIterator ListShards
func TestEnums(t *testing.T) {
	each(t, func(c *client) {
		c.call("GetShardIterator", object{"StreamName": "s", "ShardId": "shardId-0", "ShardIteratorType": "OLDEST"}).invalid(
			broken("OLDEST", "shardIteratorType", "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"))
		c.call("ListShards", object{"StreamName": "s", "ShardFilter": object{"Type": "AT_NOON"}}).failsLike("ValidationException",
			`1 validation error detected: Value 'AT_NOON' at 'shardFilter\.type' failed to satisfy constraint: Member must satisfy enum value set: \[.*AT_LATEST.*\]`)
	})
}

// PutRecords takes 1 to 500 entries. A list of structures prints a Java class
// and a hash for each (K, B).
//
//rule:3.2 PutRecords
func TestRecordsBounds(t *testing.T) {
	each(t, func(c *client) {
		c.call("PutRecords", object{"StreamName": "s", "Records": list{}}).invalid(broken("[]", "records", atLeastLong(1)))
		many := make(list, 501)
		for i := range many {
			many[i] = object{"PartitionKey": "k", "Data": []byte{}}
		}
		r := c.call("PutRecords", object{"StreamName": "s", "Records": many})
		text := r.failure(400, "ValidationException")
		class := `com\.amazonaws\.kinesis\.v20131202\.PutRecordsRequestEntry@[0-9a-f]+`
		want := regexp.MustCompile(`^1 validation error detected: Value '\[` + class + `(, ` + class + `){500}\]' at 'records' failed to satisfy constraint: Member must have length less than or equal to 500$`)
		if !want.MatchString(text) {
			c.t.Errorf("501 records: %.400s", text)
		}
	})
}

// Data has at most 10485760 bytes; its value prints its length (K, B).
//
//rule:3.2 PutRecord
func TestDataBounds(t *testing.T) {
	each(t, func(c *client) {
		const n = 10485761
		c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, n)}).invalid(
			broken(fmt.Sprintf("java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]", n, n), "data", atMostLong(n-1)))
	})
}

// Tag keys have 1 to 128 characters, values up to 256; a map prints {k=v} (K, B).
//
//rule:3.2 CreateStream
func TestTagBounds(t *testing.T) {
	const keys = "Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"
	const values = "Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0]"
	each(t, func(c *client) {
		f := func(key, value, constraint string) {
			c.t.Helper()
			c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1, "Tags": object{key: value}}).
				invalid(broken("{"+key+"="+value+"}", "tags", constraint))
		}
		f("", "v", keys)
		f(strings.Repeat("k", 129), "v", keys)
		f("k", strings.Repeat("v", 257), values)
	})
}

// All constraint errors come together, at most ten of them (K).
//
//rule:3.1 *
func TestManyErrors(t *testing.T) {
	each(t, func(c *client) {
		c.call("GetShardIterator", object{"StreamName": "", "ShardId": "", "ShardIteratorType": "x", "StartingSequenceNumber": "x"}).failsLike(
			"ValidationException", `6 validation errors detected: (Value .*; ){5}Value .*`)
		empty := make(list, 16)
		for i := range empty {
			empty[i] = object{}
		}
		r := c.call("PutRecords", object{"StreamName": "s", "Records": empty})
		text := r.failure(400, "ValidationException")
		if n := strings.Count(text, "Value null at"); n != 10 || !strings.HasPrefix(text, "10 validation errors detected: ") {
			c.t.Errorf("16 errors are told as %d: %.100s", n, text)
		}
	})
}

// Types come before constraints, constraints before existence (K).
//
//rule:1.2 *
func TestOrderOfChecks(t *testing.T) {
	each(t, func(c *client) {
		c.call("GetShardIterator", object{"StreamName": "", "ShardId": 1}).fails("SerializationException", javaNumber+"an String")
		c.call("PutRecord", object{"StreamName": "none", "PartitionKey": "k"}).invalid(broken("null", "data", notNull))
		c.call("DescribeStream", object{"StreamName": "none", "Limit": 0}).invalid(broken("0", "limit", atLeast(1)))
	})
}

// StreamId is reserved, on every operation that has it: the pattern is the model's,
// the value is ignored (B, C).
//
//rule:1.8 GetRecords GetShardIterator ListShards DeleteStream DescribeStream DescribeStreamSummary PutRecord PutRecords
//rule:1.8 AddTagsToStream DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForStream RemoveTagsFromStream StopStreamEncryption
//rule:1.8 DeleteResourcePolicy GetResourcePolicy ListTagsForResource PutResourcePolicy TagResource UntagResource UpdateMaxRecordSize UpdateStreamRecordDistributionStrategy
func TestStreamIDIsIgnored(t *testing.T) {
	const id = "aaaaaaaaaaaaaaaaaaaa-000"
	each(t, func(c *client) {
		c.stream("s", 1)
		f := func(op string, in object) {
			c.t.Helper()
			c.call(op, with(in, object{"StreamId": "A"})).invalid(broken("A", "streamId", like(idPattern)))
			c.must(op, with(in, object{"StreamId": id}))
		}
		for op, in := range named {
			if op != "CreateStream" && op != "DeleteStream" {
				f(op, with(in, object{"StreamName": "s"}))
			}
		}
		f("GetRecords", object{"ShardIterator": c.iterator("s", "TRIM_HORIZON", nil)})
		for _, op := range []string{"PutResourcePolicy", "GetResourcePolicy", "TagResource", "ListTagsForResource", "UntagResource", "DeleteResourcePolicy"} {
			in := object{"ResourceARN": c.arn("s")}
			switch op {
			case "PutResourcePolicy":
				in["Policy"] = share(c.arn("s"))
			case "TagResource":
				in["Tags"] = object{"a": "b"}
			case "UntagResource":
				in["TagKeys"] = list{"a"}
			}
			f(op, in)
		}
		f("UpdateMaxRecordSize", object{"StreamARN": c.arn("s"), "MaxRecordSizeInKiB": 1024})
		f("UpdateStreamRecordDistributionStrategy", object{"StreamARN": c.arn("s"), "RecordDistributionStrategy": "USER_PARTITION_KEY"})
		f("DeleteStream", object{"StreamName": "s"})
	})
}
