package audit

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/change"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s is not what is there; go test ./internal/audit -update writes:\n%s", path, text)
	}
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 5e6, time.UTC)

func TestEventsOfEachKind(t *testing.T) {
	var all strings.Builder
	add := func(comment string, c *Call, more additional) {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(masked(c.line(noon, more))), "", "  "); err != nil {
			t.Fatal(err)
		}
		all.WriteString("// " + comment + "\n" + pretty.String() + "\n\n")
	}
	name := new("orders")

	create := allowed("CreateStream", &kinesis.CreateStreamInput{StreamName: name, ShardCount: new(int32(1)), Tags: map[string]string{"team": "blue"}}, nil)
	create.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}
	add("a change, over TLS", create, additional{})

	add("a read: its answer is not shown", allowed("DescribeStreamSummary", &kinesis.DescribeStreamSummaryInput{StreamName: name},
		&kinesis.DescribeStreamSummaryOutput{}), additional{})

	register := allowed("RegisterStreamConsumer",
		&kinesis.RegisterStreamConsumerInput{StreamARN: new("arn:aws:kinesis:eu-west-1:123456789012:stream/orders"), ConsumerName: new("app")},
		&kinesis.RegisterStreamConsumerOutput{Consumer: &kinesis.Consumer{ConsumerName: new("app"), ConsumerCreationTimestamp: &noon}})
	register.Identity = access.Verified(session, "ASIAEXAMPLE", "eu-west-1", facts(noon.Add(-time.Hour)))
	add("a change whose answer tells something, in a role's session", register, additional{})

	put := allowed("PutRecords", &kinesis.PutRecordsInput{StreamName: name, Records: []kinesis.PutRecordsRequestEntry{
		{Data: []byte("salary"), PartitionKey: new("alice"), ExplicitHashKey: new("17")}}},
		&kinesis.PutRecordsOutput{FailedRecordCount: new(int32(0))})
	put.BytesIn = 123
	add("records, one of a thousand", put, additional{SampledOneIn: 1000})

	failed := allowed("DeleteStream", &kinesis.DeleteStreamInput{StreamName: name}, nil)
	failed.Code, failed.Message = "ResourceNotFoundException", "Stream orders under account 123456789012 not found."
	add("an operation that failed", failed, additional{})

	denied := allowed("DeleteStream", &kinesis.DeleteStreamInput{StreamName: name}, nil)
	denied.Caller, denied.Code, denied.Message = access.Caller{}, "AccessDeniedException", "User: … is not authorized to perform: kinesis:DeleteStream"
	add("an operation that was denied", denied, additional{})

	add("a signature that is wrong, after four refusals that were not recorded", refused("198.51.100.9"), additional{NotRecorded: 4})

	policy := allowed("PutResourcePolicy", &kinesis.PutResourcePolicyInput{
		ResourceARN: new("arn:aws:kinesis:eu-west-1:123456789012:stream/orders"), Policy: new(`{"Version":"2012-10-17"}`)},
		&kinesis.PutResourcePolicyOutput{})
	ctx := change.Gather(t.Context())
	change.Say(ctx, "policy of arn:aws:kinesis:eu-west-1:123456789012:stream/orders", nil, `{"Version":"2012-10-17"}`)
	policy.Changes = change.Of(ctx)
	add("a change that says how it was before", policy, additional{})

	purge := &Call{
		Service: "freshet", Operation: "PurgeStream", RequestID: "e9f9c8eb-c757-11e3-bf1d-6948db3cd570",
		Identity: access.Unverified("123456789012", "eu-west-1"), Caller: access.Dev("123456789012", "eu-west-1"),
		ByToken: true, Source: create.Source, UserAgent: "freshet/1.0",
		Input:  Parameters{Value: map[string]any{"stream": "orders", "token": "eyJ", "limit": 3}},
		Output: Parameters{Value: map[string]any{"records": 7}},
	}
	add("the extension API, with the server's token", purge, additional{})
	golden(t, "events.txt", all.String())
}

func TestLongEventsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 3*MaxEvent)
	c := allowed("PutResourcePolicy", &kinesis.PutResourcePolicyInput{ResourceARN: &long, Policy: &long}, nil)
	c.UserAgent, c.Host, c.Message, c.Code = long, long, long, "ValidationException"
	ctx := change.Gather(t.Context())
	change.Say(ctx, long, long, long)
	c.Changes = change.Of(ctx)
	line := c.line(noon, additional{})
	if len(line) > MaxEvent {
		t.Errorf("%d bytes", len(line))
	}
	want := `{"omitted":true`
	if e := decoded(t, string(line)); e["requestParameters"].(map[string]any)["omitted"] != true {
		t.Errorf("lacks %s: %.300s", want, line)
	}
	c = refused("192.0.2.1")
	c.KeyID, c.Region, c.UserAgent, c.Message = long, long, long, long
	if line := c.line(noon, additional{}); len(line) > 8<<10 {
		t.Errorf("a refusal of %d bytes", len(line))
	}
}

func TestSamplingReadsWhatItWrites(t *testing.T) {
	for _, text := range []string{"off", "all", "1/1000"} {
		if s, err := ParseSampling(text); err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "1/0", "2/3", "1/-1", "1/+1", "1/99999999999", "none"} {
		if s, err := ParseSampling(text); err == nil {
			t.Errorf("%q is taken for %v", text, s)
		}
	}
	n := 0
	for range 20_000 {
		if Sampling(10).takes() {
			n++
		}
	}
	if n < 1600 || n > 2400 {
		t.Errorf("of 20000 a tenth is %d", n)
	}
}
