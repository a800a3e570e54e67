package sigv4

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestKeysAreDerivedOnce(t *testing.T) {
	v := newVerifier()
	for range 3 {
		v.accepts(t, newSigner().sign(t, call(t), body))
	}
	if n := len(v.keys.mu.entries); n != 1 {
		t.Errorf("%d keys are kept, want 1", n)
	}
}

func TestOnlyGoodSignaturesLeaveAKey(t *testing.T) {
	v := newVerifier()
	r := newSigner().sign(t, call(t), "what was signed")
	r.Body = http.NoBody
	v.refuses(t, r, mismatchCode, mismatchText)
	if n := len(v.keys.mu.entries); n != 0 {
		t.Errorf("%d keys are kept, want none", n)
	}
}

func TestAKeyOfAnotherSecretIsNotUsed(t *testing.T) {
	v, old := newVerifier(), newSigner()
	v.accepts(t, old.sign(t, call(t), body))
	v.secret = "rotated"
	v.refuses(t, old.sign(t, call(t), body), mismatchCode, mismatchText)
	now := newSigner()
	now.secret = "rotated"
	v.accepts(t, now.sign(t, call(t), body))
}

func TestForgottenKeysAreGone(t *testing.T) {
	var k Keys
	for i := range 10 {
		for _, id := range []string{"A", "B"} {
			k.put(scope{keyID: id, region: fmt.Sprint(i)}, secret, [sha256.Size]byte{})
		}
	}
	k.Forget("A")
	for s := range k.mu.entries {
		if s.keyID != "B" {
			t.Errorf("%v is kept", s)
		}
	}
	if len(k.mu.entries) != 10 || k.mu.order.Len() != 10 {
		t.Errorf("%d and %d are kept, want 10", len(k.mu.entries), k.mu.order.Len())
	}
}

func TestKeysAreBounded(t *testing.T) {
	var k Keys
	first := scope{keyID: "first"}
	k.put(first, secret, [sha256.Size]byte{})
	for i := range 2 * maxKeys {
		k.put(scope{keyID: fmt.Sprint(i)}, secret, [sha256.Size]byte{})
		if _, ok := k.get(first, secret); !ok {
			t.Fatalf("the key that is used most was dropped after %d others", i)
		}
	}
	if len(k.mu.entries) != maxKeys || k.mu.order.Len() != maxKeys {
		t.Errorf("%d and %d are kept, want %d", len(k.mu.entries), k.mu.order.Len(), maxKeys)
	}
}

// A PutRecords of 500 records of 1 KiB, whose hash takes nearly all of it.
func BenchmarkVerify(b *testing.B) {
	payload := strings.Repeat("x", 500*1400)
	r := newSigner().sign(b, call(b), payload)
	sum := sha256.Sum256([]byte(payload))
	data := []byte(payload)
	var keys Keys
	verify := func(b *testing.B, sum [sha256.Size]byte) {
		c, err := Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		claim, err := c.Check(r, Rules{}, signedAt)
		if err == nil {
			err = keys.Verify(&claim, secret, sum)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("hashed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			verify(b, sum)
		}
	})
	b.Run("with the hash", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			verify(b, sha256.Sum256(data))
		}
	})
}
