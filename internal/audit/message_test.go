package audit

import (
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func TestMessagesDoNotQuoteWhatIsHidden(t *testing.T) {
	in := &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("alice"), ExplicitHashKey: new("34028236692093846346")}
	f := func(message, want string, in *kinesis.PutRecordInput) {
		t.Helper()
		c := allowed("PutRecord", in, nil)
		if in == nil {
			c.Input.Value = nil
		}
		c.Code, c.Message = "InvalidArgumentException", message
		if got := decoded(t, string(c.line(noon, additional{})))["errorMessage"]; got != want {
			t.Errorf("%q is told as %q", message, got)
		}
	}
	f("Stream orders not found.", "Stream orders not found.", in)
	f("Invalid ExplicitHashKey. Specified value was 34028236692093846346", concealed, in)
	f("the key alice is wrong", concealed, in)
	f("1 validation error detected: Value 'it's ' at 'x' secret' at 'partitionKey' failed to satisfy constraint: Member must have length",
		"1 validation error detected: Value '"+concealed+"' at 'partitionKey' failed to satisfy constraint: Member must have length", nil)
	f("2 validation errors detected: Value 'a' at 'data' failed; Value 'b' at 'partitionKey' failed",
		"2 validation errors detected: Value '"+concealed+"' at 'partitionKey' failed", nil)
	f("The signature does not match.\n\nThe Canonical String should have been\nx-amz-security-token:hush", "The signature does not match.", nil)
}

func FuzzEventIsOneLineOfJSON(f *testing.F) {
	f.Add("orders", "alice", "agent", "AKIA", "us-east-1", "no\nstream 'x' at 'y'", []byte("data"))
	f.Add("\xff\u2028", "\"\\\n", "\x00", "\r", "<&>", "Value '", []byte{0})
	f.Fuzz(func(t *testing.T, name, key, agent, keyID, region, message string, data []byte) {
		put := allowed("PutRecord", &kinesis.PutRecordInput{StreamName: &name, StreamARN: &name, PartitionKey: &key, Data: data}, nil)
		tag := allowed("AddTagsToStream", &kinesis.AddTagsToStreamInput{StreamName: &name, Tags: map[string]string{key: agent, name: message}}, nil)
		wrong := refused("192.0.2.1")
		untyped := &Call{Service: "freshet", Operation: "PutLimits", Input: Parameters{Value: map[string]string{key: name}}}
		for _, c := range []*Call{put, tag, wrong, untyped} {
			c.UserAgent, c.KeyID, c.Host, c.Message, c.Code = agent, keyID, name, message, "X"
			if c.Identity.IsZero() {
				c.Region = region
			}
			line := string(c.line(noon, additional{}))
			if !strings.HasSuffix(line, "\n") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\n\r") || len(line) > MaxEvent {
				t.Fatalf("not one line: %q", line)
			}
			e := decoded(t, line)
			if e["eventName"] != c.Operation {
				t.Errorf("the client chose the name: %s", line)
			}
		}
	})
}
