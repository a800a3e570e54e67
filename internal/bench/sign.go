package bench

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Credentials sign requests.
type Credentials struct {
	KeyID, Secret string
	Token         string // of a session, or empty
}

// signed are the headers that a signature covers, in the order it wants.
var signed = []string{"content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"}

// sign adds Signature Version 4 to a POST of body to "/". (AWS General
// Reference, "Create a signed AWS API request".)
func (c Credentials) sign(r *http.Request, body []byte, region, service string, now time.Time) {
	stamp := now.UTC().Format("20060102T150405Z")
	scope := stamp[:8] + "/" + region + "/" + service + "/aws4_request"
	r.Header.Set("X-Amz-Date", stamp)
	if c.Token != "" {
		r.Header.Set("X-Amz-Security-Token", c.Token)
	}

	var headers strings.Builder
	var names []string
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		if value != "" {
			headers.WriteString(name + ":" + value + "\n")
			names = append(names, name)
		}
	}
	list := strings.Join(names, ";")
	canonical := "POST\n/\n\n" + headers.String() + "\n" + list + "\n" + hash(body)
	toSign := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hash([]byte(canonical))

	key := []byte("AWS4" + c.Secret)
	for _, part := range []string{stamp[:8], region, service, "aws4_request"} {
		key = mac(key, part)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+c.KeyID+"/"+scope+
		", SignedHeaders="+list+", Signature="+hex.EncodeToString(mac(key, toSign)))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
