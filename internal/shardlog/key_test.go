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
	around := struct{ Key Secret }{secret}
	text, err := json.Marshal(around)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", secret, "around", around)
	for _, s := range []string{
		fmt.Sprint(secret), fmt.Sprintf("%v %+v %#v %s %x %d", secret, around, around, secret, secret, around),
		string(text), log.String(), secret.String(), secret.GoString(),
	} {
		if strings.Contains(s, "0123") || strings.Contains(s, "3031") || strings.Contains(s, "48 49") {
			t.Errorf("prints as %s", s)
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
