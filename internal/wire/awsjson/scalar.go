package awsjson

import (
	"reflect"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

func (d *decoder) text(shape *awsapi.Shape, v reflect.Value) bool {
	text, ok := d.str()
	if !ok {
		return false
	}
	if e := convert.SetText(shape.Kind, v, text); e != nil {
		return d.wrong(e)
	}
	return true
}

func (d *decoder) boolean(shape *awsapi.Shape, v reflect.Value, b bool) bool {
	if shape.Kind != awsapi.Boolean {
		return d.wrong(convert.Mismatch(shape.Kind, convert.Boolean))
	}
	convert.Settle(v).SetBool(b)
	return true
}

func (d *decoder) number(shape *awsapi.Shape, v reflect.Value) bool {
	n, ok := d.num()
	if !ok {
		return false
	}
	switch shape.Kind {
	case awsapi.Integer:
		convert.Settle(v).SetInt(int64(convert.ClampInteger(n.scaled(0))))
	case awsapi.Long:
		convert.Settle(v).SetInt(n.scaled(0))
	case awsapi.Timestamp:
		convert.Settle(v).Set(reflect.ValueOf(convert.Millis(n.scaled(3))))
	default:
		return d.wrong(convert.Mismatch(shape.Kind, convert.Number))
	}
	return true
}
