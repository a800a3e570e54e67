package sigv4

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Requests as AWS's clients send them, as net/http reads them: boto3 1.44.5, the AWS CLI
// 1.46.3, JavaScript v2 and v3, Java v1 and v2, with lasting keys and with a session's.
// (The Host of those over HTTP/2 is their :authority. Unsigned parts of User-Agent were
// made shorter.)
func TestRequestsOfAWSsClients(t *testing.T) {
	paths, err := filepath.Glob("testdata/clients/*.http")
	if err != nil || len(paths) < 10 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			v := newVerifier()
			r := recorded(t, path)
			if v.now, err = time.Parse(stampLayout, r.Header.Get("X-Amz-Date")); err != nil {
				t.Fatal(err)
			}
			v.accepts(t, r)
			changeEach(t, v, path)
			r = recorded(t, path)
			r.Body = io.NopCloser(io.MultiReader(r.Body, strings.NewReader(" ")))
			v.refuses(t, r, mismatchCode, mismatchText)
			r = recorded(t, path)
			v.secret = "another"
			v.refuses(t, r, mismatchCode, mismatchText)
		})
	}
}

// changeEach changes every header of the request that is signed, one at a time.
func changeEach(t *testing.T, v *verifier, path string) {
	t.Helper()
	c, err := Parse(recorded(t, path))
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(c.SignedHeaders, ";") {
		r := recorded(t, path)
		if name == "host" || name == authority {
			r.Host += "0"
		} else {
			r.Header.Set(name, r.Header.Get(name)+"0")
		}
		if v.verify(r) == nil {
			t.Errorf("%s was changed, and nobody saw", name)
		}
	}
}

// recorded reads a request that was recorded.
func recorded(t *testing.T, path string) *http.Request {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
