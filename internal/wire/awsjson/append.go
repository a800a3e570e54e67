package awsjson

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// Append writes v, a pointer to the Go structure of shape, to dst. Members that
// are nil are left out; members that are sent as a stream of events are not
// written. An error is a shape that does not fit v: a bug of ours.
func Append(dst []byte, shape *awsapi.Shape, v any) ([]byte, error) {
	bare, present := convert.Bare(reflect.ValueOf(v))
	if !present {
		return dst, fmt.Errorf("encode %s: nil structure", shape.Name)
	}
	return appendValue(dst, shape, bare)
}

func appendValue(dst []byte, shape *awsapi.Shape, v reflect.Value) ([]byte, error) {
	switch shape.Kind {
	case awsapi.Structure:
		return appendStructure(dst, shape, v)
	case awsapi.List:
		return appendList(dst, shape, v)
	case awsapi.Map:
		return appendMap(dst, shape, v)
	case awsapi.String:
		return AppendString(dst, v.String()), nil
	case awsapi.Blob:
		return AppendBlob(dst, v.Bytes()), nil
	case awsapi.Integer, awsapi.Long:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case awsapi.Boolean:
		return strconv.AppendBool(dst, v.Bool()), nil
	case awsapi.Timestamp:
		return AppendTime(dst, v.Interface().(time.Time)), nil
	}
	return dst, fmt.Errorf("encode %s: unknown kind %d", shape.Name, shape.Kind)
}

func appendStructure(dst []byte, shape *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	dst = append(dst, '{')
	first := true
	for i := range shape.Members {
		m := &shape.Members[i]
		field, present := convert.Bare(v.Field(m.Field))
		if !present || m.Shape.EventStream {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(AppendString(dst, m.Name), ':')
		if dst, err = appendValue(dst, m.Shape, field); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendList(dst []byte, shape *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValue(dst, shape.Element, v.Index(i)); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// appendMap writes the entries in the order of their keys, so that equal values
// give equal bytes.
func appendMap(dst []byte, shape *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return strings.Compare(a.String(), b.String())
	})
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, key.String()), ':')
		if dst, err = appendValue(dst, shape.Element, v.MapIndex(key)); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}
