package convert

import (
	"reflect"

	"github.com/freshet/freshet/internal/awsapi"
)

// SetText gives v, a field of that kind, what a text on the wire says. The text
// is copied.
func SetText(kind awsapi.Kind, v reflect.Value, text []byte) *awsapi.Error {
	switch kind {
	case awsapi.String:
		Settle(v).SetString(string(text))
	case awsapi.Blob:
		blob, e := Blob(text)
		if e != nil {
			return e
		}
		v.SetBytes(blob)
	case awsapi.Boolean:
		b, e := ParseBoolean(string(text))
		if e != nil {
			return e
		}
		Settle(v).SetBool(b)
	default:
		return Mismatch(kind, Text)
	}
	return nil
}
