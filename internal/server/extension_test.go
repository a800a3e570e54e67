package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/extapi"
)

// extension is a server whose extension API a test asks.
type extension struct {
	t *testing.T
	*Server
}

// extended runs a server with all of its pages until the test ends.
func extended(t *testing.T) extension {
	t.Helper()
	o := options(nil)
	o.Token, o.ForTests = "secret", true
	s, stop := start(t, o)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return extension{t, s}
}

// ask sends a request that bears the token.
func (e extension) ask(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:4566"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, r)
	return w
}

// want asks and checks what the answer's status is and what it has.
func (e extension) want(status int, part, method, path, body string) {
	e.t.Helper()
	w := e.ask(method, path, body)
	if w.Code != status || !strings.Contains(w.Body.String(), part) {
		e.t.Errorf("%s %s %s: status %d: %s; want %d: %s", method, path, body, w.Code, w.Body, status, part)
	}
	var said extapi.Error
	if w.Code >= 400 && (json.Unmarshal(w.Body.Bytes(), &said) != nil || said.Message == "") {
		e.t.Errorf("%s %s: status %d without a message: %s", method, path, w.Code, w.Body)
	}
}

// call performs one of AWS's operations in the default account and region.
func (e extension) call(operation, body string) *httptest.ResponseRecorder {
	e.t.Helper()
	return e.callAs("test", "us-east-1", operation, body)
}

func (e extension) callAs(key, region, operation, body string, header ...string) *httptest.ResponseRecorder {
	e.t.Helper()
	r := httptest.NewRequest("POST", "http://localhost:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261124/"+region+"/kinesis/aws4_request, SignedHeaders=host, Signature=0")
	r.Header.Set("X-Amz-Date", "20261124T090000Z")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, r)
	return w
}

// must performs an operation that succeeds.
func (e extension) must(operation, body string) string {
	e.t.Helper()
	w := e.call(operation, body)
	if w.Code != http.StatusOK {
		e.t.Fatalf("%s %s: status %d: %s", operation, body, w.Code, w.Body)
	}
	return w.Body.String()
}

func TestPagesReadStrictly(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	const orders = extapi.StreamsPath + "/orders"
	e.want(200, `"name":"orders"`, "GET", orders, "")
	e.want(200, `"name":"orders"`, "GET", orders, "{}")
	e.want(200, `"name":"orders"`, "GET", orders+"?account=000000000000&region=us-east-1", "")
	e.want(200, `"streams":[{"name":"orders"`, "GET", extapi.StreamsPath, "")
	e.want(200, `"streams":[]`, "GET", extapi.StreamsPath+"?account=123456789012", "")
	e.want(404, "ResourceNotFoundException", "GET", extapi.StreamsPath+"/parcels", "")
	e.want(404, "ResourceNotFoundException", "GET", orders+"?account=123456789012", "")
	e.want(404, "ResourceNotFoundException", "GET", orders+"?region=eu-west-1", "")
	e.want(400, "12 digits", "GET", orders+"?account=me", "")
	e.want(400, "given twice", "GET", orders+"?account=000000000000&account=123456789012", "")
	e.want(400, `no query parameter \"accuont\"`, "GET", orders+"?accuont=000000000000", "")
	e.want(400, "unknown field", "GET", orders, `{"force":true}`)
	e.want(400, "the body", "GET", orders, `{`)
	e.want(400, "follows the JSON value", "GET", orders, `{} {}`)
	e.want(400, "too large", "GET", orders, `"`+strings.Repeat("x", maxRequest)+`"`)
}

func TestWhatIsNoPageIsSaidInJSON(t *testing.T) {
	e := extended(t)
	e.want(404, "There is no page /_freshet/api/stream.", "GET", extapi.Root+"/stream", "")
	e.want(404, "There is no page", "POST", extapi.StreamsPath+"/orders/pauze", "")
	e.want(405, "takes POST.", "GET", extapi.StreamsPath+"/orders/pause", "")
	e.want(405, "takes DELETE, GET, PUT.", "POST", extapi.StreamsPath+"/orders/faults", "{}")
	if allow := e.ask("PATCH", extapi.StreamsPath, "").Header().Get("Allow"); allow != "GET" {
		t.Errorf("Allow: %q, want GET", allow)
	}
	r := httptest.NewRequest("GET", "http://localhost:4566"+extapi.Root+"/stream", nil)
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, r)
	if w.Code != 401 {
		t.Errorf("without the token: status %d, want 401", w.Code)
	}
}

func TestPauseAndResumePages(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	const orders, put = extapi.StreamsPath + "/orders", `{"StreamName":"orders","PartitionKey":"k","Data":""}`
	e.want(200, `"paused":"20`, "POST", orders+"/pause", "")
	if w := e.call("PutRecord", put); w.Code != 400 || !strings.Contains(w.Body.String(), "AccessDeniedException") {
		t.Errorf("a put: status %d: %s", w.Code, w.Body)
	}
	e.want(200, `"paused":"20`, "GET", orders, "")
	e.want(200, `"name":"orders"`, "POST", orders+"/resume", "")
	e.must("PutRecord", put)
	e.want(404, "not found", "POST", extapi.StreamsPath+"/parcels/pause", "")
	if w := e.ask("GET", orders+"/pause", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: status %d", w.Code)
	}
}

func TestResetPage(t *testing.T) {
	e := extended(t)
	create := func(key, region string) {
		if w := e.callAs(key, region, "CreateStream", `{"StreamName":"orders","ShardCount":1}`); w.Code != 200 {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	for _, key := range []string{"test", "123456789012"} {
		create(key, "us-east-1")
		create(key, "eu-west-1")
	}
	e.must("PutRecord", `{"StreamName":"orders","PartitionKey":"k","Data":""}`)
	e.want(400, "12 digits", "POST", extapi.ResetPath+"?account=all", "")
	e.want(400, "query parameter", "POST", extapi.ResetPath+"?stream=orders", "")
	e.want(400, "unknown field", "POST", extapi.ResetPath, `{"account":"123456789012"}`)
	e.want(200, `{"streams":1}`, "POST", extapi.ResetPath+"?account=123456789012&region=eu-west-1", "")
	e.want(200, `{"streams":1}`, "POST", extapi.ResetPath+"?account=123456789012", "")
	if page := get(e.Handler(), "GET", "/_freshet/metrics").Body.String(); !strings.Contains(page, `stream="orders"`) {
		t.Error("no metric names the stream")
	}
	e.want(200, `{"streams":2}`, "POST", extapi.ResetPath, "")
	if page := get(e.Handler(), "GET", "/_freshet/metrics").Body.String(); strings.Contains(page, `stream="orders"`) {
		t.Error("a metric names a stream that is gone")
	}
	e.want(200, `{"streams":0}`, "POST", extapi.ResetPath, "{}")
}

func TestPagesForTestsAreNotEverywhere(t *testing.T) {
	o := options(nil)
	o.Token = "secret"
	s, stop := start(t, o)
	if w := (extension{t, s}).ask("POST", extapi.ResetPath, ""); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestPurgeAndTruncatePages(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	const orders = extapi.StreamsPath + "/orders"
	e.must("PutRecord", `{"StreamName":"orders","PartitionKey":"k","Data":"aGVsbG8="}`)
	e.want(200, `"before":"2020-11-24T09:00:00Z"`, "POST", orders+"/truncate", `{"before":"2020-11-24T10:00:00+01:00"}`)
	e.want(400, "InvalidArgumentException", "POST", orders+"/truncate", "")
	e.want(400, "the body", "POST", orders+"/truncate", `{"before":"yesterday"}`)
	e.want(400, "in the future", "POST", orders+"/truncate", `{"before":"2999-01-01T00:00:00Z"}`)
	e.want(200, `"before":"20`, "POST", orders+"/purge", "")
	e.want(404, "not found", "POST", extapi.StreamsPath+"/parcels/purge", "")
	got := e.must("GetRecords", `{"ShardIterator":"`+e.iterator("orders", "TRIM_HORIZON")+`"}`)
	if !strings.Contains(got, `"Records":[]`) {
		t.Errorf("a purged stream has %s", got)
	}
}

func TestFaultPages(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	const orders = extapi.StreamsPath + "/orders/faults"
	e.want(200, `"throttle":0.5`, "PUT", orders, `{"seed":3,"puts":{"throttle":0.5}}`)
	e.want(200, `"seed":3`, "GET", orders, "")
	e.want(400, "is a share", "PUT", orders, `{"puts":{"throttle":50}}`)
	e.want(400, "unknown field", "PUT", orders, `{"throttle":0.5}`)
	e.want(200, `"seed":0`, "DELETE", orders, "")
	e.want(200, `"throttle":0`, "GET", orders, "")
	e.want(404, "not found", "PUT", extapi.StreamsPath+"/parcels/faults", "{}")
}

func TestRecordsPages(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":3}`)
	for _, key := range []string{"a", "b", "c"} {
		e.must("PutRecord", `{"StreamName":"orders","PartitionKey":"`+key+`","Data":"aGVsbG8="}`)
	}
	const orders = extapi.StreamsPath + "/orders/records"
	read := func(method, path, body string) (out extapi.Records) {
		t.Helper()
		w := e.ask(method, path, body)
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
			t.Fatalf("%s %s: status %d: %s", method, path, w.Code, w.Body)
		}
		return out
	}
	keys, next := "", ""
	for range 3 {
		out := read("GET", orders+"?limit=1&token="+url.QueryEscape(next), "")
		keys += out.Records[0].PartitionKey
		next = out.Next
	}
	if len(keys) != 3 || strings.Trim(keys, "abc") != "" {
		t.Errorf("the keys are %q", keys)
	}
	if out := read("POST", orders, `{"token":"`+next+`"}`); !out.CaughtUp || len(out.Records) != 0 {
		t.Errorf("%+v after the last", out)
	}
	if out := read("GET", orders+"?partition_key=b", ""); len(out.Records) != 1 || *out.Records[0].Text != "hello" {
		t.Errorf("%+v of one key", out)
	}
	if out := read("POST", orders, `{"partitionKey":"b","from":"-1h","to":"-30m"}`); !out.Done || len(out.Records) != 0 {
		t.Errorf("%+v of a time that is over", out)
	}
	e.want(200, `"caughtUp":true`, "GET", orders+"?from=latest&wait_ms=10", "")
	e.want(400, "must be a number", "GET", orders+"?limit=many", "")
	e.want(400, "must be a number", "GET", orders+"?wait_ms=-1", "")
	e.want(400, "no query parameter", "GET", orders+"?form=latest", "")
	e.want(400, "no query parameter", "POST", orders+"?from=latest", "")
	e.want(400, "unknown field", "POST", orders, `{"form":"latest"}`)
	e.want(400, "must be a time", "GET", orders+"?from=then", "")
	e.want(400, "Invalid NextToken", "GET", orders+"?token=abc", "")
	e.want(404, "not found", "GET", extapi.StreamsPath+"/parcels/records", "")
}

func TestClonePages(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	const orders = extapi.StreamsPath + "/orders"
	e.want(200, `"clone":{"source":"orders"`, "POST", orders+"/clones", `{"name":"copy","until":"2020-01-01T00:00:00Z"}`)
	e.want(409, "already exists", "POST", orders+"/clones", `{"name":"copy"}`)
	e.want(400, "ValidationException", "POST", orders+"/clones", `{"name":"a b"}`)
	e.want(400, "ValidationException", "POST", orders+"/clones", "")
	e.want(400, "in the future", "POST", orders+"/clones", `{"name":"b","until":"2999-01-01T00:00:00Z"}`)
	e.want(404, "not found", "POST", extapi.StreamsPath+"/parcels/clones", `{"name":"b"}`)
}
