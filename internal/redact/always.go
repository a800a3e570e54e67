package redact

import (
	"fmt"
	"io"
	"log/slog"
)

// Text is what is shown of a secret.
const Text = "[redacted]"

// Always is embedded by what hides a secret.
type Always struct{}

// Format writes Text, whatever the verb.
func (Always) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Text) }

// String returns Text.
func (Always) String() string { return Text }

// GoString returns Text.
func (Always) GoString() string { return Text }

// MarshalText returns Text; JSON and YAML ask it too.
func (Always) MarshalText() ([]byte, error) { return []byte(Text), nil }

// LogValue is Text, in a log.
func (Always) LogValue() slog.Value { return slog.StringValue(Text) }
