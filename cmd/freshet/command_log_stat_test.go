package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// call asks the server of a screen for an operation.
func call(t *testing.T, screen, operation, body string) {
	t.Helper()
	endpoint := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(screen)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=00")
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reply.Body)
	_ = reply.Body.Close() // it was read
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v: %s", operation, reply.StatusCode, err, content)
	}
}

// Beside a server and without one, streams have the names that people know.
func TestLogStatNamesStreams(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	screen, signals, code := dev(t, "--data", dir)
	call(t, screen, "CreateStream", `{"StreamName": "orders", "ShardCount": 2}`)
	call(t, screen, "PutRecord", `{"StreamName": "orders", "PartitionKey": "a", "Data": "aGVsbG8="}`)
	const stream = "000000000000/us-east-1/orders"
	want := regexp.MustCompile(`(?m)^` + stream + ` +1 +1 +\d+ B +\d+ B +0 B +20\S+Z +20\S+Z$`)
	f := func(of string) {
		t.Helper()
		for _, folder := range []string{dir, filepath.Join(dir, "log")} {
			var out bytes.Buffer
			if code := testProgram(&out, nil).run([]string{"log", "stat", folder}); code != 0 || !want.MatchString(out.String()) {
				t.Errorf("%s: exits with %d:\n%s", of, code, out.String())
			}
		}
	}
	f("beside a server")
	signals <- os.Interrupt
	if code := <-code; code != 0 {
		t.Errorf("the server exits with %d", code)
	}
	f("without a server")

	var out bytes.Buffer
	var said usageJSON
	code2 := testProgram(&out, nil).run([]string{"log", "stat", "--json", dir})
	if err := json.Unmarshal(out.Bytes(), &said); code2 != 0 || err != nil {
		t.Fatalf("exits with %d, %v:\n%s", code2, err, out.String())
	}
	if len(said.Streams) != 1 || said.Streams[0].Name != stream || said.Streams[0].Records != 1 || said.Bytes <= said.Journal.Bytes {
		t.Errorf("it says %+v", said)
	}

	// Without the store there are ids.
	if err := os.Remove(filepath.Join(dir, "meta.db")); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if code := testProgram(&out, nil).run([]string{"log", "stat", dir}); code != 0 || !strings.Contains(out.String(), said.Streams[0].ID) {
		t.Errorf("without a store: exits with %d:\n%s", code, out.String())
	}
}

func TestSizeText(t *testing.T) {
	f := func(n int64, want string) {
		t.Helper()
		if got := sizeText(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	f(0, "0 B")
	f(100, "100 B")
	f(1536, "1.5 KiB")
	f(64<<20, "64.0 MiB")
	f(3<<29, "1.5 GiB")
}
