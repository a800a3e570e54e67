package wire_test

import (
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/awsapitest"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
)

// Each text is a row of data-streams.md, section 3.1, or is quoted from
// kinesalite's tests, which saw it on AWS, with today's bounds.
func TestValidationTexts(t *testing.T) {
	f := func(op *awsapi.Operation, in any, want ...string) {
		t.Helper()
		err := wire.Validate(op.Input, in)
		switch {
		case len(want) == 0 && err == nil:
		case len(want) == 0:
			t.Errorf("got %q, want no error", err.Message)
		case err == nil:
			t.Errorf("got no error, want %q", want)
		case err.Code != "ValidationException" || err.Status != 400 || err.Message != strings.Join(want, ""):
			t.Errorf("got %s, %d,\n%q\nwant\n%q", err.Code, err.Status, err.Message, strings.Join(want, ""))
		}
	}
	entry := func(data []byte, key string) kinesis.PutRecordsRequestEntry {
		return kinesis.PutRecordsRequestEntry{Data: data, PartitionKey: &key}
	}

	// Required; the value is the bare word.
	f(kinesis.OpPutRecords, &kinesis.PutRecordsInput{},
		"1 validation error detected: Value null at 'records' failed to satisfy constraint: Member must not be null")
	f(kinesis.OpAddTagsToStream, &kinesis.AddTagsToStreamInput{StreamName: new("")},
		"3 validation errors detected: ",
		"Value '' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; ",
		"Value '' at 'streamName' failed to satisfy constraint: Member must have length greater than or equal to 1; ",
		"Value null at 'tags' failed to satisfy constraint: Member must not be null")
	f(kinesis.OpCreateStream, &kinesis.CreateStreamInput{StreamName: new("a"), StreamModeDetails: &kinesis.StreamModeDetails{}},
		"1 validation error detected: Value null at 'streamModeDetails.streamMode' failed to satisfy constraint: Member must not be null")

	// Length.
	long := strings.Repeat("a", 129)
	f(kinesis.OpDeleteStream, &kinesis.DeleteStreamInput{StreamName: &long},
		"1 validation error detected: Value '", long, "' at 'streamName' failed to satisfy constraint: Member must have length less than or equal to 128")
	f(kinesis.OpPutRecords, &kinesis.PutRecordsInput{Records: []kinesis.PutRecordsRequestEntry{}},
		"1 validation error detected: Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1")
	f(kinesis.OpAddTagsToStream, &kinesis.AddTagsToStreamInput{Tags: map[string]string{}},
		"1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
	f(kinesis.OpPutRecord, &kinesis.PutRecordInput{Data: make([]byte, 10485761), PartitionKey: new("")},
		"2 validation errors detected: ",
		"Value 'java.nio.HeapByteBuffer[pos=0 lim=10485761 cap=10485761]' at 'data' failed to satisfy constraint: Member must have length less than or equal to 10485760; ",
		"Value '' at 'partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1")
	many := make([]kinesis.PutRecordsRequestEntry, 501)
	for i := range many {
		many[i] = entry([]byte{}, "a")
	}
	f(kinesis.OpPutRecords, &kinesis.PutRecordsInput{Records: many},
		"1 validation error detected: Value '[",
		strings.Repeat("com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310, ", 500),
		"com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310]' at 'records' failed to satisfy constraint: Member must have length less than or equal to 500")
	f(kinesis.OpPutRecords, &kinesis.PutRecordsInput{Records: many[:500]})

	// A path counts list items from 1.
	f(kinesis.OpPutRecords, &kinesis.PutRecordsInput{Records: []kinesis.PutRecordsRequestEntry{
		entry([]byte{}, "a"), entry([]byte("x"), strings.Repeat("k", 257)), entry(nil, "a"),
	}},
		"2 validation errors detected: ",
		"Value '", strings.Repeat("k", 257), "' at 'records.2.member.partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256; ",
		"Value null at 'records.3.member.data' failed to satisfy constraint: Member must not be null")

	// Length is in characters.
	f(kinesis.OpPutRecord, &kinesis.PutRecordInput{Data: []byte{}, PartitionKey: new(strings.Repeat("é", 256))})
	f(kinesis.OpPutRecord, &kinesis.PutRecordInput{Data: []byte{}, PartitionKey: new(strings.Repeat("😀", 256))})

	// Value.
	f(kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: new("i"), Limit: new(int32(0))},
		"1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
	f(kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: new("i"), Limit: new(int32(10001))},
		"1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000")
	f(kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: new("i"), Limit: new(int32(10000))})

	// Pattern; all of the value.
	f(kinesis.OpDeleteStream, &kinesis.DeleteStreamInput{StreamName: new("a\n")},
		"1 validation error detected: Value 'a\n' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")

	// Enumeration.
	f(kinesis.OpGetShardIterator, &kinesis.GetShardIteratorInput{ShardId: new("s"), ShardIteratorType: new(kinesis.ShardIteratorType(""))},
		"1 validation error detected: Value '' at 'shardIteratorType' failed to satisfy constraint: ",
		"Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]")

	// List items, map keys, map values: one item speaks of all.
	f(kinesis.OpRemoveTagsFromStream, &kinesis.RemoveTagsFromStreamInput{TagKeys: []string{"a", long, "b", ""}},
		"1 validation error detected: Value '[a, ", long, ", b, ]' at 'tagKeys' failed to satisfy constraint: ",
		"Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]")
	f(kinesis.OpAddTagsToStream, &kinesis.AddTagsToStreamInput{Tags: map[string]string{"a": "b", "": "c"}},
		"1 validation error detected: Value '{=c, a=b}' at 'tags' failed to satisfy constraint: ",
		"Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]")
	f(kinesis.OpAddTagsToStream, &kinesis.AddTagsToStreamInput{Tags: map[string]string{"a": strings.Repeat("v", 257)}},
		"1 validation error detected: Value '{a=", strings.Repeat("v", 257), "}' at 'tags' failed to satisfy constraint: ",
		"Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0]")
	f(kinesis.OpEnableEnhancedMonitoring, &kinesis.EnableEnhancedMonitoringInput{ShardLevelMetrics: []kinesis.MetricsName{"ALL", "None"}},
		"1 validation error detected: Value '[ALL, None]' at 'shardLevelMetrics' failed to satisfy constraint: ",
		"Member must satisfy constraint: [Member must satisfy enum value set: [IncomingBytes, IncomingRecords, OutgoingBytes, OutgoingRecords, ",
		"WriteProvisionedThroughputExceeded, ReadProvisionedThroughputExceeded, IteratorAgeMilliseconds, ALL]]")

	// Absent is not wrong; nor is what has no bound.
	f(kinesis.OpListStreams, &kinesis.ListStreamsInput{})
	f(kinesis.OpIncreaseStreamRetentionPeriod, &kinesis.IncreaseStreamRetentionPeriodInput{RetentionPeriodHours: new(int32(-1))})
}

func TestValidationListsTenItemsAtMost(t *testing.T) {
	in := &kinesis.PutRecordsInput{Records: make([]kinesis.PutRecordsRequestEntry, 20)}
	err := wire.Validate(kinesis.OpPutRecords.Input, in)
	if err == nil {
		t.Fatal("no error")
	}
	start, items, _ := strings.Cut(err.Message, ": ")
	if n := len(strings.Split(items, "; ")); start != "10 validation errors detected" || n != 10 {
		t.Errorf("got %d items after %q", n, start)
	}
	if want := "'records.10.member.data' failed to satisfy constraint: Member must not be null"; !strings.HasSuffix(err.Message, want) {
		t.Errorf("got %q, want it to end with %q", err.Message, want)
	}
}

func TestValidationCutsLongValues(t *testing.T) {
	f := func(in *kinesis.AddTagsToStreamInput) {
		t.Helper()
		err := wire.Validate(kinesis.OpAddTagsToStream.Input, in)
		if err == nil || len(err.Message) > 3<<16 || !strings.Contains(err.Message, "…' at '") {
			t.Errorf("the message was not cut")
		}
	}
	tags := make(map[string]string)
	for i := range 100 {
		tags[strings.Repeat("k", i)] = strings.Repeat("é", 10000)
	}
	f(&kinesis.AddTagsToStreamInput{StreamName: new(strings.Repeat("é", 1<<20)), Tags: map[string]string{"a": "b"}})
	f(&kinesis.AddTagsToStreamInput{Tags: tags})
}

// Unlike AWS: some patterns take 100 ns a byte, so that a text far beyond its
// length is not matched as well.
func TestValidationDoesNotMatchWhatIsFarTooLong(t *testing.T) {
	f := func(n int, want string) {
		t.Helper()
		in := &kinesis.DeleteStreamInput{StreamARN: new("arn:aws:kinesis:" + strings.Repeat(":kinesis:", n/9))}
		err := wire.Validate(kinesis.OpDeleteStream.Input, in)
		if err == nil || !strings.HasPrefix(err.Message, want) {
			t.Errorf("%d bytes: got %.60v, want %q", n, err, want)
		}
	}
	f(10_000, "2 validation errors detected: ")
	f(14<<20, "1 validation error detected: ")
}

// Every constraint of the model, broken in every operation's input, is seen where
// it is and told in AWS's words, and what is valid passes.
func TestValidationOfEveryConstraint(t *testing.T) {
	n := 0
	for _, op := range kinesis.Service.Operations {
		if err := wire.Validate(op.Input, awsapitest.Input(op)); err != nil {
			t.Errorf("%s: the least input: %v", op.Name, err)
		}
		for v := range awsapitest.Violations(op) {
			n++
			err := wire.Validate(op.Input, v.Input)
			if err == nil {
				t.Errorf("%s: no error", v.Name)
				continue
			}
			if want := " at '" + v.Path + "' failed to satisfy constraint: " + v.Constraint; !strings.Contains(err.Message+"; ", want+"; ") {
				t.Errorf("%s:\ngot %.300q\nwant %q", v.Name, err.Message, want)
			}
			_, items, _ := strings.Cut(err.Message, " detected: ")
			for item := range strings.SplitSeq(items, "; Value ") {
				if !strings.Contains(item, " at '"+v.Path+"' failed") {
					t.Errorf("%s: %.300q speaks of another member", v.Name, item)
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("the model has %d violations, want at least 500", n)
	}
	t.Logf("%d violations", n)
}

// What breaks a constraint reaches the validator through either codec, and the
// answer is the same.
func TestViolationsPassThroughTheCodecs(t *testing.T) {
	type appender func([]byte, *awsapi.Shape, any) ([]byte, error)
	type decoder func([]byte, *awsapi.Shape, any) error
	f := func(name string, encode appender, decode decoder) {
		seen := make(map[string]bool) // many operations have the same members
		for _, op := range kinesis.Service.Operations {
			for v := range awsapitest.Violations(op) {
				if seen[v.Path+v.Constraint] {
					continue
				}
				seen[v.Path+v.Constraint] = true
				body, err := encode(nil, op.Input, v.Input)
				if err != nil {
					t.Fatalf("%s %s: %v", name, v.Name, err)
				}
				in := op.NewInput()
				if err := decode(body, op.Input, in); err != nil {
					t.Errorf("%s %s: decode: %v", name, v.Name, err)
					continue
				}
				want, got := wire.Validate(op.Input, v.Input), wire.Validate(op.Input, in)
				if got == nil || got.Message != want.Message {
					t.Errorf("%s %s: got %.300v, want %.300v", name, v.Name, got, want)
				}
			}
		}
	}
	f("JSON", awsjson.Append, awsjson.Decode)
	f("CBOR", awscbor.Append, awscbor.Decode)
}

func BenchmarkValidatePutRecords(b *testing.B) {
	in := &kinesis.PutRecordsInput{StreamName: new("orders"), Records: make([]kinesis.PutRecordsRequestEntry, 500)}
	for i := range in.Records {
		in.Records[i] = kinesis.PutRecordsRequestEntry{Data: make([]byte, 1024), PartitionKey: new("customer-4711")}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := wire.Validate(kinesis.OpPutRecords.Input, in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestValidationRepeatsNothingSensitive(t *testing.T) {
	in := &sts.AssumeRoleWithWebIdentityRequest{
		RoleArn: new("arn:aws:iam::123456789012:role/r"), RoleSessionName: new("ok"), WebIdentityToken: new("abc"),
	}
	e := wire.Validate(sts.OpAssumeRoleWithWebIdentity.Input, in)
	want := "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4"
	if e == nil || e.Message != want {
		t.Errorf("got %v, want %s", e, want)
	}
}
