package main

import (
	"strings"
	"unicode"
)

// exported is a name of the model as an exported identifier.
func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// enumConstant is the identifier of an enumeration's value: the type, then the
// value's words in camel case. Words in mixed case stay as they are:
// ShardFilterTypeAtLatest, MetricsNameIncomingBytes.
func enumConstant(enum, value string) string {
	words := strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if w == strings.ToUpper(w) || w == strings.ToLower(w) {
			w = strings.ToLower(w)
		}
		words[i] = exported(w)
	}
	return exported(enum) + strings.Join(words, "")
}

// inputType and outputType are the Go structures of an operation: the model's
// shape, or an empty structure named after the operation.
func inputType(operation, shape string) string  { return named(shape, operation+"Input") }
func outputType(operation, shape string) string { return named(shape, operation+"Output") }

func named(shape, otherwise string) string {
	if shape == "" {
		return otherwise
	}
	return exported(shape)
}
