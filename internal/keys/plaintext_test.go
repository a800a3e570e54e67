package keys

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/redact"
)

// However a key is printed, and whatever holds it, its bytes are not shown.
func TestPlaintextIsNotShown(t *testing.T) {
	raw := bytes.Repeat([]byte{0xab}, KeySize)
	p, ok := TakePlaintext(bytes.Clone(raw))
	if !ok {
		t.Fatal("a key of the right length is not taken")
	}
	type around struct {
		Key    Plaintext
		hidden Plaintext
	}
	held := around{p, p}
	var text strings.Builder
	for _, v := range []any{p, &p, held, &held, []Plaintext{p}, map[string]Plaintext{"a": p}, DataKey{Plaintext: p}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%p"} {
			fmt.Fprintf(&text, verb+"\n", v)
		}
		js, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(js)
		slog.New(slog.NewTextHandler(&text, nil)).Info("a key", "key", v)
		slog.New(slog.NewJSONHandler(&text, nil)).Info("a key", "key", v)
	}
	for _, shown := range []string{string(raw[:4]), hex.EncodeToString(raw[:4]), "ABABABAB", "171 171", "q6urq6ur", "0xab, 0xab", "10101011 10101011", "253 253"} {
		if strings.Contains(text.String(), shown) {
			t.Errorf("it shows %q:\n%s", shown, text.String())
		}
	}
	if !strings.Contains(text.String(), redact.Text) {
		t.Error("it does not say that it is redacted")
	}
}

func TestPlaintextIsMovedAndZeroed(t *testing.T) {
	raw := bytes.Repeat([]byte{7}, KeySize)
	p, _ := TakePlaintext(raw)
	if !bytes.Equal(raw, make([]byte, KeySize)) {
		t.Error("the bytes it was taken from hold it still")
	}
	shared := p
	p.Zero()
	if !shared.IsZero() || !bytes.Equal(shared.Bytes(), make([]byte, KeySize)) {
		t.Error("a copy holds it after it was zeroed")
	}
	short := []byte("too short")
	if _, ok := TakePlaintext(short); ok || short[0] != 0 {
		t.Error("what is no key is taken, or is not zeroed")
	}
	Plaintext{}.Zero()
	if !(Plaintext{}).IsZero() || NewPlaintext().IsZero() {
		t.Error("the zero value is a key, or a new key is none")
	}
}
