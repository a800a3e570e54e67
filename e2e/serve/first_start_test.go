//go:build e2e

package serve

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// The key of the root is made once, and lets in from then on, whatever ends the
// server. Its secret is in a file for its owner alone, and in no output that is a log.
func TestTheRootsKeyIsMadeAtTheFirstStart(t *testing.T) {
	data := fresh(t)
	s := serve(t, data)
	key := rootKey(t, s.RootCredentials())
	if info, err := os.Stat(s.RootCredentials()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	screen := s.Output()
	for _, want := range []string{key.AccessKeyID, s.RootCredentials(), "https://", s.CAFile(), "Account", "freshet env"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
	c := client(t, s, key, "us-east-1")
	_, err := c.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("orders"), ShardCount: aws.Int32(1)})
	wantCode(t, err, "")
	put := &kinesis.PutRecordInput{StreamName: aws.String("orders"), PartitionKey: aws.String("k"), Data: []byte("one coffee")}
	_, err = c.PutRecord(t.Context(), put)
	wantCode(t, err, "")
	outputs := []string{screen}
	stop(t, s)

	for range 2 {
		s = serve(t, data)
		if strings.Contains(s.Output(), "key of the root") || rootKey(t, s.RootCredentials()) != key {
			t.Errorf("a later start makes a key:\n%s", s.Output())
		}
		_, err = client(t, s, key, "us-east-1").PutRecord(t.Context(), put)
		wantCode(t, err, "")
		outputs = append(outputs, s.Output())
		if err := s.Kill(); err != nil {
			t.Error(err)
		}
	}
	for _, output := range outputs {
		if strings.Contains(output, key.SecretAccessKey) {
			t.Error("the secret is in the output")
		}
	}

	// The file is the user's: the server does without.
	if err := os.Remove(s.RootCredentials()); err != nil {
		t.Fatal(err)
	}
	s = serve(t, data)
	_, err = client(t, s, key, "us-east-1").PutRecord(t.Context(), put)
	wantCode(t, err, "")
	stop(t, s)
}

func TestWhoIsLetIn(t *testing.T) {
	s := serve(t, fresh(t), "--regions", "us-east-1,eu-west-1")
	key := rootKey(t, s.RootCredentials())
	f := func(change func(*aws.Credentials), region, code string) {
		t.Helper()
		k := key
		change(&k)
		_, err := client(t, s, k, region).ListStreams(t.Context(), &kinesis.ListStreamsInput{})
		wantCode(t, err, code)
	}
	same := func(*aws.Credentials) {}
	f(same, "us-east-1", "")
	f(same, "eu-west-1", "")
	f(same, "ap-south-1", "InvalidSignatureException")
	f(func(c *aws.Credentials) { c.SecretAccessKey += "x" }, "us-east-1", "InvalidSignatureException")
	f(func(c *aws.Credentials) { c.AccessKeyID = "test" }, "us-east-1", "UnrecognizedClientException")
	f(func(c *aws.Credentials) { c.AccessKeyID = "000000000000" }, "us-east-1", "UnrecognizedClientException")
	stop(t, s)
}
