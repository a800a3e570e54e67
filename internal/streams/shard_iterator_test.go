package streams

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"pgregory.net/rapid"
)

func testTokens(t testing.TB) *tokens {
	t.Helper()
	tk, err := newTokens(bytes.Repeat([]byte{7}, 32))
	return must(t, tk, err)
}

// Section 8: at most 512 characters, ours 288; decoded 8 bytes 0…01 and then blocks of
// 16, the length less 152 divisible by 16.
func TestIteratorShapeAndRoundTrip(t *testing.T) {
	tk := testTokens(t)
	rapid.Check(t, func(rt *rapid.T) {
		it := shardIterator{
			shard: rapid.Uint32().Draw(rt, "shard"),
			next:  shardlog.Offset(rapid.Uint64().Draw(rt, "next")),
			given: shardlog.Millis(rapid.Int64Range(0, 1<<45).Draw(rt, "given")),
			name:  rapid.StringMatching(`[a-zA-Z0-9_.-]{1,128}|n{128}`).Draw(rt, "name"),
		}
		copy(it.stream[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "stream"))
		text := tk.iterator(it)
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(text) > 288 || len(raw) < 152 || (len(raw)-152)%16 != 0 || !bytes.HasPrefix(raw, []byte{0, 0, 0, 0, 0, 0, 0, 1}) {
			rt.Fatalf("%s has the wrong shape", text)
		}
		for _, s := range []string{text, `"` + text + `"`} {
			back, err := tk.openIterator(s, it.given-1) // a clock that ran back
			if err != nil || back != it {
				rt.Fatalf("%+v reads as %+v, %v", it, back, err)
			}
		}

		// Any edit is found.
		i := rapid.IntRange(0, len(raw)-1).Draw(rt, "byte")
		raw[i] ^= byte(rapid.IntRange(1, 255).Draw(rt, "flip"))
		if _, err := tk.openIterator(base64.StdEncoding.EncodeToString(raw), it.given); err == nil {
			rt.Fatal("an edited iterator is accepted")
		}
	})
}

func TestTokensOfAnotherKeyAreRefused(t *testing.T) {
	other, err := newTokens(bytes.Repeat([]byte{8}, 32))
	must(t, 0, err)
	if _, err := testTokens(t).openIterator(other.iterator(shardIterator{name: "x"}), 0); err == nil {
		t.Error("an iterator made with another key is accepted")
	}
}

func FuzzOpenTokens(f *testing.F) {
	tk := testTokens(f)
	f.Add(tk.iterator(shardIterator{name: "orders"}))
	f.Add(tk.nextStreams("orders", 1))
	f.Add(tk.nextShards(shardPage{name: "orders"}, 1))
	f.Add(`"`)
	f.Add("AAAAAAAAAAE=")
	f.Add(strings.Repeat("A", 512))
	f.Fuzz(func(t *testing.T, s string) {
		tk.openShards(s, 0)
		tk.openStreams(s, 0)
		// The fuzzer has no key: what is accepted is the seed.
		if it, err := tk.openIterator(s, 0); err == nil && it != (shardIterator{name: "orders"}) {
			t.Fatalf("%q is accepted", s)
		}
	})
}

// FuzzContent reads content that was authentic and is cut or strange: of
// another version of ours.
func FuzzContent(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{255}, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		tk := testTokens(t)
		for _, kind := range []tokenKind{iteratorToken, listShardsToken, listStreamsToken} {
			s := tk.seal(kind, bytes.Clone(b))
			tk.openShards(s, 0)
			tk.openStreams(s, 0)
			tk.openIterator(s, 0)
		}
	})
}

func BenchmarkIterator(b *testing.B) {
	tk := testTokens(b)
	it := shardIterator{name: "orders"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tk.openIterator(tk.iterator(it), 0); err != nil {
			b.Fatal(err)
		}
	}
}
