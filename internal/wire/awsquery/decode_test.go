package awsquery

import (
	"errors"
	"math"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// decode reads a form, whose escapes are only those that the test writes.
func decode(t *testing.T, form string) (wiretest.Everything, *awsapi.Error) {
	t.Helper()
	var v wiretest.Everything
	ps, err := Parse(form)
	if err == nil {
		err = Decode(ps, len(form), wiretest.Shape, &v)
	}
	if err == nil {
		return v, nil
	}
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok {
		t.Fatalf("Decode(%.80q) = %T %v", form, err, err)
	}
	return v, e
}

func TestDecodeValues(t *testing.T) {
	f := func(form string, want wiretest.Everything) {
		t.Helper()
		got, e := decode(t, form)
		if e != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", form, got, e, want)
		}
	}
	f("", wiretest.Everything{})
	f("&&", wiretest.Everything{})
	f("Action=Do&Version=1&Nobody.member.1=x&text=y", wiretest.Everything{})
	f("Text=a+b%26%3D%C3%A9", wiretest.Everything{Text: new("a b&=é")})
	f("Text=a=b", wiretest.Everything{Text: new("a=b")})
	f("Text=", wiretest.Everything{Text: new("")})
	f("Text", wiretest.Everything{Text: new("")})
	f("Text=a;b%3B", wiretest.Everything{Text: new("a;b;")})
	f("Color=RED&Flag=true", wiretest.Everything{Color: new(wiretest.Color("RED")), Flag: new(true)})
	f("Count=-7&Big=9007199254740993", wiretest.Everything{Count: new(int32(-7)), Big: new(int64(9007199254740993))})
	f("Count=99999999999&Big=99999999999999999999", wiretest.Everything{Count: new(int32(math.MaxInt32)), Big: new(int64(math.MaxInt64))})
	f("Data=AAEC%2Fw%3D%3D", wiretest.Everything{Data: []byte{0, 1, 2, 255}})
	when := time.UnixMilli(1700000000123).UTC()
	f("When=2023-11-14T22:13:20.123Z", wiretest.Everything{When: &when})
	f("When=2023-11-14T23:13:20.123%2B01:00", wiretest.Everything{When: &when})
	f("When=1700000000.123", wiretest.Everything{When: &when})
	f("Inner.Text=a&Inner.Inner.Text=b", wiretest.Everything{Inner: &wiretest.Everything{Text: new("a"), Inner: &wiretest.Everything{Text: new("b")}}})
	f("Names=", wiretest.Everything{Names: []string{}})
	f("Names.member.10=j&Names.member.2=b&Names.member.1=a", wiretest.Everything{Names: []string{"a", "b", "j"}})
	f("Inners.member.2.Text=b&Inners.member.1.Text=a&Inners.member.1.Count=1", wiretest.Everything{
		Inners: []wiretest.Everything{{Text: new("a"), Count: new(int32(1))}, {Text: new("b")}}})
	f("Tags.entry.1.key=a&Tags.entry.1.value=1&Tags.entry.2.key=b&Tags.entry.2.value=", wiretest.Everything{Tags: map[string]string{"a": "1", "b": ""}})
	f("Numbers.entry.1.key=a&Numbers.entry.1.value=-3", wiretest.Everything{Numbers: map[string]int64{"a": -3}})
	// Names that sort between a list and its elements.
	f("Names-x=1&Names.member.1=a&Names!=2&Namesake=3", wiretest.Everything{Names: []string{"a"}})
}

func TestFormsThatAreMalformed(t *testing.T) {
	f := func(form string) {
		t.Helper()
		if _, e := decode(t, form); e == nil || e.Code != "MalformedQueryString" || e.Status != 404 {
			t.Errorf("Decode(%.80q) = %v", form, e)
		}
	}
	f("Text=%")
	f("Text=%4")
	f("Text=%zz")
	f("%zz=a")
	f("=a")
	f("Text=%ff")
	f("Text=a&Text=a")
	f("Text=a&T%65xt=b") // a name in two spellings is the same name twice
	f(strings.Repeat("N", maxName+1) + "=a")
	f(strings.Repeat("&", maxParameters))
}

func TestValuesOfTheWrongType(t *testing.T) {
	f := func(form, text string) {
		t.Helper()
		if _, e := decode(t, form); e == nil || e.Code != "SerializationException" || e.Message != text {
			t.Errorf("Decode(%s) = %v, want %s", form, e, text)
		}
	}
	const entries = "Start of structure or map found where not expected."
	f("Count=1.5", "class java.lang.String can not be converted to an Integer")
	f("Count=", "class java.lang.String can not be converted to an Integer")
	f("Big=0x1", "class java.lang.String can not be converted to an Long")
	f("Flag=maybe", "'MAYBE' can not be converted to an Boolean")
	f("When=soon", "class java.lang.String can not be converted to milliseconds since epoch")
	f("When=1e300", "class java.lang.String can not be converted to milliseconds since epoch")
	f("When=NaN", "class java.lang.String can not be converted to milliseconds since epoch")
	f("Data=abc", "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3")
	f("Names=a", "Expected list or null")
	f("Tags=a", "Expected map or null")
	f("Inner=a", "Expected null")
	f("Text.member.1=a", entries)
	for _, n := range []string{"0", "01", "+1", "-1", "x", "", "1x", "12345678", "1+"} {
		f("Names.member."+url.QueryEscape(n)+"=a", entries)
	}
	f("Names.entry.1=a", entries)
	f("Names.1=a", entries)
	f("Tags.member.1=a", entries)
}

func TestDepthIsBounded(t *testing.T) {
	if _, e := decode(t, strings.Repeat("Inner.", maxDepth)+"Text=a"); e != nil {
		t.Error(e)
	}
	if _, e := decode(t, strings.Repeat("Inner.", maxDepth+1)+"Text=a"); e == nil {
		t.Error("too deep a name was taken")
	}
	if _, e := decode(t, strings.Repeat("Inners.member.1.", maxDepth)+"Text=a"); e == nil {
		t.Error("too deep a name was taken")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("Text=a+b&Count=1&Names.member.1=a&Names.member.2=b")
	f.Add("Inner.Inners.member.1.Tags.entry.1.key=k&Inner.Inners.member.1.Tags.entry.1.value=v")
	f.Add("When=2023-11-14T22:13:20Z&Data=AAEC&Flag=true&Big=1")
	f.Add("Names=&Text=%zz&=&&;")
	f.Fuzz(func(t *testing.T, form string) {
		v, e := decode(t, form)
		if e != nil {
			return
		}
		// What can be read can be answered, and is XML.
		out, err := AppendAnswer(nil, opDo, &v, "id")
		if err != nil {
			t.Fatal(err)
		}
		mustBeXML(t, out)
	})
}
