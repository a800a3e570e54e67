package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretIsNeverShown(t *testing.T) {
	const value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	holder := struct {
		Name   string
		Secret Secret
		Deep   []map[string]Secret
		hidden Secret
	}{"key", NewSecret(value), []map[string]Secret{{"a": NewSecret(value)}}, NewSecret(value)}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", holder)
		fmt.Fprintf(&out, verb+"\n", &holder)
		fmt.Fprintf(&out, verb+"\n", holder.Secret)
	}
	text, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("made", "secret", holder.Secret, "holder", holder)
	slog.New(slog.NewTextHandler(&out, nil)).Info("made", "secret", holder.Secret, "holder", holder)
	for _, shown := range []string{value, fmt.Sprintf("%x", value)} {
		if strings.Contains(out.String(), shown) {
			t.Errorf("the secret is shown as %s in:\n%s", shown, out.String())
		}
	}
	if holder.Secret.Reveal() != value {
		t.Error("Reveal does not return the secret")
	}
}

func TestSecretsAreEqualByValue(t *testing.T) {
	if !NewSecret("a").Equal(NewSecret("a")) || NewSecret("a").Equal(NewSecret("b")) || NewSecret("a").Equal(NewSecret("aa")) {
		t.Error("Equal must compare what is hidden")
	}
	if !(Secret{}).IsZero() || NewSecret("a").IsZero() {
		t.Error("the zero Secret alone is none")
	}
}
