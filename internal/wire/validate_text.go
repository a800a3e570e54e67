package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// maxPrinted bounds a value in an answer. Unlike AWS, a longer one is cut: a bad
// request of many megabytes shall not be answered by a multiple of them.
const maxPrinted = 64 << 10

// text is what AWS says of the constraint.
func (c constraints) text(s *awsapi.Shape) string {
	what := "length"
	if s.Kind == awsapi.Integer || s.Kind == awsapi.Long {
		what = "value"
	}
	switch c {
	case pattern:
		return "Member must satisfy regular expression pattern: " + s.Pattern.Text
	case least:
		return fmt.Sprintf("Member must have %s greater than or equal to %d", what, *s.Min)
	case most:
		return fmt.Sprintf("Member must have %s less than or equal to %d", what, *s.Max)
	default:
		return "Member must satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
	}
}

// all is what AWS says of elements: all their constraints, whichever is broken.
func all(s *awsapi.Shape) string {
	var texts []string
	if s.Max != nil {
		texts = append(texts, most.text(s))
	}
	if s.Min != nil {
		texts = append(texts, least.text(s))
	}
	if s.Pattern != nil {
		texts = append(texts, pattern.text(s))
	}
	if s.Enum != nil {
		texts = append(texts, enum.text(s))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// quoted is the value as AWS prints it, in quotes and after a blank. Of a value that is
// sensitive AWS prints nothing (seen of passwords).
func quoted(s *awsapi.Shape, v reflect.Value) string {
	if s.Sensitive {
		return ""
	}
	b := printed(nil, s, v)
	if len(b) > maxPrinted {
		return " '" + strings.ToValidUTF8(string(b[:maxPrinted]), "") + "…'"
	}
	return " '" + string(b) + "'"
}

// printed appends the value as Java prints it, at least so much that it is longer
// than maxPrinted or whole.
func printed(b []byte, s *awsapi.Shape, v reflect.Value) []byte {
	switch s.Kind {
	case awsapi.String:
		return append(b, v.String()[:min(v.Len(), maxPrinted+1)]...)
	case awsapi.Integer, awsapi.Long:
		return strconv.AppendInt(b, v.Int(), 10)
	case awsapi.Boolean:
		return strconv.AppendBool(b, v.Bool())
	case awsapi.Blob:
		return fmt.Appendf(b, "java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]", v.Len(), v.Len())
	case awsapi.List:
		return printedList(b, s, v)
	case awsapi.Map:
		return printedMap(b, s, v)
	default:
		// The hash is the one that was seen; nothing can depend on its value.
		return append(b, s.Class+"@c965e310"...)
	}
}

func printedList(b []byte, s *awsapi.Shape, v reflect.Value) []byte {
	b = append(b, '[')
	for i := 0; i < v.Len() && len(b) <= maxPrinted; i++ {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = printed(b, s.Element, v.Index(i))
	}
	return append(b, ']')
}

func printedMap(b []byte, s *awsapi.Shape, v reflect.Value) []byte {
	b = append(b, '{')
	for i, key := range sortedKeys(v) {
		if len(b) > maxPrinted {
			break
		}
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(printed(b, s.Key, key), '=')
		b = printed(b, s.Element, v.MapIndex(key))
	}
	return append(b, '}')
}
