package awscbor

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// Heads that Append and the hot codecs write.
const (
	MapStart  = majorMap<<5 | 31
	ListStart = majorList<<5 | 31
	Break     = breakByte

	trueByte  = majorSimple<<5 | simpleTrue
	falseByte = majorSimple<<5 | simpleFalse
	timeTag   = majorTag<<5 | 1
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
		return AppendInt(dst, v.Int()), nil
	case awsapi.Boolean:
		if v.Bool() {
			return append(dst, trueByte), nil
		}
		return append(dst, falseByte), nil
	case awsapi.Timestamp:
		return AppendTime(dst, v.Interface().(time.Time)), nil
	}
	return dst, fmt.Errorf("encode %s: unknown kind %d", shape.Name, shape.Kind)
}

func appendStructure(dst []byte, shape *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	dst = append(dst, MapStart)
	for i := range shape.Members {
		m := &shape.Members[i]
		field, present := convert.Bare(v.Field(m.Field))
		if !present || m.Shape.EventStream {
			continue
		}
		if dst, err = appendValue(AppendString(dst, m.Name), m.Shape, field); err != nil {
			return dst, err
		}
	}
	return append(dst, Break), nil
}

func appendList(dst []byte, shape *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	dst = append(dst, ListStart)
	for i := range v.Len() {
		if dst, err = appendValue(dst, shape.Element, v.Index(i)); err != nil {
			return dst, err
		}
	}
	return append(dst, Break), nil
}

// appendMap writes the entries in the order of their keys, so that equal values
// give equal bytes.
func appendMap(dst []byte, shape *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return strings.Compare(a.String(), b.String())
	})
	dst = append(dst, MapStart)
	for _, key := range keys {
		dst = AppendString(dst, key.String())
		if dst, err = appendValue(dst, shape.Element, v.MapIndex(key)); err != nil {
			return dst, err
		}
	}
	return append(dst, Break), nil
}

// AppendString writes s as a text; what is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	return append(appendHead(dst, majorText, uint64(len(s))), s...)
}

// AppendBlob writes blob as a byte string.
func AppendBlob(dst, blob []byte) []byte {
	return append(appendHead(dst, majorBytes, uint64(len(blob))), blob...)
}

// AppendInt writes n.
func AppendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return appendHead(dst, majorNegative, uint64(-1-n))
	}
	return appendHead(dst, majorUnsigned, uint64(n))
}

// AppendTime writes t as tag 1 around a whole number of milliseconds, as AWS
// does; a float breaks the SDKs (aws/aws-sdk-java-v2#4661).
func AppendTime(dst []byte, t time.Time) []byte {
	return AppendInt(append(dst, timeTag), t.UnixMilli())
}

// appendHead writes a head with its argument in as few bytes as it fits.
func appendHead(dst []byte, major byte, arg uint64) []byte {
	major <<= 5
	switch {
	case arg < 24:
		return append(dst, major|byte(arg))
	case arg < 1<<8:
		return append(dst, major|24, byte(arg))
	case arg < 1<<16:
		return append(dst, major|25, byte(arg>>8), byte(arg))
	case arg < 1<<32:
		return append(dst, major|26, byte(arg>>24), byte(arg>>16), byte(arg>>8), byte(arg))
	}
	return append(dst, major|27, byte(arg>>56), byte(arg>>48), byte(arg>>40), byte(arg>>32),
		byte(arg>>24), byte(arg>>16), byte(arg>>8), byte(arg))
}
