package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// sdk is the module whose folder holds what AWS's SDK for Go writes and reads,
// message by message.
const sdk = "github.com/aws/aws-sdk-go-v2/service/kinesis"

// snapshot is a message as the SDK froze it: a first line (method and path, or
// status), headers, and the body.
type snapshot struct {
	name      string
	first     string
	operation string
	body      []byte
}

// snapshots reads those of one folder of the SDK's module, at the version that
// go.mod names; go mod download fetches it if the machine does not have it.
func snapshots(t *testing.T, pattern string) []snapshot {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", sdk).Output()
	if err != nil {
		t.Fatalf("find %s: %v", sdk, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(module.Dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	var all []snapshot
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parseSnapshot(t, filepath.Base(file), text))
	}
	return all
}

func parseSnapshot(t *testing.T, name string, text []byte) snapshot {
	t.Helper()
	s := snapshot{name: name}
	head, target, found := strings.Cut(string(text), "X-Amz-Target: "+kinesis.Service.Target+".")
	if !found {
		t.Fatalf("%s has no target", name)
	}
	s.first, _, _ = strings.Cut(head, "\n")
	operation, body, _ := strings.Cut(target, "\n\n")
	s.operation, s.body = operation, []byte(body)
	return s
}

// keeps checks that the body, decoded into what fresh makes, loses nothing on its
// way through our structures and either codec.
func (s snapshot) keeps(t *testing.T, shape *awsapi.Shape, fresh func() any) {
	t.Helper()
	fromJSON := fresh()
	if err := awsjson.Decode(s.body, shape, fromJSON); err != nil {
		t.Fatalf("%s: decode: %v", s.name, err)
	}
	s.writtenAs(t, shape, fromJSON)
	cbor, err := awscbor.Append(nil, shape, fromJSON)
	if err != nil {
		t.Fatalf("%s: encode CBOR: %v", s.name, err)
	}
	fromCBOR := fresh()
	if err := awscbor.Decode(cbor, shape, fromCBOR); err != nil {
		t.Fatalf("%s: decode CBOR: %v", s.name, err)
	}
	if !reflect.DeepEqual(fromCBOR, fromJSON) {
		t.Errorf("%s: through CBOR %+v became %+v", s.name, fromJSON, fromCBOR)
	}
	s.writtenAs(t, shape, fromCBOR)
}

// writtenAs checks that v is written as the snapshot's body.
func (s snapshot) writtenAs(t *testing.T, shape *awsapi.Shape, v any) {
	t.Helper()
	got, err := awsjson.Append(nil, shape, v)
	if err != nil {
		t.Fatalf("%s: encode: %v", s.name, err)
	}
	if !reflect.DeepEqual(meaning(t, got), meaning(t, s.body)) {
		t.Errorf("%s:\ngot  %s\nwant %s", s.name, got, s.body)
	}
}

// meaning is JSON without the order of its members.
func meaning(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestGoldenRequests(t *testing.T) {
	all := snapshots(t, "request_snapshot/*.snap")
	for _, s := range all {
		op := kinesis.Service.Operation(s.operation)
		if op == nil {
			t.Errorf("%s: no operation %s", s.name, s.operation)
			continue
		}
		s.keeps(t, op.Input, op.NewInput)
	}
	if len(all) < 44 {
		t.Errorf("%d requests, want 44 or more", len(all))
	}
}

func TestGoldenResponses(t *testing.T) {
	all := snapshots(t, "response_snapshot/*.response.snap")
	for _, s := range all {
		op := kinesis.Service.Operation(s.operation)
		switch {
		case op == nil:
			t.Errorf("%s: no operation %s", s.name, s.operation)
		case op.Output != nil:
			s.keeps(t, op.Output, op.NewOutput)
		case string(s.body) != "{}":
			t.Errorf("%s: we answer nothing, the SDK reads %s", s.name, s.body)
		}
	}
	if len(all) < 44 {
		t.Errorf("%d responses, want 44 or more", len(all))
	}
}

func TestGoldenErrors(t *testing.T) {
	all := snapshots(t, "response_snapshot/*.error.snap")
	for _, s := range all {
		var want struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal(s.body, &want); err != nil {
			t.Fatal(err)
		}
		shape := exception(want.Type)
		if shape == nil {
			t.Errorf("%s: no exception %s", s.name, want.Type)
			continue
		}
		if status, body := answered(t, &awsapi.Error{Code: shape.Name, Message: "__Message__", Status: shape.Fault}); status != s.first || body != string(s.body) {
			t.Errorf("%s: got %s %s, want %s %s", s.name, status, body, s.first, s.body)
		}
	}
	if len(all) < 17 {
		t.Errorf("%d errors, want 17 or more", len(all))
	}
}

// answered is what a client gets if its operation fails with that error.
func answered(t *testing.T, failure *awsapi.Error) (status, body string) {
	t.Helper()
	mux := wire.New(wire.Options{Authenticate: anyone, Authorize: anything})
	mux.Handle(wire.Op(kinesis.OpListStreams, func(context.Context, access.Caller, *kinesis.ListStreamsInput) (*kinesis.ListStreamsOutput, error) {
		return nil, failure
	}))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))
	r.Header.Set("Content-Type", wire.JSON)
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	r.Header.Set("X-Amz-Date", "20261104T000000Z")
	r.Header.Set("Authorization", sigv4.Algorithm+" Credential=AKID/20261104/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=0")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return strconv.Itoa(w.Code), w.Body.String()
}

func exception(name string) *awsapi.Shape {
	for _, s := range kinesis.Service.Exceptions {
		if s.Name == name {
			return s
		}
	}
	return nil
}
