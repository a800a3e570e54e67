package wire_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

// However a body's lists nest and whatever is in them, what is made of it stays
// within a small multiple of its length.
func TestBodiesDoNotGrowOutOfProportion(t *testing.T) {
	type decoder func([]byte, *awsapi.Shape, any) error
	f := func(decode decoder, start, each, end string) {
		t.Helper()
		const size = 256 << 10
		body := []byte(start + strings.Repeat(each, size/len(each)) + end)
		var in wiretest.Everything
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_ = decode(body, wiretest.Shape, &in) // refused or not: what was made of it is there
		runtime.GC()
		runtime.ReadMemStats(&after)
		grown := int64(after.HeapAlloc-before.HeapAlloc) / size
		if grown > 48 { // 16 times, and what lists and maps keep in reserve
			t.Errorf("%s%s… grew %d times", start, each, grown)
		}
		runtime.KeepAlive(&in)
	}
	for _, each := range []string{`null,`, `{},`, `{"Inners":[null]},`, `{"Inners":[null,null,null,null,null,null,null]},`, `{"Inner":{}},`,
		`{"Inner":{"Inner":{}}},`, `{"Tags":{}},`, `{"Tags":{"":null}},`, `{"Numbers":{"":0}},`, `{"Names":["",""]},`, `{"Text":"","Big":1},`} {
		f(awsjson.Decode, `{"Inners":[`, each, `null]}`)
	}
	f(awsjson.Decode, `{"Names":[`, `"",`, `""]}`)
	f(awsjson.Decode, `{`, `"Inner":{},`, `"x":1}`)
	for _, each := range []string{"\xf6", "\xa0", "\xa1\x66Inners\x83\xf6\xf6\xf6", "\xa1\x65Inner\xa0", "\xa1\x64Tags\xa0", "\xa1\x64Tags\xa1\x60\x60",
		"\xa1\x67Numbers\xa1\x60\x00", "\xa1\x65Names\x83\x60\x60\x60", "\xa1\x64Text\x60", "\xa1\x64When\x00"} {
		f(awscbor.Decode, "\xa1\x66Inners\x9f", each, "\xff")
	}
	f(awscbor.Decode, "\xa1\x65Names\x9f", "\x60", "\xff")
}
