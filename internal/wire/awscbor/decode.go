package awscbor

import (
	"reflect"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// Decode reads body into into, a pointer to the Go structure of shape, which
// must be a structure. Members that shape does not have are skipped, nulls are
// absent members, of duplicates the last one wins, fractions given for whole
// numbers are floored. The error is an *awsapi.Error with the code
// SerializationException; into is then in an unknown state.
func Decode(body []byte, shape *awsapi.Shape, into any) error {
	d := decoder{scanner: scanner{in: body}, room: convert.RoomFor(len(body))}
	if !d.document(shape, reflect.ValueOf(into).Elem()) {
		return convert.Malformed()
	}
	if d.mismatch != nil {
		return d.mismatch
	}
	return nil
}

// Valid reports whether body is CBOR and a map: whether Decode would not call
// it malformed, the body apart that would take too much room.
func Valid(body []byte) bool {
	s := scanner{in: body}
	h, ok := s.head()
	return ok && h.major == majorMap && s.skipRest(h, 0) && s.at == len(body)
}

// decoder is a scanner that stores what it reads. Its methods return false if
// the body is malformed; a mismatch is kept and reading goes on.
type decoder struct {
	scanner
	room     convert.Room
	mismatch *awsapi.Error
}

func (d *decoder) document(shape *awsapi.Shape, v reflect.Value) bool {
	h, ok := d.head()
	return ok && h.major == majorMap && d.structure(h, shape, v, 0) && d.at == len(d.in)
}

// value reads one item into v, the field or element that shape describes.
func (d *decoder) value(shape *awsapi.Shape, v reflect.Value, depth int) bool {
	h, ok := d.head()
	// A tag says how to read a number; the shape knows that already.
	for ; ok && h.major == majorTag; depth++ {
		if depth > maxDepth {
			return false
		}
		h, ok = d.head()
	}
	if !ok || depth > maxDepth {
		return false
	}
	switch h.major {
	case majorUnsigned, majorNegative:
		return d.whole(h, shape, v)
	case majorBytes:
		return d.bytes(h, shape, v)
	case majorText:
		return d.text(h, shape, v)
	case majorList:
		return d.list(h, shape, v, depth)
	case majorMap:
		return d.object(h, shape, v, depth)
	}
	return d.simple(h, shape, v)
}

// wrong keeps the first mismatch.
func (d *decoder) wrong(e *awsapi.Error) bool {
	if d.mismatch == nil {
		d.mismatch = e
	}
	return true
}

func (d *decoder) object(h head, shape *awsapi.Shape, v reflect.Value, depth int) bool {
	switch shape.Kind {
	case awsapi.Structure:
		bare, ok := d.room.Structure(v)
		return ok && d.structure(h, shape, bare, depth)
	case awsapi.Map:
		return d.mapping(h, shape, v, depth)
	}
	return d.skipRest(h, depth) && d.wrong(convert.Mismatch(shape.Kind, convert.Map))
}

func (d *decoder) structure(h head, shape *awsapi.Shape, v reflect.Value, depth int) bool {
	return d.items(h, func() bool {
		key, ok := d.head()
		if !ok {
			return false
		}
		if key.major != majorText { // no member is called so
			return d.skipRest(key, depth+1) && d.skip(depth+1)
		}
		name, ok := d.str(key)
		if !ok {
			return false
		}
		m := shape.Member(string(name))
		if m == nil {
			return d.skip(depth + 1)
		}
		return d.value(m.Shape, v.Field(m.Field), depth+1)
	})
}

func (d *decoder) mapping(h head, shape *awsapi.Shape, v reflect.Value, depth int) bool {
	t := v.Type()
	return d.room.Map(v) && d.items(h, func() bool {
		keep, ok := d.room.Entry(v, shape.Max)
		if !ok || !keep {
			return ok && d.skip(depth+1) && d.skip(depth+1)
		}
		key := reflect.New(t.Key()).Elem()
		if !d.value(shape.Key, key, depth+1) {
			return false
		}
		if d.atNull() {
			v.SetMapIndex(key, reflect.Value{})
			return true
		}
		element := reflect.New(t.Elem()).Elem()
		if !d.value(shape.Element, element, depth+1) {
			return false
		}
		v.SetMapIndex(key, element)
		return true
	})
}

// atNull reports whether a null is next, and steps over it.
func (d *decoder) atNull() bool {
	if d.at < len(d.in) && (d.in[d.at] == majorSimple<<5|simpleNull || d.in[d.at] == majorSimple<<5|simpleUndefined) {
		d.at++
		return true
	}
	return false
}

func (d *decoder) list(h head, shape *awsapi.Shape, v reflect.Value, depth int) bool {
	if shape.Kind != awsapi.List {
		return d.skipRest(h, depth) && d.wrong(convert.Mismatch(shape.Kind, convert.List))
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return d.items(h, func() bool {
		keep, ok := d.room.Entry(v, shape.Max)
		if !ok || !keep {
			return ok && d.skip(depth+1)
		}
		n := v.Len()
		v.Grow(1)
		v.SetLen(n + 1)
		return d.value(shape.Element, v.Index(n), depth+1)
	})
}
