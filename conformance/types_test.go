package conformance

import "testing"

// The Java classes that AWS names (K).
const (
	javaBoolean = "class java.lang.Boolean can not be converted to "
	javaString  = "class java.lang.String can not be converted to "
	javaNumber  = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
	foundList   = "Start of list found where not expected"
	foundMap    = "Start of structure or map found where not expected."
)

// A member of the wrong type is a SerializationException with AWS's text (K).
//
//rule:2 *
func TestTypes(t *testing.T) {
	put := object{"StreamName": "s", "PartitionKey": "k"}
	each(t, func(c *client) {
		f := func(op string, in object, want string) {
			c.t.Helper()
			c.call(op, in).fails("SerializationException", want)
		}
		// String
		f("DescribeStream", object{"StreamName": true}, javaBoolean+"an String")
		f("DescribeStream", object{"StreamName": 1}, javaNumber+"an String")
		f("DescribeStream", object{"StreamName": list{}}, foundList)
		f("DescribeStream", object{"StreamName": object{}}, foundMap)
		// Integer
		f("DescribeStream", object{"Limit": true}, javaBoolean+"an Integer")
		f("DescribeStream", object{"Limit": "1"}, javaString+"an Integer")
		f("DescribeStream", object{"Limit": list{}}, foundList)
		f("DescribeStream", object{"Limit": object{}}, foundMap)
		// Boolean
		f("DeleteStream", object{"EnforceConsumerDeletion": 1}, javaNumber+"an Boolean")
		f("DeleteStream", object{"EnforceConsumerDeletion": "Maybe"}, "'MAYBE' can not be converted to an Boolean")
		f("DeleteStream", object{"EnforceConsumerDeletion": list{}}, foundList)
		f("DeleteStream", object{"EnforceConsumerDeletion": object{}}, foundMap)
		// Timestamp
		f("GetShardIterator", object{"Timestamp": true}, javaBoolean+"milliseconds since epoch")
		f("GetShardIterator", object{"Timestamp": "2020"}, javaString+"milliseconds since epoch")
		f("GetShardIterator", object{"Timestamp": list{}}, foundList)
		f("GetShardIterator", object{"Timestamp": object{}}, foundMap)
		// Blob
		f("PutRecord", with(put, object{"Data": true}), javaBoolean+"a Blob")
		f("PutRecord", with(put, object{"Data": 1}), javaNumber+"a Blob")
		f("PutRecord", with(put, object{"Data": list{}}), foundList)
		f("PutRecord", with(put, object{"Data": object{}}), foundMap)
		// List
		for _, scalar := range []any{"x", 1, true} {
			f("PutRecords", object{"StreamName": "s", "Records": scalar}, "Expected list or null")
		}
		f("PutRecords", object{"StreamName": "s", "Records": object{}}, foundMap)
		// Map
		for _, scalar := range []any{"x", 1, true} {
			f("CreateStream", object{"StreamName": "s", "Tags": scalar}, "Expected map or null")
		}
		f("CreateStream", object{"StreamName": "s", "Tags": list{}}, foundList)
		// Structure
		for _, scalar := range []any{"x", 1, true} {
			f("ListShards", object{"StreamName": "s", "ShardFilter": scalar}, "Expected null")
			f("PutRecords", object{"StreamName": "s", "Records": list{scalar}}, "Expected null")
		}
		f("ListShards", object{"StreamName": "s", "ShardFilter": list{}}, foundList)
		// within lists and maps
		f("PutRecords", object{"StreamName": "s", "Records": list{object{"Data": true}}}, javaBoolean+"a Blob")
		f("PutRecords", object{"StreamName": "s", "Records": list{object{"PartitionKey": 1}}}, javaNumber+"an String")
		f("CreateStream", object{"StreamName": "s", "Tags": object{"a": 1}}, javaNumber+"an String")
	})
}

// Base64 is checked to the last bit; the text names what is wrong (K).
//
//rule:2 PutRecord PutRecords
func TestBase64(t *testing.T) {
	c := newClient(t, asJSON)
	f := func(data, want string) {
		t.Helper()
		c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": data}).
			fails("SerializationException", "'"+data+"' can not be converted to a Blob: "+want)
		c.call("PutRecords", object{"StreamName": "s", "Records": list{object{"PartitionKey": "k", "Data": data}}}).
			fails("SerializationException", "'"+data+"' can not be converted to a Blob: "+want)
	}
	f("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5")
	f("a", "Base64 encoded length is expected a multiple of 4 bytes but found: 1")
	f("=+/=", "Invalid Base64 character: '='")
	f("a-b_", "Invalid Base64 character: '-'")
	f("ab c", "Invalid Base64 character: ' '")
	f("+/+=", "Invalid last non-pad Base64 character dectected")
}

// Null members are dropped and unknown members ignored (K).
//
//rule:2 *
func TestNullAndUnknownMembers(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		in := object{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x"), "Unknown": object{"a": list{1, object{}}}, "streamName": 1}
		in["ExplicitHashKey"] = nil
		in["SequenceNumberForOrdering"] = nil
		c.must("PutRecord", in)
		c.call("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": nil}).invalid(broken("null", "data", notNull))
	})
}

// A fraction is floored for the integer types (K).
//
//rule:2 *
func TestFractionsAreFloored(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 4)
		if n := len(c.must("ListShards", object{"StreamName": "s", "MaxResults": 2.9}).list("Shards")); n != 2 {
			c.t.Errorf("MaxResults 2.9 gives %d shards, want 2", n)
		}
		c.call("ListShards", object{"StreamName": "s", "MaxResults": 0.5}).invalid(broken("0", "maxResults", atLeast(1)))
	})
}

// An Integer is clamped at 2147483647 and printed so (K).
//
//rule:2 *
func TestIntegersAreClamped(t *testing.T) {
	each(t, func(c *client) {
		for _, n := range []any{int64(100000000000), int64(2147483647), 1e30} {
			c.call("DescribeStream", object{"StreamName": "s", "Limit": n}).invalid(broken("2147483647", "limit", atMost(10000)))
		}
	})
}

// Strings that mean yes or no convert to a Boolean (K).
//
//rule:2 DeleteStream
func TestBooleansInWords(t *testing.T) {
	each(t, func(c *client) {
		for _, word := range []string{"true", "false", "1", "0", "yes", "no"} {
			c.call("DeleteStream", object{"StreamName": "none", "EnforceConsumerDeletion": word}).
				fails("ResourceNotFoundException", "Stream none under account "+c.account+" not found.")
		}
	})
}

// Maps and lists of a request may have a definite length or not, and strings
// may come in pieces (RFC 8949; the SDKs differ).
//
//rule:1.7 *
func TestCBORForms(t *testing.T) {
	c := newClient(t, asCBOR)
	c.stream("s", 1)
	in := object{"StreamName": "s", "Records": list{object{"PartitionKey": "k", "Data": []byte("x")}}}
	for _, body := range [][]byte{encodeCBOR(in), encodeDefiniteCBOR(in)} {
		if r := c.send("PutRecords", body); r.status != 200 {
			t.Errorf("body %x: %s", body, r.printable())
		}
	}
	pieces := []byte("\xbf\x6aStreamName\x7f\x61s\xff\x6cPartitionKey\x61k\x64Data\x5f\x41x\x41y\xff\xff")
	if r := c.send("PutRecord", pieces); r.status != 200 {
		t.Errorf("body %x: %s", pieces, r.printable())
	}
	got := c.records(c.iterator("s", "TRIM_HORIZON", nil))
	if data := got.blob("Records.2.Data"); string(data) != "xy" {
		t.Errorf("data in pieces came back as %q", data)
	}
}

// Maps and lists of a reply are of indefinite length (L).
//
//rule:1.7 *
func TestCBORRepliesAreIndefinite(t *testing.T) {
	c := newClient(t, asCBOR)
	c.stream("s", 1)
	if b := c.must("ListStreams", object{}).body; b[0] != 0xbf || b[len(b)-1] != 0xff {
		t.Errorf("a reply %x… is no map of indefinite length", b[:1])
	}
}

// A number is a Timestamp: in JSON seconds with a fraction, in CBOR tag 1 with
// milliseconds (K, L).
//
//rule:1.7 *
func TestTimestampsOfRequests(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.put("s", "k", []byte("x"))
		arrival := c.records(c.iterator("s", "TRIM_HORIZON", nil)).at("Records.0.ApproximateArrivalTimestamp")
		it := c.iterator("s", "AT_TIMESTAMP", object{"Timestamp": arrival})
		if n := len(c.records(it).list("Records")); n != 1 {
			c.t.Errorf("AT_TIMESTAMP of the record's own arrival gives %d records, want 1", n)
		}
	})
}
