package kinesiscodec

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// The model's bounds; a test compares them with the generated shapes.
const (
	maxRecords   = 500
	maxData      = 10 << 20
	maxKey       = 256 // characters
	maxName      = 128
	maxIterator  = 512
	maxLimit     = 10000
	maxARN       = 2048
	hashDigits   = 39
	numberDigits = 129
)

// alias returns b as a string without copying. The string lives as long as b
// does, and b must not change meanwhile.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// isKey reports whether b, which is UTF-8, may be a partition key.
func isKey(b []byte) bool {
	return len(b) > 0 && (len(b) <= maxKey || utf8.RuneCount(b) <= maxKey)
}

// isNumber reports whether b is a whole number without superfluous zeros and
// with at most so many digits.
func isNumber(b []byte, digits int) bool {
	if len(b) == 0 || len(b) > digits || b[0] == '0' && len(b) > 1 {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isName reports whether b may be a stream's name.
func isName(b []byte) bool {
	if len(b) == 0 || len(b) > maxName {
		return false
	}
	for _, c := range b {
		if !nameBytes[c] {
			return false
		}
	}
	return true
}

var nameBytes = func() (set [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-" {
		set[c] = true
	}
	return set
}()

// isStreamARN reports whether b is a stream's ARN of the usual form. The model
// allows more; that is left to its own pattern.
func isStreamARN(b []byte) bool {
	const account = "123456789012"
	rest, ok := strings.CutPrefix(alias(b), "arn:aws:kinesis:")
	if !ok || len(b) > maxARN {
		return false
	}
	region, rest, _ := strings.Cut(rest, ":")
	id, name, _ := strings.Cut(rest, ":stream/")
	return isName([]byte(region)) && len(id) == len(account) && isDigits(id) && isName([]byte(name))
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
