package sigv4

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The signatures of AWS's own examples ("Signature Version 4 test suite"). The key,
// the time, the region and the service are the same in all.
func TestSignaturesOfTheTestSuite(t *testing.T) {
	const form, utf8Form = "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf8"
	const token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/" +
		"qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
	const unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	f := func(method, uri, body, signature string, headers ...string) {
		t.Helper()
		r := vector(t, method, uri, body, signature, headers)
		v := newVerifier()
		v.service, v.now = "service", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
		v.accepts(t, r)
		v.secret = "another"
		v.refuses(t, r, mismatchCode, mismatchText)
	}
	f("GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
	f("GET", "/ሴ", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")
	f("GET", "/"+unreserved, "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f")
	f("GET", "/?Param1=value1", "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb")
	f("GET", "/?Param1=value2&Param1=Value1", "", "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1")
	f("GET", "/?Param2=value2&Param1=value1", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
	f("GET", "/?Param1=value2&Param1=value1", "", "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694")
	f("GET", "/?"+unreserved+"="+unreserved, "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197")
	f("GET", "/?ሴ=bar", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04")

	// Headers: in the order they came, and folded, in quotes too.
	f("GET", "/", "", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea", "My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1")
	f("GET", "/", "", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01", "My-Header1", "value4", "My-Header1", "value1", "My-Header1", "value3", "My-Header1", "value2")
	f("GET", "/", "", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", "My-Header1", " value1", "My-Header2", ` "a   b   c"`)
	f("POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")
	f("POST", "/", "", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c", "My-Header1", "value1")
	f("POST", "/", "", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d", "My-Header1", "VALUE1")
	f("POST", "/?Param1=value1", "", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11")
	f("POST", "/", "Param1=value1", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe", "Content-Type", utf8Form)
	f("POST", "/", "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", "Content-Type", form)
	f("POST", "/", "", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead", "X-Amz-Security-Token", token)

	// Paths: without what means nothing in them.
	for _, uri := range []string{"/example/..", "/example1/example2/../..", "//", "/./", "/..", "/a/./.././/"} {
		f("GET", uri, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
	}
	f("GET", "/./example", "", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5")
	f("GET", "//example//", "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84")
}

// vector makes a request of the suite as a server reads it. All its headers are
// signed, but for the length.
func vector(t *testing.T, method, uri, body, signature string, headers []string) *http.Request {
	t.Helper()
	lines := []string{method + " " + uri + " HTTP/1.1", "Host: example.amazonaws.com", "X-Amz-Date: 20150830T123600Z"}
	signed := map[string]bool{"host": true, "x-amz-date": true}
	for i := 0; i < len(headers); i += 2 {
		lines = append(lines, headers[i]+":"+headers[i+1])
		signed[strings.ToLower(headers[i])] = true
	}
	if body != "" {
		lines = append(lines, "Content-Length: 13")
	}
	names := make([]string, 0, len(signed))
	for _, name := range []string{"content-type", "host", "my-header1", "my-header2", "x-amz-date", "x-amz-security-token"} {
		if signed[name] {
			names = append(names, name)
		}
	}
	lines = append(lines, "Authorization: "+Algorithm+" Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="+
		strings.Join(names, ";")+", Signature="+signature, "", body)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.Join(lines, "\r\n"))))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
