package convert

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
)

// The SIMD decoder against the standard library's, with guards around what it
// may write.
func FuzzBlob(f *testing.F) {
	for n := range 100 {
		f.Add([]byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xfb}, n))))
	}
	for _, s := range []string{"=", "====", "A===", "AA==", "AB==", "AAA=", "AAAB", "AA==AAAA", "AA\n=", "AAAA\nAAA", "AAA\r", "\xff\xff\xff\xff"} {
		f.Add([]byte(s))
		f.Add([]byte(strings.Repeat("ABCD", 20) + s))
		f.Add([]byte(s + strings.Repeat("ABCD", 20)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, err := base64.StdEncoding.Strict().DecodeString(string(text))
		ok := err == nil && !bytes.ContainsAny(text, "\r\n")

		const guard = 64
		n := BlobLen(text)
		room := bytes.Repeat([]byte{0xA5}, n+2*guard)
		if got := DecodeBlob(room[guard:guard+n], text); got != ok {
			t.Fatalf("DecodeBlob(%q) = %v, the standard library says %v, %v", text, got, ok, err)
		}
		if bytes.Count(room[:guard], []byte{0xA5}) != guard || bytes.Count(room[guard+n:], []byte{0xA5}) != guard {
			t.Fatal("DecodeBlob wrote beyond dst")
		}
		if ok && !bytes.Equal(room[guard:guard+n], want) {
			t.Fatalf("DecodeBlob(%q) = %x, want %x", text, room[guard:guard+n], want)
		}
		if blob, e := Blob(text); (e == nil) != ok || ok && (blob == nil || !bytes.Equal(blob, want)) {
			t.Fatalf("Blob(%q) = %x, %v", text, blob, e)
		}
	})
}

func TestErrorsRepeatABoundedPartOfTheText(t *testing.T) {
	_, e := Blob(bytes.Repeat([]byte("-é"), 1_000_000))
	if e == nil || len(e.Message) > 1500 {
		t.Errorf("a blob of 3 MB is repeated in %d bytes", len(e.Message))
	}
	if _, e := ParseBoolean(strings.Repeat("x", 1_000_000)); len(e.Message) > 1500 {
		t.Errorf("a boolean of 1 MB is repeated in %d bytes", len(e.Message))
	}
}
