package conformance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// reply is what came back.
type reply struct {
	t      testing.TB
	enc    encoding
	status int
	header http.Header
	body   []byte
	length int64 // Content-Length, -1 if there was none
	proto  string

	decoded object // the body, once out was called
}

var (
	requestID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	shortBody = 400
)

// wellFormed checks what holds for every reply to a request that was understood.
// Request ids, Content-Length, and the request's own content type (K).
func (r *reply) wellFormed(contentType string) {
	r.t.Helper()
	r.identified()
	if got := r.header.Get("Content-Type"); got != contentType {
		r.t.Errorf("Content-Type %q, want the request's %q", got, contentType)
	}
	if got := r.header.Get("X-Amz-Crc32"); got != "" {
		r.t.Errorf("x-amz-crc32 %s: Kinesis sends none", got)
	}
}

// identified checks the two ids and the length that every reply has.
func (r *reply) identified() {
	r.t.Helper()
	if id := r.header.Get("X-Amzn-Requestid"); !requestID.MatchString(id) {
		r.t.Errorf("x-amzn-RequestId %q is no UUID", id)
	}
	id2 := r.header.Get("X-Amz-Id-2")
	raw, err := base64.StdEncoding.DecodeString(id2)
	if err != nil || len(raw) < 64 || len(raw) > 80 {
		r.t.Errorf("x-amz-id-2 %q is not base64 of 64 to 80 bytes", id2)
	}
	if r.length != int64(len(r.body)) {
		r.t.Errorf("Content-Length %d, body of %d bytes", r.length, len(r.body))
	}
}

// printable is the body for a message.
func (r *reply) printable() string {
	s := string(r.body)
	if v, err := r.enc.decode(r.body); err == nil {
		s = fmt.Sprint(v)
	}
	return s[:min(len(s), shortBody)]
}

// out returns the decoded body.
func (r *reply) out() object {
	r.t.Helper()
	if r.decoded != nil {
		return r.decoded
	}
	v, err := r.enc.decode(r.body)
	if err != nil {
		r.t.Fatalf("status %d, body %q: %v", r.status, r.body[:min(len(r.body), shortBody)], err)
	}
	o, ok := v.(object)
	if !ok {
		r.t.Fatalf("body is %T, want an object", v)
	}
	r.decoded = o
	return o
}

// find follows path, names and list indices parted by dots, and reports whether
// something that is not null is there.
func (r *reply) find(path string) (any, bool) {
	r.t.Helper()
	var v any = r.out()
	if path == "" {
		return v, true
	}
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case object:
			v = in[step]
		case list:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, v != nil
}

func (r *reply) has(path string) bool { _, ok := r.find(path); return ok }

// get follows path to something that must be there.
func (r *reply) get(path string) any {
	r.t.Helper()
	v, ok := r.find(path)
	if !ok {
		r.t.Fatalf("no %s in %s", path, r.printable())
	}
	return v
}

func (r *reply) str(path string) string {
	r.t.Helper()
	s, ok := r.get(path).(string)
	if !ok {
		r.t.Fatalf("%s is %T, want a string", path, r.get(path))
	}
	return s
}

func (r *reply) num(path string) int64 {
	r.t.Helper()
	switch n := r.get(path).(type) {
	case int64:
		return n
	case json.Number:
		i, err := n.Int64()
		if err != nil {
			r.t.Fatalf("%s is %s, want an integer", path, n)
		}
		return i
	}
	r.t.Fatalf("%s is %T, want a number", path, r.get(path))
	return 0
}

func (r *reply) yes(path string) bool {
	r.t.Helper()
	b, ok := r.get(path).(bool)
	if !ok {
		r.t.Fatalf("%s is %T, want a boolean", path, r.get(path))
	}
	return b
}

func (r *reply) list(path string) list {
	r.t.Helper()
	l, ok := r.get(path).(list)
	if !ok {
		r.t.Fatalf("%s is %T, want a list", path, r.get(path))
	}
	return l
}

// blob reads a blob: base64 in JSON, a byte string in CBOR (L).
func (r *reply) blob(path string) []byte {
	r.t.Helper()
	switch v := r.get(path).(type) {
	case []byte:
		if r.enc.name == asCBOR.name {
			return v
		}
	case string:
		b, err := base64.StdEncoding.DecodeString(v)
		if err == nil && r.enc.name == asJSON.name {
			return b
		}
	}
	r.t.Fatalf("%s is %T, want a blob", path, r.get(path))
	return nil
}

// plainSeconds is a timestamp that every SDK reads: no exponent, at most three
// digits after the point, at most 20 characters.
var plainSeconds = regexp.MustCompile(`^\d{1,16}(\.\d{1,3})?$`)

// at reads a timestamp. JSON: seconds in plain decimals; CBOR: tag 1 with an
// integer of milliseconds (L; T localstack/localstack#3134, aws/aws-sdk-java-v2#4661).
func (r *reply) at(path string) time.Time {
	r.t.Helper()
	switch v := r.get(path).(type) {
	case millis:
		return time.UnixMilli(int64(v))
	case json.Number:
		if !plainSeconds.MatchString(v.String()) {
			r.t.Errorf("%s is %s: the Java SDK reads plain decimals with three fraction digits at most", path, v)
		}
		f, err := v.Float64()
		if err != nil {
			r.t.Fatal(err)
		}
		return time.UnixMilli(int64(math.Round(f * 1000)))
	}
	r.t.Fatalf("%s is %T, want a timestamp", path, r.get(path))
	return time.Time{}
}

// members checks the names in the object at path.
func (r *reply) members(path string, want ...string) {
	r.t.Helper()
	o, ok := r.get(path).(object)
	if !ok {
		r.t.Fatalf("%s is %T, want an object", path, r.get(path))
	}
	got := slices.Sorted(maps.Keys(o))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.t.Errorf("%s has members %v, want %v", path, got, want)
	}
}

// empty checks an answer without output: 200 and no body at all (K).
func (r *reply) empty() {
	r.t.Helper()
	if r.status != http.StatusOK || len(r.body) != 0 {
		r.t.Errorf("status %d, %s; want 200 and an empty body", r.status, r.printable())
	}
}

// fails checks an error: 400 with code and, unless it is "", message.
func (r *reply) fails(code, message string) {
	r.t.Helper()
	r.failsWith(http.StatusBadRequest, code, message)
}

func (r *reply) failsWith(status int, code, message string) {
	r.t.Helper()
	if got := r.failure(status, code); got != message {
		r.t.Errorf("%s\n got  %s\n want %s", code, got, message)
	}
}

// failsLike checks an error whose text begins so, or is like the pattern.
func (r *reply) failsLike(code, pattern string) {
	r.t.Helper()
	got := r.failure(http.StatusBadRequest, code)
	if !regexp.MustCompile(`^(?s:` + pattern + `)$`).MatchString(got) {
		r.t.Errorf("%s\n got  %s\n want %s", code, got[:min(len(got), shortBody)], pattern)
	}
}

// failure checks status and code, and returns the message. Only
// SerializationException spells the member Message (K).
func (r *reply) failure(status int, code string) string {
	r.t.Helper()
	if r.status != status {
		r.t.Errorf("status %d with %s, want %d %s", r.status, r.printable(), status, code)
		return ""
	}
	member := "message"
	if code == "SerializationException" {
		member = "Message"
	}
	out := r.out()
	if out["__type"] != code {
		r.t.Errorf("__type %v with %s, want %s", out["__type"], r.printable(), code)
	}
	message, _ := out[member].(string)
	for name := range out {
		if name != "__type" && name != member {
			r.t.Errorf("an error %s with a member %s", code, name)
		}
	}
	return message
}

// oneOf checks an error whose code no public source settles.
func (r *reply) oneOf(codes ...string) {
	r.t.Helper()
	code, _ := r.out()["__type"].(string)
	if r.status != http.StatusBadRequest || !slices.Contains(codes, code) {
		r.t.Errorf("status %d, %s; want 400 and one of %v", r.status, r.printable(), codes)
	}
}

// invalid checks constraint errors: the count, and the items in any order (K).
func (r *reply) invalid(items ...string) {
	r.t.Helper()
	got := r.failure(http.StatusBadRequest, "ValidationException")
	count, rest, _ := strings.Cut(got, " detected: ")
	want := fmt.Sprintf("%d validation errors", len(items))
	if len(items) == 1 {
		want = "1 validation error"
	}
	parts := strings.Split(rest, "; ")
	slices.Sort(parts)
	slices.Sort(items)
	if count != want || !slices.Equal(parts, items) {
		r.t.Errorf("ValidationException\n got  %s\n want %s detected: %s", got[:min(len(got), 2000)], want, strings.Join(items, "; "))
	}
}

// broken is one item of a constraint error.
func broken(value, at, constraint string) string {
	if value != "null" {
		value = "'" + value + "'"
	}
	return "Value " + value + " at '" + at + "' failed to satisfy constraint: " + constraint
}

// The constraints, in AWS's words (K).
const notNull = "Member must not be null"

func atLeastLong(n int) string {
	return fmt.Sprintf("Member must have length greater than or equal to %d", n)
}
func atMostLong(n int) string {
	return fmt.Sprintf("Member must have length less than or equal to %d", n)
}
func atLeast(n int) string {
	return fmt.Sprintf("Member must have value greater than or equal to %d", n)
}
func atMost(n int) string { return fmt.Sprintf("Member must have value less than or equal to %d", n) }
func like(pattern string) string {
	return "Member must satisfy regular expression pattern: " + pattern
}
