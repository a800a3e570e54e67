package shardlog

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsDoNotPrint(t *testing.T) {
	secret, ok := NewSecret([]byte("0123456789abcdef0123456789abcdef"))
	if !ok {
		t.Fatal("32 bytes are no key")
	}
	type around struct {
		Key    Secret
		hidden Secret
	}
	held := around{secret, secret}
	var shown strings.Builder
	for _, v := range []any{secret, &secret, held, &held, []Secret{secret}, map[string]Secret{"a": secret}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&shown, verb+"\n", v)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		shown.Write(text)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("key", "key", v)
	}
	for _, s := range []string{"0123", "3031", "48 49", "0x30, 0x31"} {
		if strings.Contains(shown.String(), s) {
			t.Errorf("it shows %q:\n%s", s, shown.String())
		}
	}
}

func TestSecretsHaveTheirLength(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		if _, ok := NewSecret(make([]byte, n)); ok {
			t.Errorf("%d bytes are a key", n)
		}
	}
	if !(Secret{}).IsZero() {
		t.Error("the zero value holds a key")
	}
}
