//go:build e2e

package readme

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	freshet "github.com/freshet/freshet"
)

// TestAuditGuide reads an audit log as docs/guide/6-audit.md does.
func TestAuditGuide(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := freshet.New(freshet.Options{
		DataDir: dir, Listen: "127.0.0.1:0", TLS: freshet.TLSOff, Audit: freshet.Audit{Sinks: []string{freshet.AuditFile}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()
	const arn = "arn:aws:kinesis:us-east-1:000000000000:stream/orders"
	ask(t, s.Endpoint(), true, "CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	for range 2 {
		ask(t, s.Endpoint(), true, "PutResourcePolicy", `{"ResourceARN":"`+arn+`","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",`+
			`\"Principal\":{\"AWS\":\"123456789012\"},\"Action\":\"kinesis:PutRecord\",\"Resource\":\"`+arn+`\"}]}"}`)
	}
	ask(t, s.Endpoint(), false, "DeleteStream", `{"StreamName":"orders"}`)
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	commands := blocks(t, "docs/guide/6-audit.md", "sh")
	wants := []string{"CreateStream\tdone", `[{"address":"127.0.0.1","refused":1}]`, `"before":"{\"Version\"`}
	if len(commands) != len(wants) {
		t.Fatalf("%d commands", len(commands))
	}
	for i, command := range commands {
		c := exec.CommandContext(t.Context(), "sh", "-c", command)
		c.Dir = filepath.Join(dir, "audit")
		if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), wants[i]) {
			t.Errorf("%s: %v: %s; want %s", command, err, out, wants[i])
		}
	}
}

func ask(t *testing.T, url string, signed bool, operation, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
	if signed {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0")
		r.Header.Set("X-Amz-Date", "20261124T090000Z")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || signed != (answer.StatusCode == http.StatusOK) {
		t.Fatalf("%s: %s, %v", operation, answer.Status, err)
	}
}
