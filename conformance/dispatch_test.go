package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	unnamed = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n"
	unknown = "<UnknownOperationException/>\n"
)

// exchange is one raw request of the table below. A header with the value "" is
// not sent.
type exchange struct {
	method string
	header map[string]string
	body   string
}

func (x exchange) make(t *testing.T) *reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), x.method, endpoint, strings.NewReader(x.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range x.header {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return newClient(t, asJSON).do(req)
}

func post(contentType, target, body string) exchange {
	return exchange{http.MethodPost, map[string]string{"Content-Type": contentType, "X-Amz-Target": target}, body}
}

// raw checks a reply to the byte.
func (r *reply) raw(status int, contentType, body string) {
	r.t.Helper()
	r.identified()
	if r.status != status || r.header.Get("Content-Type") != contentType || string(r.body) != body {
		r.t.Errorf("\n got  %d %q %q\n want %d %q %q", r.status, r.header.Get("Content-Type"), r.body, status, contentType, body)
	}
}

// Any other method than POST is 403, before anything else is looked at (K).
//
//rule:1.4 *
func TestOnlyPOST(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		x := post(asJSON.contentType, target+"ListStreams", "{}")
		x.method = method
		x.make(t).raw(403, "", unnamed)
	}
}

// OPTIONS without Origin is a method like any other (K).
//
//rule:1.4 *
func TestOPTIONSWithoutOrigin(t *testing.T) {
	x := post("", "", "")
	x.method = http.MethodOptions
	x.make(t).raw(403, "", unnamed)
}

// An empty body is judged before credentials: in JSON by the target, with any
// other content type or none in CBOR (K).
//
//rule:1.4 *
func TestEmptyBody(t *testing.T) {
	known, foreign := target+"ListStreams", "Kinesis_20131202.Nothing"
	post(asJSON.contentType, known, "").make(t).raw(400, asJSON.contentType, `{"__type":"SerializationException"}`)
	post(asJSON.contentType, foreign, "").make(t).raw(400, asJSON.contentType, `{"__type":"UnknownOperationException"}`)
	post(asJSON.contentType, "", "").make(t).raw(400, asJSON.contentType, `{"__type":"UnknownOperationException"}`)
	for _, contentType := range []string{"", "text/plain", asCBOR.contentType, "application/json"} {
		emptyCBOR(t, contentType, known, "SerializationException")
		emptyCBOR(t, contentType, foreign, "UnknownOperationException")
		emptyCBOR(t, contentType, "", "UnknownOperationException")
	}
}

func emptyCBOR(t *testing.T, contentType, target, code string) {
	t.Helper()
	r := post(contentType, target, "").make(t)
	r.enc = asCBOR
	r.wellFormed(asCBOR.contentType)
	r.members("", "__type")
	if r.status != 400 || r.str("__type") != code {
		t.Errorf("Content-Type %q, target %q: %d %s, want 400 %s", contentType, target, r.status, r.printable(), code)
	}
}

// A body without a known content type is answered in XML: 403 if the target
// lacks a part, 404 if it has both (K).
//
//rule:1.4 *
func TestUnknownContentType(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "application/x-amz-json-1.2", "application/x-www-form-urlencoded"} {
		for _, target := range []string{"", "Kinesis_20131202", "Kinesis_20131202.", ".ListStreams"} {
			post(contentType, target, "{}").make(t).raw(403, "", unnamed)
		}
		post(contentType, target+"ListStreams", "{}").make(t).raw(404, "", unknown)
		post(contentType, "Foo.Bar", "{}").make(t).raw(404, "", unknown)
	}
}

// A body that does not parse or is no object is a SerializationException without
// a message (K).
//
//rule:1.4 *
func TestBodyThatDoesNotParse(t *testing.T) {
	for _, body := range []string{"{", "[]", "1", `"a"`, "null", "hello", "{}}", `{"StreamName":"a"`, `{'StreamName':1}`, "\x00"} {
		post(asJSON.contentType, target+"ListStreams", body).make(t).raw(400, asJSON.contentType, `{"__type":"SerializationException"}`)
	}
	for _, body := range []string{"\xbf", "\x9f\xff", "\x01", "\x61a", "\xf6", "\xff", "\xa1\x61a", "\x1f", "{}"} {
		r := post(asCBOR.contentType, target+"ListStreams", body).make(t)
		r.enc = asCBOR
		r.wellFormed(asCBOR.contentType)
		if r.status != 400 || fmt.Sprint(r.out()) != "map[__type:SerializationException]" {
			t.Errorf("body % x: status %d, %s", body, r.status, r.printable())
		}
	}
}

// The parse comes before the target: whatever it is (K).
//
//rule:1.4 *
func TestBodyThatDoesNotParseWithUnknownTarget(t *testing.T) {
	post(asJSON.contentType, "Foo.Bar", "{").make(t).raw(400, asJSON.contentType, `{"__type":"SerializationException"}`)
}

// application/json is a dead end that speaks another dialect (K).
//
//rule:1.4 *
func TestPlainJSONIsADeadEnd(t *testing.T) {
	dead := func(code string) string {
		return fmt.Sprintf(`{"Output":{"__type":"com.amazon.coral.service#%s"},"Version":"1.0"}`, code)
	}
	for _, body := range []string{"{", "[]", "1"} {
		post("application/json", target+"ListStreams", body).make(t).raw(400, "application/json", dead("SerializationException"))
	}
	post("application/json", target+"ListStreams", "{}").make(t).raw(404, "application/json", dead("UnknownOperationException"))
}

// An unknown service or operation is 400, before credentials (K).
//
//rule:1.4 *
func TestUnknownOperation(t *testing.T) {
	for _, x := range []string{"", "Kinesis_20131202.Nothing", "Kinesis_20131202.listStreams", "Kinesis_20131202", "Foo.ListStreams", "Kinesis_20131202.ListStreams.x"} {
		post(asJSON.contentType, x, "{}").make(t).raw(400, asJSON.contentType, `{"__type":"UnknownOperationException"}`)
		r := post(asCBOR.contentType, x, "\xbf\xff").make(t)
		r.enc = asCBOR
		r.wellFormed(asCBOR.contentType)
		r.fails("UnknownOperationException", "")
	}
}

// What follows a semicolon and spaces around the type are tolerated (K).
//
//rule:1.1 *
func TestContentTypeParameters(t *testing.T) {
	each(t, func(c *client) {
		for _, spelt := range []string{"%s; charset=utf-8", "%s;charset=UTF-8", "  %s  ", "%s ; a=b; c=d"} {
			req := c.request(target+"ListStreams", c.enc.encode(object{}))
			req.Header.Set("Content-Type", fmt.Sprintf(spelt, c.enc.contentType))
			if r := c.do(req); r.status != 200 {
				c.t.Errorf("Content-Type %q: status %d, %s", spelt, r.status, r.printable())
			}
		}
	})
}

// The path is ignored (K).
//
//rule:1.1 *
func TestPathIsIgnored(t *testing.T) {
	each(t, func(c *client) {
		c.url += "/some/where"
		c.must("ListStreams", object{})
	})
}

// An operation without output answers 200, an empty body and the content type (K).
//
//rule:1.3 *
func TestEmptyOutput(t *testing.T) {
	each(t, func(c *client) {
		c.call("CreateStream", object{"StreamName": "s", "ShardCount": 1}).empty()
		c.until("s can be deleted", func() bool { return c.call("DeleteStream", object{"StreamName": "s"}).status == 200 })
	})
}

// Every reply has another request id (D).
//
//rule:1.3 *
func TestRequestIDsDiffer(t *testing.T) {
	each(t, func(c *client) {
		a, b := c.must("ListStreams", object{}), c.call("DescribeStream", object{"StreamName": "none"})
		if a.header.Get("X-Amzn-Requestid") == b.header.Get("X-Amzn-Requestid") {
			c.t.Error("two replies with the same x-amzn-RequestId")
		}
	})
}
