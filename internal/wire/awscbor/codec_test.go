package awscbor

import (
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// raw is an item that is encoded already.
type raw string

// item encodes v with definite lengths, as the SDKs do for some.
func item(v any) []byte {
	switch v := v.(type) {
	case raw:
		return []byte(v)
	case nil:
		return []byte{0xf6}
	case bool:
		return map[bool][]byte{true: {0xf5}, false: {0xf4}}[v]
	case int:
		return AppendInt(nil, int64(v))
	case float64:
		return appendHead64(math.Float64bits(v))
	case string:
		return AppendString(nil, v)
	case []byte:
		return AppendBlob(nil, v)
	case []any:
		b := appendHead(nil, majorList, uint64(len(v)))
		for _, e := range v {
			b = append(b, item(e)...)
		}
		return b
	}
	panic("item: unknown type")
}

func appendHead64(bits uint64) []byte {
	b := []byte{0xfb}
	for shift := 56; shift >= 0; shift -= 8 {
		b = append(b, byte(bits>>shift))
	}
	return b
}

// object encodes a map of names and values that take turns.
func object(pairs ...any) raw {
	b := appendHead(nil, majorMap, uint64(len(pairs)/2))
	for _, v := range pairs {
		b = append(b, item(v)...)
	}
	return raw(b)
}

func decode(t *testing.T, body raw) (wiretest.Everything, *awsapi.Error) {
	t.Helper()
	var v wiretest.Everything
	err := Decode([]byte(body), wiretest.Shape, &v)
	if err == nil {
		return v, nil
	}
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok || e.Code != "SerializationException" || e.Status != 400 {
		t.Fatalf("Decode(%x) = %v, want a SerializationException with status 400", body, err)
	}
	return v, e
}

// The table of data-streams.md, section 2, for the other encoding.
func TestMismatchTexts(t *testing.T) {
	f := func(member string, given any, want string) {
		t.Helper()
		if _, e := decode(t, object(member, given)); e == nil || e.Message != want {
			t.Errorf("%s given %v: %v, want %q", member, given, e, want)
		}
	}
	const number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
	f("Text", true, "class java.lang.Boolean can not be converted to an String")
	f("Text", 1, number+"an String")
	f("Text", 1.5, number+"an String")
	f("Text", []byte("a"), "class java.nio.HeapByteBuffer can not be converted to an String")
	f("Count", false, "class java.lang.Boolean can not be converted to an Integer")
	f("Big", false, "class java.lang.Boolean can not be converted to an Long")
	f("Count", "1", "class java.lang.String can not be converted to an Integer")
	f("Big", "1", "class java.lang.String can not be converted to an Long")
	f("Flag", 1, number+"an Boolean")
	f("Flag", "Hello", "'HELLO' can not be converted to an Boolean")
	f("When", true, "class java.lang.Boolean can not be converted to milliseconds since epoch")
	f("When", "now", "class java.lang.String can not be converted to milliseconds since epoch")
	f("Data", true, "class java.lang.Boolean can not be converted to a Blob")
	f("Data", 12, number+"a Blob")
	f("Data", "23456", "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5")
	f("Data", "=+/=", "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='")
	f("Data", "+/+=", "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected")
	f("Names", "a", "Expected list or null")
	f("Tags", 1, "Expected map or null")
	f("Inner", []byte("a"), "Expected null")
	for _, m := range []string{"Text", "Count", "Big", "Flag", "When", "Data", "Inner", "Tags"} {
		f(m, []any{1, []any{}}, "Start of list found where not expected")
	}
	for _, m := range []string{"Text", "Count", "Big", "Flag", "When", "Data", "Inners", "Names"} {
		f(m, object("a", 1, 2, object()), "Start of structure or map found where not expected.")
	}
	f("Names", []any{"a", 2}, number+"an String")
	f("Tags", object("a", 2), number+"an String")
	f("Tags", object(2, "a"), number+"an String")
	f("Inner", object("Text", 2, "Count", true), number+"an String")
}

func TestMalformedBodies(t *testing.T) {
	f := func(body raw) {
		t.Helper()
		if _, e := decode(t, body); e == nil || e.Message != "" {
			t.Errorf("Decode(%.60x) = %v, want malformed", body, e)
		}
		if Valid([]byte(body)) {
			t.Errorf("Valid(%.60x)", body)
		}
	}
	for _, text := range []string{
		"", "f6", "80", "60", "01", "{}", // nothing, and what is no map
		"a0a0", "bfffff", "ff", // more than one item
		"a1", "a16161", "bf", "bf6161", "bf616101", "bf6161ff", "a1ff", // maps that end early, or in the middle of a pair
		"a1616118", "a16161fa000000", "a1616161", "a161615b7fffffffffffffff61", // arguments and strings that end early
		"a161619bffffffffffffffff01", "a16161bbffffffffffffffff6101", "bbffffffffffffffff616101", // lies about numbers of items
		"a161611c", "a161613e", "a161615d", "a16161fc", // reserved
		"a161611f", "a16161df01", "a16161ff", // indefinite where it may not be
		"a16161f800", "a16161f818", "a16161f0", "a16161f8ff", // simple values without a meaning
		"a1616161ff", "a161ff01", "a163eda08001", // texts that are not UTF-8
		"a161617f4161ff", "a161615f6161ff", "a161617f7f6161ffff", "a161617f6161", // chunks of another type, nested, unended
		"a161617f61c361a9ff", // a character cut in two by chunks
		"a16454657874a1", "a16454657874c1", "a1645465787461",
		"a16161" + strings.Repeat("81", 2000) + "01", "a16161" + strings.Repeat("c1", 2000) + "01",
		"a16454657874" + strings.Repeat("c1", 2000) + "01", strings.Repeat("a165496e6e6572", 2000) + "f6",
	} {
		body, err := hex.DecodeString(text)
		if err != nil {
			body = []byte(text)
		}
		f(raw(body))
	}
}

func TestDecodeValues(t *testing.T) {
	f := func(body raw, want wiretest.Everything) {
		t.Helper()
		v, e := decode(t, body)
		if e != nil || !reflect.DeepEqual(v, want) {
			t.Errorf("Decode(%x)\n got %+v, %v\nwant %+v", body, v, e, want)
		}
	}
	f(object(), wiretest.Everything{})
	f("\xbf\xff", wiretest.Everything{})
	f(object("Text", nil, "Names", raw("\xf7"), "Inner", nil), wiretest.Everything{})
	f(object("text", "a", 7, []any{1}, raw("\x81\x01"), "x", "Text", "b"), wiretest.Everything{Text: new("b")})
	f(object("Nobody", []any{object("x", raw("\xc1\xf9\x3c\x00")), raw("\x5f\x41a\xff"), nil, true}), wiretest.Everything{})
	f(object("Text", "a", "Text", "b"), wiretest.Everything{Text: new("b")})
	f(object("Text", "a", "Text", nil), wiretest.Everything{})
	f(object(raw("\x7f\x62Te\x62xt\xff"), raw("\x7f\x61a\x60\x63\xe2\x82\xac\xff")), wiretest.Everything{Text: new("a€")})
	f(object("Color", "RED"), wiretest.Everything{Color: new(wiretest.Color("RED"))})
	f(object("Data", []byte{}), wiretest.Everything{Data: []byte{}})
	f(object("Data", raw("\x5f\xff")), wiretest.Everything{Data: []byte{}})
	f(object("Data", raw("\x5f\x42ab\x41c\xff")), wiretest.Everything{Data: []byte("abc")})
	f(object("Data", "AAEC/w=="), wiretest.Everything{Data: []byte{0, 1, 2, 255}})
	f(object("Names", []any{"a", nil}), wiretest.Everything{Names: []string{"a", ""}})
	f(object("Names", raw("\x9f\x61a\xff")), wiretest.Everything{Names: []string{"a"}})
	f(object("Tags", raw("\xbf\x61a\x61b\x61c\xf6\xff")), wiretest.Everything{Tags: map[string]string{"a": "b"}})
	f(object("Flag", true), wiretest.Everything{Flag: new(true)})
	f(object("Flag", "no"), wiretest.Everything{Flag: new(false)})
	f(object("Count", 1.9, "Big", -1.1), wiretest.Everything{Count: new(int32(1)), Big: new(int64(-2))})
	f(object("Count", raw("\xf9\x3e\x00"), "Big", raw("\xfa\x47\xc3\x50\x00")), wiretest.Everything{Count: new(int32(1)), Big: new(int64(100000))})
	f(object("Count", raw("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"), "Big", raw("\x1b\xff\xff\xff\xff\xff\xff\xff\xff")),
		wiretest.Everything{Count: new(int32(math.MaxInt32)), Big: new(int64(math.MaxInt64))})
	f(object("Count", raw("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"), "Big", raw("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff")),
		wiretest.Everything{Count: new(int32(math.MinInt32)), Big: new(int64(math.MinInt64))})
}

// Tag 1 means milliseconds, not the standard's seconds; the tag may lack.
func TestTimestampsAreMilliseconds(t *testing.T) {
	f := func(given raw) {
		t.Helper()
		v, e := decode(t, object("When", given))
		if e != nil || v.When == nil || !v.When.Equal(time.UnixMilli(1700000000123)) || v.When.Location() != time.UTC {
			t.Errorf("When given %x = %v, %v", given, v.When, e)
		}
	}
	ms := AppendInt(nil, 1700000000123)
	f(raw(ms))
	f("\xc1" + raw(ms))
	f("\xc1" + raw(item(1700000000123.9)))
	f(raw(item(1700000000123.0)))
	got := AppendTime(nil, time.UnixMilli(1700000000123))
	if want := "c11b0000018bcfe5687b"; hex.EncodeToString(got) != want {
		t.Errorf("AppendTime = %x, want %s", got, want)
	}
}

func TestHalfFloats(t *testing.T) {
	f := func(bits uint16, want float64) {
		t.Helper()
		if got := half(bits); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("half(%#x) = %v, want %v", bits, got, want)
		}
	}
	f(0x0000, 0)
	f(0x0001, 5.960464477539063e-8)
	f(0x3c00, 1)
	f(0xc400, -4)
	f(0x7bff, 65504)
	f(0x7c00, math.Inf(1))
	f(0xfc00, math.Inf(-1))
	f(0x7e00, math.NaN())
}

// The bytes of an error body as kinesalite's recordings have them.
func TestAppendWritesIndefiniteMaps(t *testing.T) {
	shape := &awsapi.Shape{Name: "E", Kind: awsapi.Structure, Members: []awsapi.Member{
		{Name: "__type", Shape: &awsapi.Shape{Name: "T", Kind: awsapi.String}},
		{Name: "List", Field: 1, Shape: &awsapi.Shape{Kind: awsapi.List, Element: &awsapi.Shape{Kind: awsapi.Boolean}}},
	}}
	v := struct {
		Type *string
		List []bool
	}{new("SerializationException"), []bool{true, false}}
	got, err := Append(nil, shape, &v)
	want := "\xbf\x66__type\x76SerializationException\x64List\x9f\xf5\xf4\xff\xff"
	if err != nil || string(got) != want {
		t.Errorf("Append = %q, %v; want %q", got, err, want)
	}
}

func TestAppendedDecodesToTheSame(t *testing.T) {
	body, err := Append(nil, wiretest.Shape, wiretest.Full())
	if err != nil {
		t.Fatal(err)
	}
	if v, e := decode(t, raw(body)); e != nil || !reflect.DeepEqual(&v, wiretest.Full()) {
		t.Errorf("got %+v, %v", v, e)
	}
}

func TestAppendRefusesAShapeItDoesNotKnow(t *testing.T) {
	if _, err := Append(nil, &awsapi.Shape{Name: "Odd"}, new("a")); err == nil {
		t.Error("no error")
	}
	if _, err := Append(nil, wiretest.Shape, (*wiretest.Everything)(nil)); err == nil {
		t.Error("no error for nil")
	}
}

// A list that claims many items takes memory for those that are there.
func TestClaimedLengthsTakeNoMemory(t *testing.T) {
	body := []byte(object("Names", raw("\x9b\x00\x00\x00\x7f\xff\xff\xff\xff\x61a")))
	got := testing.AllocsPerRun(10, func() {
		var v wiretest.Everything
		if Decode(body, wiretest.Shape, &v) == nil {
			t.Error("a list of 2^39 items was taken")
		}
	})
	if got > 20 {
		t.Errorf("%v allocations", got)
	}
}

func FuzzDecode(f *testing.F) {
	full, _ := Append(nil, wiretest.Shape, wiretest.Full())
	f.Add(full)
	f.Add([]byte(object("Text", "a", "When", raw("\xc1\xfb\x41\xd9\x54\xfc\x40\x00\x00\x00"), "Nobody", raw("\x9f\x01\xff"))))
	f.Add([]byte(object("Data", raw("\x5f\x42ab\x41c\xff"), "Tags", object("a", "b"), "Inners", []any{object("Count", 1.5)})))
	f.Add([]byte(object("Names", raw("\x9b\x00\x00\x00\x7f\xff\xff\xff\xff\x61a"))))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		v, e := decode(t, raw(body))
		if string(body) != before {
			t.Fatal("Decode wrote to the body")
		}
		if (e == nil || e.Message != "") != Valid(body) && len(body) < 10_000 {
			t.Fatalf("Decode = %v, but Valid = %v", e, Valid(body))
		}
		if e != nil {
			return
		}
		again, err := Append(nil, wiretest.Shape, &v)
		if err != nil || !Valid(again) {
			t.Fatalf("Append = %x, %v", again, err)
		}
		if w, e := decode(t, raw(again)); e != nil || !reflect.DeepEqual(v, w) {
			t.Fatalf("round trip: %+v became %+v, %v\n%x", v, w, e, again)
		}
	})
}
