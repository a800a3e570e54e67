package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet"
)

// metrics reads a list of metrics as words, in no particular order.
func (r *reply) metrics(path string) map[string]bool {
	r.t.Helper()
	set := map[string]bool{}
	for _, m := range r.list(path) {
		set[fmt.Sprint(m)] = true
	}
	return set
}

var allMetrics = strings.Fields("IncomingBytes IncomingRecords OutgoingBytes OutgoingRecords " +
	"WriteProvisionedThroughputExceeded ReadProvisionedThroughputExceeded IteratorAgeMilliseconds")

// Current is what was on before the call, Desired what is on after it (B); ALL is
// spelt out (D, the AWS CLI's examples). Both descriptions show what is on.
//
//rule:15.4 EnableEnhancedMonitoring DisableEnhancedMonitoring DescribeStream DescribeStreamSummary
func TestEnhancedMonitoring(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		before := []string{}
		f := func(op string, asked list, want ...string) {
			c.t.Helper()
			r := c.must(op, object{"StreamName": "s", "ShardLevelMetrics": asked})
			r.members("", "StreamName", "StreamARN", "CurrentShardLevelMetrics", "DesiredShardLevelMetrics")
			if r.str("StreamName") != "s" || r.str("StreamARN") != c.arn("s") {
				c.t.Errorf("%s names stream %s, %s", op, r.str("StreamName"), r.str("StreamARN"))
			}
			is := func(r *reply, path string, want []string) {
				c.t.Helper()
				got := r.metrics(path)
				for _, m := range want {
					if !got[m] {
						c.t.Errorf("%s %v: %s lacks %s", op, asked, path, m)
					}
				}
				if len(got) != len(want) || len(r.list(path)) != len(want) {
					c.t.Errorf("%s %v: %s is %v, want %v", op, asked, path, r.list(path), want)
				}
			}
			is(r, "CurrentShardLevelMetrics", before)
			is(r, "DesiredShardLevelMetrics", want)
			is(c.must("DescribeStream", object{"StreamName": "s"}), "StreamDescription.EnhancedMonitoring.0.ShardLevelMetrics", want)
			is(c.must("DescribeStreamSummary", object{"StreamName": "s"}), "StreamDescriptionSummary.EnhancedMonitoring.0.ShardLevelMetrics", want)
			before = want
		}
		f("EnableEnhancedMonitoring", list{"IncomingBytes"}, "IncomingBytes")
		f("EnableEnhancedMonitoring", list{"OutgoingBytes", "IncomingBytes"}, "IncomingBytes", "OutgoingBytes")
		f("DisableEnhancedMonitoring", list{"IncomingBytes", "IncomingRecords"}, "OutgoingBytes")
		f("EnableEnhancedMonitoring", list{"ALL"}, allMetrics...)
		f("DisableEnhancedMonitoring", list{"ALL"})
	})
}

// One to seven metrics, of a set (B).
//
//rule:3.2 EnableEnhancedMonitoring DisableEnhancedMonitoring
func TestMetricBounds(t *testing.T) {
	each(t, func(c *client) {
		for _, op := range []string{"EnableEnhancedMonitoring", "DisableEnhancedMonitoring"} {
			c.call(op, object{"StreamName": "none"}).invalid(broken("null", "shardLevelMetrics", notNull))
			c.call(op, object{"StreamName": "none", "ShardLevelMetrics": list{}}).invalid(broken("[]", "shardLevelMetrics", atLeastLong(1)))
			c.call(op, object{"StreamName": "none", "ShardLevelMetrics": list{"Latency"}}).failsLike("ValidationException", ".*Latency.*")
		}
	})
}

// UpdateMaxRecordSize bounds what is put from then on; 1024 to 10240 KiB, beyond
// which it is a ValidationException (B).
//
//rule:16 UpdateMaxRecordSize PutRecord PutRecords DescribeStreamSummary
func TestUpdateMaxRecordSize(t *testing.T) {
	each(t, func(c *client) {
		c.call("UpdateMaxRecordSize", object{"StreamARN": c.arn("none"), "MaxRecordSizeInKiB": 2048}).fails("ResourceNotFoundException", c.notFound("none"))
		c.call("UpdateMaxRecordSize", object{"StreamARN": c.arn("none"), "MaxRecordSizeInKiB": 1023}).invalid(broken("1023", "maxRecordSizeInKiB", atLeast(1024)))
		c.call("UpdateMaxRecordSize", object{"StreamARN": c.arn("none"), "MaxRecordSizeInKiB": 10241}).invalid(broken("10241", "maxRecordSizeInKiB", atMost(10240)))
		c.call("UpdateMaxRecordSize", object{}).invalid(broken("null", "maxRecordSizeInKiB", notNull))
		c.call("UpdateMaxRecordSize", object{"MaxRecordSizeInKiB": 2048}).failsLike("InvalidArgumentException", ".+")
		c.stream("s", 1)
		record := object{"PartitionKey": "k", "Data": make([]byte, 2<<20-1)}
		puts := func() [2]*reply {
			return [2]*reply{
				c.call("PutRecord", with(record, object{"StreamName": "s"})),
				c.call("PutRecords", object{"StreamName": "s", "Records": list{record}}),
			}
		}
		for _, r := range puts() {
			r.oneOf("InvalidArgumentException", "ValidationException")
		}
		c.call("UpdateMaxRecordSize", object{"StreamARN": c.arn("s"), "MaxRecordSizeInKiB": 2048}).empty()
		c.active("s")
		for _, r := range puts() {
			if r.status != 200 {
				c.t.Errorf("a record of 2 MiB: %s", r.printable())
			}
		}
		if n := c.must("DescribeStreamSummary", object{"StreamName": "s"}).num("StreamDescriptionSummary.MaxRecordSizeInKiB"); n != 2048 {
			c.t.Errorf("MaxRecordSizeInKiB %d, want 2048", n)
		}
		c.call("UpdateMaxRecordSize", object{"StreamARN": c.arn("s"), "MaxRecordSizeInKiB": 1024}).empty()
		c.active("s")
		for _, r := range puts() {
			r.oneOf("InvalidArgumentException", "ValidationException")
		}
		if n := len(c.records(c.iterator("s", "TRIM_HORIZON", nil)).list("Records")); n != 2 {
			c.t.Errorf("%d records are readable, want both", n)
		}
	})
}

// onDemand makes an on-demand stream and waits until it is ACTIVE.
func (c *client) onDemand(name string, more object) {
	c.t.Helper()
	c.must("CreateStream", with(object{"StreamName": name, "StreamModeDetails": object{"StreamMode": "ON_DEMAND"}}, more))
	c.active(name)
}

// AUTO distributes the records of an on-demand stream evenly: partition keys may be
// missing, and decide nothing, nor do hash keys; SequenceNumberForOrdering is refused
// (B, D). Only on-demand streams have a strategy, and describe it (B).
//
//rule:16 UpdateStreamRecordDistributionStrategy PutRecord PutRecords DescribeStreamSummary
func TestRecordDistribution(t *testing.T) {
	each(t, func(c *client) {
		c.onDemand("s", nil)
		update := func(stream, strategy string) *reply {
			c.t.Helper()
			return c.call("UpdateStreamRecordDistributionStrategy", object{"StreamARN": c.arn(stream), "RecordDistributionStrategy": strategy})
		}
		strategy := func(want string) {
			c.t.Helper()
			if got := c.must("DescribeStreamSummary", object{"StreamName": "s"}).str("StreamDescriptionSummary.RecordDistributionStrategy"); got != want {
				c.t.Errorf("strategy %s, want %s", got, want)
			}
		}
		var records list
		for range 200 {
			records = append(records, object{"PartitionKey": "k", "ExplicitHashKey": "0", "Data": []byte("x")})
		}
		shards := func() int {
			c.t.Helper()
			set := map[string]bool{}
			r := c.must("PutRecords", object{"StreamName": "s", "Records": records})
			for i := range records {
				set[r.str(fmt.Sprintf("Records.%d.ShardId", i))] = true
			}
			return len(set)
		}
		strategy("USER_PARTITION_KEY")
		if n := shards(); n != 1 {
			c.t.Errorf("one hash key in %d shards", n)
		}
		update("s", "AUTO").empty()
		strategy("AUTO")
		if n := shards(); n != 4 {
			c.t.Errorf("200 records in %d shards of 4", n)
		}
		number := c.must("PutRecord", object{"StreamName": "s", "Data": []byte("no key")}).str("SequenceNumber")
		c.call("PutRecord", object{"StreamName": "s", "Data": []byte{}, "SequenceNumberForOrdering": number}).failsLike("InvalidArgumentException", ".+")
		update("s", "USER_PARTITION_KEY").empty()
		strategy("USER_PARTITION_KEY")
		c.call("PutRecord", object{"StreamName": "s", "Data": []byte{}}).oneOf("InvalidArgumentException", "ValidationException")
	})
}

// A record that was put without a partition key has none (D).
//
//rule:16 GetRecords PutRecord
func TestRecordsWithoutPartitionKey(t *testing.T) {
	each(t, func(c *client) {
		c.onDemand("s", object{"RecordDistributionStrategy": "AUTO"})
		f := func(in object, members ...string) {
			c.t.Helper()
			shard := c.must("PutRecord", with(object{"StreamName": "s", "Data": []byte("x")}, in)).str("ShardId")
			r := c.records(c.iterator("s", "TRIM_HORIZON", object{"ShardId": shard}))
			last := fmt.Sprintf("Records.%d", len(r.list("Records"))-1)
			r.members(last, append(members, "SequenceNumber", "ApproximateArrivalTimestamp", "Data")...)
		}
		f(object{})
		f(object{"PartitionKey": "k"}, "PartitionKey")
	})
}

// AUTO is for on-demand streams only; a provisioned one describes no strategy (B).
//
//rule:16 CreateStream UpdateStreamRecordDistributionStrategy DescribeStreamSummary
func TestRecordDistributionOfAProvisionedStream(t *testing.T) {
	each(t, func(c *client) {
		c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1, "RecordDistributionStrategy": "AUTO"}).failsLike("InvalidArgumentException", ".+")
		c.stream("s", 1)
		c.call("UpdateStreamRecordDistributionStrategy", object{"StreamARN": c.arn("s"), "RecordDistributionStrategy": "AUTO"}).
			failsLike("InvalidArgumentException", ".+")
		c.call("UpdateStreamRecordDistributionStrategy", object{"StreamARN": c.arn("none"), "RecordDistributionStrategy": "AUTO"}).
			fails("ResourceNotFoundException", c.notFound("none"))
		c.call("UpdateStreamRecordDistributionStrategy", object{}).
			invalid(broken("null", "streamARN", notNull), broken("null", "recordDistributionStrategy", notNull))
		if c.must("DescribeStreamSummary", object{"StreamName": "s"}).has("StreamDescriptionSummary.RecordDistributionStrategy") {
			c.t.Error("a provisioned stream describes a strategy")
		}
	})
}

// KMS is the only type, and what is wrong with the key has the names of KMS (B). What
// stopping answers for a stream that is not encrypted is not established; here it
// changes nothing.
//
//rule:15.3 StartStreamEncryption StopStreamEncryption
func TestEncryptionRefused(t *testing.T) {
	each(t, func(c *client) {
		in := object{"StreamName": "s", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
		for _, op := range []string{"StartStreamEncryption", "StopStreamEncryption"} {
			c.call(op, in).fails("ResourceNotFoundException", c.notFound("s"))
			c.call(op, object{}).invalid(broken("null", "encryptionType", notNull), broken("null", "keyId", notNull))
			c.call(op, with(in, object{"KeyId": ""})).invalid(broken("", "keyId", atLeastLong(1)))
			c.call(op, with(in, object{"EncryptionType": "AES"})).failsLike("ValidationException", ".*AES.*")
		}
		c.stream("s", 1)
		for _, op := range []string{"StartStreamEncryption", "StopStreamEncryption"} {
			c.call(op, with(in, object{"EncryptionType": "NONE"})).failsLike("InvalidArgumentException", ".+")
		}
		c.call("StartStreamEncryption", with(in, object{"KeyId": "alias/none"})).failsLike("KMSNotFoundException", ".+")
		c.call("StopStreamEncryption", in).empty()
		r := c.must("DescribeStream", object{"StreamName": "s"})
		if got := r.str("StreamDescription.EncryptionType"); got != "NONE" || r.has("StreamDescription.KeyId") {
			c.t.Errorf("EncryptionType %s after a refused start", got)
		}
		if got := r.str("StreamDescription.StreamStatus"); got != "ACTIVE" {
			c.t.Errorf("status %s, want ACTIVE", got)
		}
	})
}

// EncryptionType is in the answers of puts and in records if they are encrypted, and
// KeyId, as it was given, in descriptions; starting again is a rotation; what was put
// stays as it is, and is read, after each (B).
//
//rule:15.3 StartStreamEncryption StopStreamEncryption PutRecord PutRecords GetRecords
func TestEncryption(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		in := object{"StreamName": "s", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
		put := func(kind string) {
			c.t.Helper()
			one := c.must("PutRecord", object{"StreamName": "s", "PartitionKey": "k", "Data": []byte("data")})
			many := c.must("PutRecords", object{"StreamName": "s", "Records": list{object{"PartitionKey": "k", "Data": []byte("data")}}})
			for _, r := range []*reply{one, many} {
				if r.has("EncryptionType") != (kind != "") || kind != "" && r.str("EncryptionType") != kind {
					c.t.Errorf("a put answers %s, want EncryptionType %q", r.printable(), kind)
				}
			}
		}
		described := func(kind, key string) {
			c.t.Helper()
			r := c.must("DescribeStreamSummary", object{"StreamName": "s"})
			if got := r.str("StreamDescriptionSummary.EncryptionType"); got != kind || r.has("StreamDescriptionSummary.KeyId") != (key != "") || key != "" && r.str("StreamDescriptionSummary.KeyId") != key {
				c.t.Errorf("described as %s, want %s, key %q", r.printable(), kind, key)
			}
		}
		put("")
		for range 2 {
			c.call("StartStreamEncryption", in).empty()
			c.active("s")
			described("KMS", "alias/aws/kinesis")
			put("KMS")
		}
		c.call("StopStreamEncryption", in).empty()
		c.active("s")
		described("NONE", "")
		put("")
		r := c.records(c.iterator("s", "TRIM_HORIZON", nil))
		for i, kind := range []string{"", "", "KMS", "KMS", "KMS", "KMS", "", ""} {
			at := fmt.Sprintf("Records.%d", i)
			if string(r.blob(at+".Data")) != "data" || r.has(at+".EncryptionType") != (kind != "") {
				c.t.Errorf("record %d of %s, want EncryptionType %q", i, r.printable(), kind)
			}
		}
	})
}

// Settings cannot be changed while a stream is CREATING: ResourceInUseException (B).
//
//rule:15 AddTagsToStream RemoveTagsFromStream TagResource UntagResource EnableEnhancedMonitoring DisableEnhancedMonitoring StartStreamEncryption StopStreamEncryption UpdateMaxRecordSize UpdateStreamRecordDistributionStrategy IncreaseStreamRetentionPeriod
func TestSettingsWhileCreating(t *testing.T) {
	ahead(t, freshet.Options{TransitionDelay: time.Minute}, func(c *client) {
		c.must("CreateStream", object{"StreamName": "s", "ShardCount": 1})
		for op, in := range map[string]object{
			"AddTagsToStream":               {"StreamName": "s", "Tags": object{"a": "b"}},
			"RemoveTagsFromStream":          {"StreamName": "s", "TagKeys": list{"a"}},
			"TagResource":                   {"ResourceARN": c.arn("s"), "Tags": object{"a": "b"}},
			"UntagResource":                 {"ResourceARN": c.arn("s"), "TagKeys": list{"a"}},
			"EnableEnhancedMonitoring":      {"StreamName": "s", "ShardLevelMetrics": list{"ALL"}},
			"DisableEnhancedMonitoring":     {"StreamName": "s", "ShardLevelMetrics": list{"ALL"}},
			"StartStreamEncryption":         {"StreamName": "s", "EncryptionType": "KMS", "KeyId": "k"},
			"StopStreamEncryption":          {"StreamName": "s", "EncryptionType": "KMS", "KeyId": "k"},
			"UpdateMaxRecordSize":           {"StreamARN": c.arn("s"), "MaxRecordSizeInKiB": 2048},
			"IncreaseStreamRetentionPeriod": {"StreamName": "s", "RetentionPeriodHours": 48},

			"UpdateStreamRecordDistributionStrategy": {"StreamARN": c.arn("s"), "RecordDistributionStrategy": "USER_PARTITION_KEY"},
		} {
			c.call(op, in).fails("ResourceInUseException", "Stream s under account "+c.account+" not ACTIVE, instead in state CREATING")
		}
	})
}
