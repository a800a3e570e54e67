package awsquery

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// faultNamespace is that of an error of which it is not known whose it is.
const faultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09"

// AppendAnswer writes what op answers: out, a pointer to its Go structure, which is not
// looked at if the operation has no output. An error is a shape that does not fit out:
// a bug of ours.
func AppendAnswer(dst []byte, op *awsapi.Operation, out any, requestID string) (_ []byte, err error) {
	dst = append(dst, "<"+op.Name+"Response xmlns=\""...)
	dst = append(appendText(dst, op.Service.Namespace), '"', '>')
	if op.Output != nil {
		v, present := convert.Bare(reflect.ValueOf(out))
		if !present {
			return dst, fmt.Errorf("encode %s: nil structure", op.Output.Name)
		}
		if dst, err = appendElement(dst, op.Name+"Result", op.Output, v); err != nil {
			return dst, err
		}
	}
	dst = append(dst, "<ResponseMetadata>"...)
	dst = appendLeaf(dst, "RequestId", requestID)
	return append(dst, "</ResponseMetadata></"+op.Name+"Response>\n"...), nil
}

// AppendError writes an error of a service, which is nil if it is not known whose.
func AppendError(dst []byte, s *awsapi.Service, e *awsapi.Error, requestID string) []byte {
	namespace, blame := faultNamespace, "Sender"
	if s != nil {
		namespace = s.Namespace
	}
	if e.Status >= 500 {
		blame = "Receiver"
	}
	dst = append(dst, "<ErrorResponse xmlns=\""...)
	dst = append(appendText(dst, namespace), "\"><Error>"...)
	dst = appendLeaf(dst, "Type", blame)
	dst = appendLeaf(dst, "Code", e.Code)
	if e.Message != "" {
		dst = appendLeaf(dst, "Message", e.Message)
	}
	dst = append(dst, "</Error>"...)
	dst = appendLeaf(dst, "RequestId", requestID)
	return append(dst, "</ErrorResponse>\n"...)
}

func appendLeaf(dst []byte, name, text string) []byte {
	dst = append(dst, "<"+name+">"...)
	return append(appendText(dst, text), "</"+name+">"...)
}

func appendElement(dst []byte, name string, s *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	dst = append(dst, "<"+name+">"...)
	if dst, err = appendValue(dst, s, v); err != nil {
		return dst, err
	}
	return append(dst, "</"+name+">"...), nil
}

func appendValue(dst []byte, s *awsapi.Shape, v reflect.Value) ([]byte, error) {
	switch s.Kind {
	case awsapi.Structure:
		return appendStructure(dst, s, v)
	case awsapi.List:
		return appendList(dst, s, v)
	case awsapi.Map:
		return appendMap(dst, s, v)
	case awsapi.String:
		return appendText(dst, v.String()), nil
	case awsapi.Blob:
		return base64.StdEncoding.AppendEncode(dst, v.Bytes()), nil
	case awsapi.Integer, awsapi.Long:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case awsapi.Boolean:
		return strconv.AppendBool(dst, v.Bool()), nil
	case awsapi.Timestamp:
		return v.Interface().(time.Time).UTC().Truncate(time.Millisecond).AppendFormat(dst, time.RFC3339Nano), nil
	}
	return dst, fmt.Errorf("encode %s: unknown kind %d", s.Name, s.Kind)
}

func appendStructure(dst []byte, s *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	for i := range s.Members {
		m := &s.Members[i]
		field, present := convert.Bare(v.Field(m.Field))
		if !present {
			continue
		}
		if dst, err = appendElement(dst, m.Name, m.Shape, field); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func appendList(dst []byte, s *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	for i := range v.Len() {
		if dst, err = appendElement(dst, "member", s.Element, v.Index(i)); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// appendMap writes the entries in the order of their keys, so that equal values give
// equal bytes.
func appendMap(dst []byte, s *awsapi.Shape, v reflect.Value) (_ []byte, err error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		dst = append(dst, "<entry>"...)
		dst = appendLeaf(dst, "key", key.String())
		if dst, err = appendElement(dst, "value", s.Element, v.MapIndex(key)); err != nil {
			return dst, err
		}
		dst = append(dst, "</entry>"...)
	}
	return dst, nil
}

// appendText writes s so that it can stand in an element or an attribute; what XML
// cannot say becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	w := appender(dst)
	_ = xml.EscapeText(&w, []byte(s)) // the appender does not fail
	return w
}

// appender is a slice that is written to.
type appender []byte

func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}
