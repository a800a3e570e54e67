package awsjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

func decode(t *testing.T, body string) (wiretest.Everything, *awsapi.Error) {
	t.Helper()
	var v wiretest.Everything
	err := Decode([]byte(body), wiretest.Shape, &v)
	if err == nil {
		return v, nil
	}
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok || e.Code != "SerializationException" || e.Status != 400 {
		t.Fatalf("Decode(%.100q) = %v, want a SerializationException with status 400", body, err)
	}
	return v, e
}

// The table of data-streams.md, section 2.
func TestMismatchTexts(t *testing.T) {
	f := func(body, want string) {
		t.Helper()
		if _, e := decode(t, body); e == nil || e.Message != want {
			t.Errorf("Decode(%s) = %v, want %q", body, e, want)
		}
	}
	const number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
	f(`{"Text":true}`, "class java.lang.Boolean can not be converted to an String")
	f(`{"Text":1.5}`, number+"an String")
	f(`{"Count":false}`, "class java.lang.Boolean can not be converted to an Integer")
	f(`{"Big":false}`, "class java.lang.Boolean can not be converted to an Long")
	f(`{"Count":"1"}`, "class java.lang.String can not be converted to an Integer")
	f(`{"Big":"1"}`, "class java.lang.String can not be converted to an Long")
	f(`{"Flag":1}`, number+"an Boolean")
	f(`{"Flag":"Helloß"}`, "'HELLOß' can not be converted to an Boolean")
	f(`{"When":true}`, "class java.lang.Boolean can not be converted to milliseconds since epoch")
	f(`{"When":"now"}`, "class java.lang.String can not be converted to milliseconds since epoch")
	f(`{"Data":true}`, "class java.lang.Boolean can not be converted to a Blob")
	f(`{"Data":12}`, number+"a Blob")
	f(`{"Data":"23456"}`, "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5")
	f(`{"Data":"=+/="}`, "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='")
	f(`{"Data":"ab-_"}`, "'ab-_' can not be converted to a Blob: Invalid Base64 character: '-'")
	f(`{"Data":"aéab"}`, "'aéab' can not be converted to a Blob: Invalid Base64 character: 'é'")
	f(`{"Data":"ab\nc"}`, "'ab\nc' can not be converted to a Blob: Invalid Base64 character: '\n'")
	f(`{"Data":"+/+="}`, "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected")
	f(`{"Data":"===="}`, "'====' can not be converted to a Blob: Invalid last non-pad Base64 character dectected")
	f(`{"Names":"a"}`, "Expected list or null")
	f(`{"Names":1}`, "Expected list or null")
	f(`{"Inners":true}`, "Expected list or null")
	f(`{"Tags":"a"}`, "Expected map or null")
	f(`{"Tags":true}`, "Expected map or null")
	f(`{"Inner":1}`, "Expected null")
	f(`{"Inners":["a"]}`, "Expected null")
	for _, m := range []string{"Text", "Count", "Big", "Flag", "When", "Data", "Inner", "Tags"} {
		f(fmt.Sprintf(`{%q:[]}`, m), "Start of list found where not expected")
	}
	for _, m := range []string{"Text", "Count", "Big", "Flag", "When", "Data", "Inners", "Names"} {
		f(fmt.Sprintf(`{%q:{"a":[1,{}]}}`, m), "Start of structure or map found where not expected.")
	}
	f(`{"Names":["a",2]}`, number+"an String")
	f(`{"Tags":{"a":2}}`, number+"an String")
	f(`{"Inner":{"Text":2,"Count":true}}`, number+"an String")
	f(`{"Text":2,"Count":true,"Text":"right"}`, number+"an String")
}

// Data-streams.md, section 1.4: no message, wherever the flaw lies.
func TestMalformedBodies(t *testing.T) {
	f := func(body string) {
		t.Helper()
		if _, e := decode(t, body); e == nil || e.Message != "" {
			t.Errorf("Decode(%.60q) = %v, want malformed", body, e)
		}
		if Valid([]byte(body)) {
			t.Errorf("Valid(%.60q)", body)
		}
	}
	for _, body := range []string{
		"", " ", "hello", "null", "true", "1", `"a"`, "[]", "{", "}", "{}}", "{}{}", "{} x", "{,}", `{"a"}`, `{"a":}`,
		`{"a":1,}`, `{"a":1 "b":2}`, `{a:1}`, `{'a':1}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`,
		`{"a":+1}`, `{"a":NaN}`, `{"a":tru}`, `{"a":nul}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":"\x"}`, `{"a":"\u12g4"}`,
		`{"a":"\u12`, "{\"a\":\"\n\"}", "{\"a\":\"\\n\n\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}",
		"\ufeff{}", "{\"a\":1\x00}", "\v{}", `{"Text":1,"a":}`, `{"Text":"a`, `{"Text":"a\`, `{"Data":true} x`,
		`{"a":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`,
		strings.Repeat(`{"Inner":`, 2000) + "null" + strings.Repeat("}", 2000),
	} {
		f(body)
	}
}

func TestDecodeValues(t *testing.T) {
	f := func(body string, want wiretest.Everything) {
		t.Helper()
		v, e := decode(t, body)
		if e != nil || !reflect.DeepEqual(v, want) {
			t.Errorf("Decode(%s)\n got %+v, %v\nwant %+v", body, v, e, want)
		}
	}
	f(" {\t}\r\n", wiretest.Everything{})
	f(`{"Text":null,"Data":null,"Inner":null,"Names":null,"Tags":null}`, wiretest.Everything{})
	f(`{"Nobody":[{"x":[1,-2.5e+3,"\"",true,false,null]}],"text":"a","Text":"b"}`, wiretest.Everything{Text: new("b")})
	f(`{"Text":"a","Text":"b"}`, wiretest.Everything{Text: new("b")})
	f(`{"Text":"a","Text":null}`, wiretest.Everything{})
	f(`{"Names":["a","b"],"Names":["c"]}`, wiretest.Everything{Names: []string{"c"}})
	f(`{"Inner":{"Text":"a"},"Inner":{"Count":1}}`, wiretest.Everything{Inner: &wiretest.Everything{Count: new(int32(1))}})
	f(`{"T\u0065xt":"\u00e9\ud83d\ude00\\\/\"\b\f\n\r\t"}`, wiretest.Everything{Text: new("é😀\\/\"\b\f\n\r\t")})
	f(`{"Text":"\ud83d\u0041\udc00\ud83d"}`, wiretest.Everything{Text: new("\ufffdA\ufffd\ufffd")})
	f(`{"Color":"RED"}`, wiretest.Everything{Color: new(wiretest.Color("RED"))})
	f(`{"Data":""}`, wiretest.Everything{Data: []byte{}})
	f(`{"Data":"AAEC\/w=="}`, wiretest.Everything{Data: []byte{0, 1, 2, 255}})
	f(`{"Names":[],"Tags":{}}`, wiretest.Everything{Names: []string{}, Tags: map[string]string{}})
	f(`{"Names":[null],"Inners":[null,{}],"Tags":{"a":"1","b":null}}`, wiretest.Everything{
		Names: []string{""}, Inners: make([]wiretest.Everything, 2), Tags: map[string]string{"a": "1"}})
	f(`{"Tags":{"a":"1","a":"2","a":null},"Numbers":{"n":1.9}}`, wiretest.Everything{
		Tags: map[string]string{}, Numbers: map[string]int64{"n": 1}})
	for _, yes := range []string{"true", `"true"`, `"1"`, `"yes"`, `"Yes"`} {
		f(`{"Flag":`+yes+`}`, wiretest.Everything{Flag: new(true)})
	}
	for _, no := range []string{"false", `"false"`, `"0"`, `"no"`, `"FALSE"`} {
		f(`{"Flag":`+no+`}`, wiretest.Everything{Flag: new(false)})
	}
}

func TestNumbersAreFlooredAndClamped(t *testing.T) {
	f := func(literal string, count int32, big int64) {
		t.Helper()
		v, e := decode(t, `{"Count":`+literal+`,"Big":`+literal+`}`)
		if e != nil || *v.Count != count || *v.Big != big {
			t.Errorf("%s = %v, %v, %v; want %d, %d", literal, *v.Count, *v.Big, e, count, big)
		}
	}
	f("0", 0, 0)
	f("-0", 0, 0)
	f("1.999999999999999999999999", 1, 1)
	f("-1.5", -2, -2)
	f("-1.0", -1, -1)
	f("1.5e3", 1500, 1500)
	f("12E-1", 1, 1)
	f("2147483648", 2147483647, 2147483648)
	f("-2147483649", -2147483648, -2147483649)
	f("9007199254740993.7", 2147483647, 9007199254740993)
	f("9223372036854775807", 2147483647, 9223372036854775807)
	f("9223372036854775808", 2147483647, 9223372036854775807)
	f("-99999999999999999999999999999999", -2147483648, -9223372036854775808)
	f("1e999999999999", 2147483647, 9223372036854775807)
	f("-1e400", -2147483648, -9223372036854775808)
	f("1e-400", 0, 0)
	f("-1e-400", -1, -1)
	f("0e999999999999", 0, 0)
	f("-0.000e-99999999999999999999", 0, 0)
	f("9.007199254740993e15", 2147483647, 9007199254740993)
	f("9223372036854775807e0", 2147483647, 9223372036854775807)
	f("0.000000000000000000000000000001e30", 1, 1)
	f("1"+strings.Repeat("0", 50)+"e-50", 1, 1)
}

func TestTimestampsAreCutToMilliseconds(t *testing.T) {
	f := func(literal string, want int64) {
		t.Helper()
		v, e := decode(t, `{"When":`+literal+`}`)
		if e != nil || v.When.UnixMilli() != want || v.When.Location() != time.UTC {
			t.Errorf("%s = %v, %v; want %d", literal, v.When, e, want)
		}
	}
	f("1700000000", 1700000000000)
	f("1700000000.1", 1700000000100)
	f("1700000000.123", 1700000000123)
	f("1700000000.1239", 1700000000123)
	f("1.7e9", 1700000000000)
	f("1.700000000123E9", 1700000000123) // as Java writes a double
	f("1700000000123e-3", 1700000000123)
	f("-1700000000.0001e0", -1700000000001)
	f("-0.5", -500)
	f("1e300", 9223372036854775807)
}

// A list far beyond its bound is not kept whole: it is the validator's to refuse.
func TestListsBeyondTheirBoundAreCut(t *testing.T) {
	f := func(most *int64, want int) {
		t.Helper()
		body := []byte(`{"Names":[` + strings.Repeat("null,", 50_000) + `null]}`)
		var v struct{ Names []string }
		names := &awsapi.Shape{Name: "Names", Kind: awsapi.List, Element: &awsapi.Shape{Kind: awsapi.String}, Constraints: awsapi.Constraints{Max: most}}
		shape := &awsapi.Shape{Name: "In", Kind: awsapi.Structure, Members: []awsapi.Member{{Name: "Names", Shape: names}}}
		if err := Decode(body, shape, &v); err != nil || len(v.Names) != want {
			t.Errorf("kept %d entries, %v; want %d", len(v.Names), err, want)
		}
	}
	f(nil, 50_001)
	f(new(int64(60_000)), 50_001)
	f(new(int64(20_000)), 20_001)
	f(new(int64(500)), 10_000)
}

func FuzzDecode(f *testing.F) {
	full, _ := Append(nil, wiretest.Shape, wiretest.Full())
	f.Add(full)
	for _, seed := range []string{
		`{}`, `{"Text":"\ud83d\ude00\u0000"}`, `{"Count":1e5,"Big":-1.5,"When":1.7e9}`, `{"Inners":[{"Names":["a",null]}]}`,
		`{"x":[1,{"y":"z"}],"Tags":{"a":"b"}}`, `{"Data":"AAEC/w=="}`, `[`, `{"Text":"`, `{"Flag":"yes"}`, `{"Text":1,`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		v, e := decode(t, string(body))
		if string(body) != before {
			t.Fatal("Decode wrote to the body")
		}
		trimmed := strings.TrimLeft(before, " \t\r\n")
		wellFormed := utf8.Valid(body) && json.Valid(body) && strings.HasPrefix(trimmed, "{")
		if got := Valid(body); got != wellFormed && strings.Count(before, "[")+strings.Count(before, "{") < maxDepth {
			t.Fatalf("Valid = %v, encoding/json says %v", got, wellFormed)
		}
		if (e == nil || e.Message != "") != Valid(body) && len(body) < 10_000 {
			t.Fatalf("Decode = %v, but Valid = %v", e, Valid(body))
		}
		if e != nil {
			return
		}
		again, err := Append(nil, wiretest.Shape, &v)
		if err != nil || !json.Valid(again) {
			t.Fatalf("Append = %s, %v", again, err)
		}
		if w, e := decode(t, string(again)); e != nil || !reflect.DeepEqual(v, w) {
			t.Fatalf("round trip: %+v became %+v, %v\n%s", v, w, e, again)
		}
	})
}
