package conformance

import (
	"net/http"
	"strings"
	"testing"
)

// sdkHeaders are what SDKs in a browser ask leave to send (aws-sdk-js 2 and 3; T
// aws/aws-sdk-js-v3#1376).
const sdkHeaders = "amz-sdk-invocation-id,amz-sdk-request,authorization,content-type,x-amz-content-sha256,x-amz-date," +
	"x-amz-security-token,x-amz-target,x-amz-user-agent"

// A page of this machine may call with an SDK, in clear and over TLS: the browser
// asks first, then calls, and may read the answer (K).
//
//rule:1.6 *
func TestSDKsInABrowser(t *testing.T) {
	over(t, func(c *client) {
		for _, page := range []string{"http://localhost:3000", "https://localhost:3000", "https://app.localhost", "http://127.0.0.1:8080", "http://[::1]:5173"} {
			req, err := http.NewRequestWithContext(c.t.Context(), http.MethodOptions, c.url, nil)
			if err != nil {
				c.t.Fatal(err)
			}
			req.Header.Set("Origin", page)
			req.Header.Set("Access-Control-Request-Method", "POST")
			req.Header.Set("Access-Control-Request-Headers", sdkHeaders)
			r := c.do(req)
			if r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != page || r.header.Get("Access-Control-Allow-Methods") != "POST" {
				c.t.Errorf("%s: status %d, %v", page, r.status, r.header)
			}
			allowed := "," + r.header.Get("Access-Control-Allow-Headers") + ","
			for name := range strings.SplitSeq(sdkHeaders, ",") {
				if !strings.Contains(allowed, ","+name+",") {
					c.t.Errorf("%s may not send %s", page, name)
				}
			}
			call := c.request(target+"ListStreams", c.enc.encode(object{}))
			call.Header.Set("Origin", page)
			for _, name := range []string{"Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "X-Amz-User-Agent"} {
				call.Header.Set(name, "aws-sdk-js/3.0 ua/2.1")
			}
			if r := c.do(call); r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != page ||
				!strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "x-amzn-RequestId") {
				c.t.Errorf("%s: status %d, %v", page, r.status, r.header)
			}
		}
	})
}

// A page from elsewhere may neither ask nor read; unlike AWS (see origin).
//
//rule:1.6 *
func TestPagesFromElsewhere(t *testing.T) {
	over(t, func(c *client) {
		for _, page := range []string{"https://example.com", "http://localhost.example.com", "null", "file://", "http://10.0.0.1"} {
			for _, method := range []string{http.MethodOptions, http.MethodPost} {
				req := c.request(target+"ListStreams", c.enc.encode(object{}))
				req.Method = method
				req.Header.Set("Origin", page)
				req.Header.Set("Access-Control-Request-Headers", sdkHeaders)
				for name := range c.do(req).header {
					if strings.HasPrefix(name, "Access-Control-") {
						c.t.Errorf("%s %s: %s", method, page, name)
					}
				}
			}
		}
	})
}
