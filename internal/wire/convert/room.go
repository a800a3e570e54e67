package convert

import "reflect"

// A body grows when it is decoded: an element of a list may be one byte there and
// a structure of a hundred here. Room bounds that for the body as a whole, in
// whatever way its lists nest.
const (
	// perByte is how many bytes one of the body may become. The densest requests
	// that clients make are DynamoDB's lists of short numbers, in the plainest Go
	// structures 160 bytes for 10; Kinesis's become twice their size at most.
	perByte = 16
	// atLeast is the room of the smallest body.
	atLeast = 64 << 10

	// mapSize is what an empty map takes.
	mapSize = 48

	// maxKept is how many entries are kept of a list or map that is beyond its
	// own bound: the answer repeats the beginning of it.
	maxKept = 10_000
)

// Room is the memory that is left to decode one body: for structures, and for
// the entries of lists and maps. What lists and maps keep in reserve comes on
// top, and so do texts, payloads and single scalars, since these were not much
// shorter in the body.
type Room struct{ left int }

// RoomFor returns the room of a body of n bytes.
func RoomFor(n int) Room { return Room{left: atLeast + perByte*n} }

func (r *Room) take(n uintptr) bool {
	if n > uintptr(r.left) {
		return false
	}
	r.left -= int(n)
	return true
}

// Structure returns the structure to fill for a member or an element: what a new
// pointer points to if v is a pointer, which v then is, else v itself. ok is
// false if there is no room.
func (r *Room) Structure(v reflect.Value) (bare reflect.Value, ok bool) {
	if v.Kind() == reflect.Pointer && !r.take(v.Type().Elem().Size()) {
		return v, false
	}
	return Settle(v), true
}

// Map makes v an empty map. ok is false if there is no room.
func (r *Room) Map(v reflect.Value) (ok bool) {
	if !r.take(mapSize) {
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	return true
}

// Entry says what to do with one more entry of v, a list or map whose own bound
// is most, or nil: keep it, or drop it because v is beyond its bound already and
// the validator will say so. ok is false if there is no room: the body is
// refused.
func (r *Room) Entry(v reflect.Value, most *int64) (keep, ok bool) {
	n := v.Len()
	beyond := most != nil && int64(n) > *most
	if beyond && n >= maxKept {
		return false, true
	}
	size := v.Type().Elem().Size()
	if v.Kind() == reflect.Map {
		size += v.Type().Key().Size()
	}
	if !r.take(size) {
		return false, beyond
	}
	return true, true
}

// Settle returns the bare value to set for a scalar: what a new pointer points to
// if v is a pointer, which v then is, else v itself.
func Settle(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Pointer {
		return v
	}
	p := reflect.New(v.Type().Elem())
	v.Set(p)
	return p.Elem()
}
