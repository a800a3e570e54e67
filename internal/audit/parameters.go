package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/awsapi"
)

// maxParameters is the most bytes of parameters or response elements that an event
// shows: 100 KB, as CloudTrail's.
const maxParameters = 100 << 10

// show returns p as JSON, without what is hidden; nil, which is written as null, if
// there is nothing to show.
func (p Parameters) show() json.RawMessage {
	if p.Value == nil {
		return nil
	}
	var b []byte
	if p.Shape != nil {
		v := reflect.ValueOf(p.Value)
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return nil
		}
		b = appendShape(nil, p.Shape, reflect.Indirect(v))
	} else {
		tree, err := generic(p.Value)
		if err != nil {
			return json.RawMessage(`"a value that is no JSON"`)
		}
		b = marshal(conceal(tree))
	}
	switch {
	case bytes.Equal(b, []byte("{}")) || bytes.Equal(b, []byte("null")):
		return nil
	case len(b) > maxParameters:
		return omitted(len(b))
	}
	return b
}

// omitted says that something was too large to show, in CloudTrail's words.
func omitted(size int) json.RawMessage {
	return json.RawMessage(`{"omitted":true,"originalSize":` + strconv.Itoa(size) + `,"reason":"too large"}`)
}

// generic is what encoding/json makes of v, which no method of v's can make invalid.
func generic(v any) (any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var tree any
	err = decoder.Decode(&tree)
	return tree, err
}

// marshal writes what is JSON already.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("BUG: audit: what was JSON is none: %v", err))
	}
	return b
}

// conceal hides in tree what is not shown.
func conceal(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			switch value.(type) {
			case json.Number, bool, nil: // a count of records, for instance
				continue
			}
			if hides(name) {
				v[name] = concealed
			} else {
				v[name] = conceal(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = conceal(v[i])
		}
	}
	return tree
}

// appendShape writes a value of shape. Names begin in lower case, as CloudTrail's.
func appendShape(dst []byte, shape *awsapi.Shape, v reflect.Value) []byte {
	switch shape.Kind {
	case awsapi.Structure:
		return appendStructure(dst, shape, v)
	case awsapi.List:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendShape(dst, shape.Element, v.Index(i))
		}
		return append(dst, ']')
	case awsapi.Map:
		return appendMap(dst, shape, v)
	case awsapi.String:
		return appendString(dst, v.String())
	case awsapi.Integer, awsapi.Long:
		return strconv.AppendInt(dst, v.Int(), 10)
	case awsapi.Boolean:
		return strconv.AppendBool(dst, v.Bool())
	case awsapi.Timestamp:
		return appendString(dst, v.Interface().(time.Time).UTC().Format(time.RFC3339Nano))
	}
	return appendString(dst, concealed) // blobs, and kinds that nobody has looked at yet
}

func appendStructure(dst []byte, shape *awsapi.Shape, v reflect.Value) []byte {
	dst = append(dst, '{')
	first := true
	for i := range shape.Members {
		m := &shape.Members[i]
		field := v.Field(m.Field)
		switch field.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			if field.IsNil() {
				continue
			}
		}
		if m.Shape.EventStream {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendString(dst, lowerFirst(m.Name)), ':')
		if hides(m.Name) || hidesShape(m.Shape) {
			dst = appendString(dst, concealed)
			continue
		}
		dst = appendShape(dst, m.Shape, reflect.Indirect(field))
	}
	return append(dst, '}')
}

// appendMap writes a map. Its keys are the client's, and shown, tags for instance;
// a value is not if its key says that it is a secret.
func appendMap(dst []byte, shape *awsapi.Shape, v reflect.Value) []byte {
	dst = append(dst, '{')
	first := true
	for _, key := range sortedKeys(v) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendString(dst, key.String()), ':')
		if hides(key.String()) || hidesShape(shape.Element) {
			dst = appendString(dst, concealed)
			continue
		}
		dst = appendShape(dst, shape.Element, v.MapIndex(key))
	}
	return append(dst, '}')
}

// appendString writes s as JSON, on one line, what is not UTF-8 as U+FFFD.
func appendString(dst []byte, s string) []byte {
	return append(dst, marshal(s)...)
}

// sortedKeys are a map's, in order, so that like calls make like events.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// lowerFirst is how CloudTrail names members: streamName, kMSKeyId.
func lowerFirst(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[size:]
}
