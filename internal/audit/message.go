package audit

import (
	"reflect"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// message is the error's text, without what it may quote of the request: AWS's texts
// say which value was wrong.
func (c *Call) message() string {
	// AWS's text for a signature that is wrong goes on with the canonical request, and
	// with the headers that are signed comes the session's token.
	text, _, _ := strings.Cut(c.Message, "\n")
	// Value '…' at 'partitionKey' failed to satisfy constraint: …. A value may hold
	// anything, so all is left out between the first beginning and the last end.
	const begin, end = "Value '", "' at '"
	if from, to := strings.Index(text, begin), strings.LastIndex(text, end); from >= 0 && to > from {
		text = text[:from+len(begin)] + concealed + text[to:]
	}
	if text != "" && c.Input.Shape != nil && c.Input.Value != nil {
		if v := reflect.Indirect(reflect.ValueOf(c.Input.Value)); v.IsValid() && quotes(text, c.Input.Shape, v, false) {
			return concealed
		}
	}
	return clip(text, maxMessage)
}

// quotes reports whether text holds a string of v that is not shown.
func quotes(text string, s *awsapi.Shape, v reflect.Value, hidden bool) bool {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return false
	}
	switch s.Kind {
	case awsapi.Structure:
		for i := range s.Members {
			m := &s.Members[i]
			if !m.Shape.EventStream && quotes(text, m.Shape, v.Field(m.Field), hidden || hides(m.Name)) {
				return true
			}
		}
	case awsapi.List:
		for i := range v.Len() {
			if quotes(text, s.Element, v.Index(i), hidden) {
				return true
			}
		}
	case awsapi.Map:
		for _, key := range v.MapKeys() {
			if quotes(text, s.Element, v.MapIndex(key), hidden || hides(key.String())) {
				return true
			}
		}
	case awsapi.String:
		return hidden && v.Len() > 0 && strings.Contains(text, v.String())
	}
	return false
}
