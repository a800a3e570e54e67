package convert

import "reflect"

// Settle returns the bare value to set for a member or an element: what a new
// pointer points to if v is a pointer, which v then is, else v itself.
func Settle(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Pointer {
		return v
	}
	p := reflect.New(v.Type().Elem())
	v.Set(p)
	return p.Elem()
}

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

// maxEntries is how many entries of one list or map are kept. No list of AWS's
// requests is allowed more than 10,000 (the model's Max); without a bound a body
// of some bytes an entry would be many times its size in memory.
const maxEntries = 10_000

// Room says what to do with one more entry of a list or map that holds n: keep
// it, or drop it because the list's own bound (max, or nil) is exceeded
// already and the validator will say so. ok is false if there is no such bound:
// the body is refused.
func Room(n int, max *int64) (keep, ok bool) {
	bounded := max != nil && *max <= maxEntries
	return n < maxEntries || bounded && int64(n) <= *max, n < maxEntries || bounded
}
