package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/awsapitest"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
)

// Bad input is answered before anything is looked up: for every member of every
// operation that has a route, each constraint broken and each wrong type given,
// in JSON and in CBOR, through the handler and so through the hot codecs too. On
// the server there is no stream: what looked one up first would say so.
//
// The texts are those of data-streams.md, sections 2 and 3. An operation that is
// given a route is covered by that alone.
func TestBadInputOfEveryOperation(t *testing.T) {
	s, stop := start(t, options(newPipes()))
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	operations, violations, misfits := 0, 0, 0
	for _, op := range kinesis.Service.Operations {
		if !routed(t, s, op) {
			continue
		}
		operations++
		t.Run(op.Name, func(t *testing.T) {
			for _, e := range bodies {
				violations += e.violations(t, s, op)
				misfits += e.misfits(t, s, op)
			}
		})
	}
	t.Logf("%d operations: %d requests break a constraint, %d have a wrong type", operations, violations, misfits)
	if operations < 45 || violations < 1100 || misfits < 2000 {
		t.Error("these are too few to have been generated from the model")
	}
}

// routed reports whether the server knows an operation: an empty body is judged
// right after the target.
func routed(t *testing.T, s *Server, op *awsapi.Operation) bool {
	t.Helper()
	return ask(t, s, bodies[0], op, nil).Type != "UnknownOperationException"
}

// encoded is one of the two ways to write a body.
type encoded struct {
	name, contentType string
	input             func([]byte, *awsapi.Shape, any) ([]byte, error)
	tree              func(testing.TB, any) []byte
	decode            func([]byte, *awsapi.Shape, any) error
}

var bodies = []encoded{
	{"JSON", typeJSON, awsjson.Append, treeJSON, awsjson.Decode},
	{"CBOR", typeCBOR, awscbor.Append, treeCBOR, awscbor.Decode},
}

// violations sends what breaks a constraint, and returns how many requests that
// were.
func (e encoded) violations(t *testing.T, s *Server, op *awsapi.Operation) (n int) {
	t.Helper()
	for v := range awsapitest.Violations(op) {
		n++
		body, err := e.input(nil, op.Input, v.Input)
		if err != nil {
			t.Fatal(err)
		}
		got := ask(t, s, e, op, body)
		count, items, _ := strings.Cut(got.Message, " detected: ")
		if got.Type != "ValidationException" || !strings.HasSuffix(count, " validation error") && !strings.HasSuffix(count, " validation errors") {
			t.Errorf("%s in %s: got %s %.300q", v.Name, e.name, got.Type, got.Message)
			continue
		}
		at := " at '" + v.Path + "' failed to satisfy constraint: "
		if !strings.Contains(items+"; ", at+v.Constraint+"; ") {
			t.Errorf("%s in %s: got %.300q, want %q", v.Name, e.name, items, at+v.Constraint)
		}
		for item := range strings.SplitSeq(items, "; Value ") {
			if !strings.Contains(item, at) {
				t.Errorf("%s in %s: %.300q speaks of another member", v.Name, e.name, item)
			}
		}
	}
	return n
}

// misfits sends what has a wrong type, and returns how many requests that were.
func (e encoded) misfits(t *testing.T, s *Server, op *awsapi.Operation) (n int) {
	t.Helper()
	for m := range awsapitest.Misfits(op) {
		n++
		got := ask(t, s, e, op, e.tree(t, m.Body))
		text := got.Message
		if m.Code == "SerializationException" {
			text = got.Capital
		}
		if got.Type != m.Code || text != m.Message {
			t.Errorf("%s in %s:\ngot  %+v\nwant %s %q", m.Name, e.name, got, m.Code, m.Message)
		}
	}
	return n
}

// refusal is an error as it is on the wire. Only SerializationException spells
// its text with a capital.
type refusal struct {
	Type, Message, Capital string
}

// refusalShape describes it: names of members are told apart by case.
var refusalShape = &awsapi.Shape{Name: "refusal", Kind: awsapi.Structure, Members: []awsapi.Member{
	{Name: "__type", Shape: &awsapi.Shape{Kind: awsapi.String}, Field: 0},
	{Name: "message", Shape: &awsapi.Shape{Kind: awsapi.String}, Field: 1},
	{Name: "Message", Shape: &awsapi.Shape{Kind: awsapi.String}, Field: 2},
}}

// ask sends a body to an operation, which must refuse it.
func ask(t *testing.T, s *Server, e encoded, op *awsapi.Operation, body []byte) refusal {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", bytes.NewReader(body))
	req.Header.Set("Content-Type", e.contentType)
	req.Header.Set("X-Amz-Target", op.Service.Target+"."+op.Name)
	req.Header.Set("X-Amz-Date", "20261124T090000Z")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0")
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, req)
	var r refusal
	if rec.Code != http.StatusBadRequest {
		t.Errorf("%s %s %.200q: status %d %.300q", e.name, op.Name, body, rec.Code, rec.Body)
	} else if err := e.decode(rec.Body.Bytes(), refusalShape, &r); err != nil {
		t.Errorf("%s %s: the answer %.300q: %v", e.name, op.Name, rec.Body, err)
	}
	return r
}

func treeJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func treeCBOR(t testing.TB, v any) []byte { return appendTree(t, nil, v) }

func appendTree(t testing.TB, b []byte, v any) []byte {
	t.Helper()
	switch v := v.(type) {
	case awsapitest.Tree:
		b = append(b, awscbor.MapStart)
		for name, member := range v {
			b = appendTree(t, awscbor.AppendString(b, name), member)
		}
		return append(b, awscbor.Break)
	case []any:
		b = append(b, awscbor.ListStart)
		for _, element := range v {
			b = appendTree(t, b, element)
		}
		return append(b, awscbor.Break)
	case string:
		return awscbor.AppendString(b, v)
	case []byte:
		return awscbor.AppendBlob(b, v)
	case int64:
		return awscbor.AppendInt(b, v)
	case bool:
		if v {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case nil:
		return append(b, 0xf6)
	}
	t.Fatalf("a tree with %T", v)
	return nil
}
