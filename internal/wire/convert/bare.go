package convert

import "reflect"

// Bare returns what v points to, or v itself if it is no pointer, and whether
// there is a value at all: a nil pointer, slice or map is an absent member.
func Bare(v reflect.Value) (bare reflect.Value, present bool) {
	switch v.Kind() {
	case reflect.Pointer:
		return v.Elem(), !v.IsNil()
	case reflect.Slice, reflect.Map:
		return v, !v.IsNil()
	}
	return v, true
}
