package awscbor

import (
	"bytes"
	"math"
	"reflect"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// whole reads a whole number.
func (d *decoder) whole(h head, shape *awsapi.Shape, v reflect.Value) bool {
	n := int64(min(h.arg, math.MaxInt64))
	if h.major == majorNegative {
		n = -1 - n
	}
	return d.number(n, shape, v)
}

// number stores n, which came as a whole number or was floored.
func (d *decoder) number(n int64, shape *awsapi.Shape, v reflect.Value) bool {
	switch shape.Kind {
	case awsapi.Integer:
		convert.Settle(v).SetInt(int64(convert.ClampInteger(n)))
	case awsapi.Long:
		convert.Settle(v).SetInt(n)
	case awsapi.Timestamp:
		convert.Settle(v).Set(reflect.ValueOf(convert.Millis(n)))
	default:
		return d.wrong(convert.Mismatch(shape.Kind, convert.Number))
	}
	return true
}

func (d *decoder) bytes(h head, shape *awsapi.Shape, v reflect.Value) bool {
	b, ok := d.str(h)
	if !ok {
		return false
	}
	if shape.Kind != awsapi.Blob {
		return d.wrong(convert.Mismatch(shape.Kind, convert.Bytes))
	}
	if b = bytes.Clone(b); b == nil {
		b = []byte{} // present, and empty
	}
	v.SetBytes(b)
	return true
}

func (d *decoder) text(h head, shape *awsapi.Shape, v reflect.Value) bool {
	text, ok := d.str(h)
	if !ok {
		return false
	}
	if e := convert.SetText(shape.Kind, v, text); e != nil {
		return d.wrong(e)
	}
	return true
}

// simple reads true, false, null, undefined and floats.
func (d *decoder) simple(h head, shape *awsapi.Shape, v reflect.Value) bool {
	if h.isFloat() {
		return d.number(convert.Floor(h.float()), shape, v)
	}
	switch h.arg {
	case simpleNull, simpleUndefined:
		v.SetZero()
		return true
	case simpleTrue, simpleFalse:
		if shape.Kind != awsapi.Boolean {
			return d.wrong(convert.Mismatch(shape.Kind, convert.Boolean))
		}
		convert.Settle(v).SetBool(h.arg == simpleTrue)
		return true
	}
	return false
}
