package awsjson

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

func TestAppendIsCompactAndInTheModelsOrder(t *testing.T) {
	got, err := Append([]byte("x"), wiretest.Shape, wiretest.Full())
	if err != nil {
		t.Fatal(err)
	}
	data := base64.StdEncoding.EncodeToString(wiretest.Full().Data)
	want := `x{"Text":"plain \"quoted\" \\ <&> \n\t\u0001 ` + "\u2028" + ` héllo 😀","Color":"RED","Count":-7,` +
		`"Big":9007199254740993,"Flag":true,"When":1700000000.123,"Data":"` + data + `",` +
		`"Inner":{"Data":"","Names":[],"Tags":{}},"Inners":[{"Count":1},{},{"Flag":false}],"Names":["a","","ü"],` +
		`"Numbers":{"x":1,"y":-9223372036854775808},"Tags":{"a":"1","b":"2"}}`
	if string(got) != want {
		t.Errorf("Append:\n got %s\nwant %s", got, want)
	}
}

func TestAppendedDecodesToTheSame(t *testing.T) {
	body, err := Append(nil, wiretest.Shape, wiretest.Full())
	if err != nil {
		t.Fatal(err)
	}
	if v, e := decode(t, string(body)); e != nil || !reflect.DeepEqual(&v, wiretest.Full()) {
		t.Errorf("got %+v, %v", v, e)
	}
}

func TestAppendTime(t *testing.T) {
	f := func(ms int64, want string) {
		t.Helper()
		if got := string(AppendTime(nil, time.UnixMilli(ms))); got != want {
			t.Errorf("%d ms = %s, want %s", ms, got, want)
		}
	}
	f(0, "0")
	f(1, "0.001")
	f(10, "0.01")
	f(100, "0.1")
	f(1_700_000_000_000, "1700000000")
	f(1_700_000_000_120, "1700000000.12")
	f(1_700_000_000_102, "1700000000.102")
	f(253_402_300_799_999, "253402300799.999") // the year 9999 in 16 characters
	f(-1, "-0.001")
	f(-1500, "-1.5")
	f(math.MaxInt64, "9223372036854775.807")
	f(math.MinInt64, "-9223372036854775.808")
	if got := string(AppendTime(nil, time.Unix(1, 999_999_999))); got != "1.999" {
		t.Errorf("nanoseconds are not cut: %s", got)
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

func TestEventStreamMembersAreNotWritten(t *testing.T) {
	shape := &awsapi.Shape{Name: "Out", Kind: awsapi.Structure, Members: []awsapi.Member{
		{Name: "Events", Shape: &awsapi.Shape{Name: "Events", Kind: awsapi.Structure, EventStream: true}},
	}}
	got, err := Append(nil, shape, &struct{ Events *struct{} }{&struct{}{}})
	if err != nil || string(got) != "{}" {
		t.Errorf("Append = %s, %v", got, err)
	}
}

// Among neighbours that are nearly odd, so that borrows would show.
func TestPlainSeesEveryByteInEveryPlace(t *testing.T) {
	for _, around := range []string{" ", "!", "#", "[", "]", "\x7f"} {
		for n := range 26 {
			b := []byte(strings.Repeat(around, n))
			for i := range b {
				for c := range 256 {
					b[i] = byte(c)
					want := c >= ' ' && c < 0x80 && c != '"' && c != '\\'
					if Plain(string(b)) != want {
						t.Fatalf("Plain(%q) = %v", b, !want)
					}
				}
				b[i] = around[0]
			}
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "abc", "12345678", "1234567\"", "1234567\\8", "\x00", "1234567\x1f", "\x7f", "é", "\xff", "a\xed\xa0\x80z",
		"\u2028", "<>&", strings.Repeat("x", 31) + "\"", "!!!!!!!! "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' && r != 0x7f || r == '"' || r == '\\' }) < 0
		if Plain(s) != plain {
			t.Fatalf("Plain(%q) = %v", s, !plain)
		}
		out := AppendString(nil, s)
		var back string
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		want := strings.Map(func(r rune) rune { return r }, s) // bytes that are not UTF-8 become U+FFFD, one each
		if back != want {
			t.Fatalf("AppendString(%q) = %s", s, out)
		}
	})
}
