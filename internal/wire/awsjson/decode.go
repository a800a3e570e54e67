package awsjson

import (
	"reflect"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// maxDepth is how deep a body may nest.
const maxDepth = 1000

// Decode reads body into into, a pointer to the Go structure of shape, which
// must be a structure. Members that shape does not have are skipped, nulls are
// absent members, of duplicates the last one wins, fractions given for whole
// numbers are floored. The error is an *awsapi.Error with the code
// SerializationException; into is then in an unknown state.
func Decode(body []byte, shape *awsapi.Shape, into any) error {
	d := decoder{scanner: scanner{in: body}, room: convert.RoomFor(len(body))}
	if !utf8.Valid(body) || !d.document(shape, reflect.ValueOf(into).Elem()) {
		return convert.Malformed()
	}
	if d.mismatch != nil {
		return d.mismatch
	}
	return nil
}

// Valid reports whether body is JSON and an object: whether Decode would not
// call it malformed, the body apart that would take too much room.
func Valid(body []byte) bool {
	s := scanner{in: body}
	s.blank()
	return utf8.Valid(body) && s.peek() == '{' && s.skip(0) && s.end()
}

// decoder is a scanner that stores what it reads. Its methods return false if
// the body is malformed; a mismatch is kept and reading goes on.
type decoder struct {
	scanner
	room     convert.Room
	mismatch *awsapi.Error
}

func (d *decoder) document(shape *awsapi.Shape, v reflect.Value) bool {
	d.blank()
	return d.peek() == '{' && d.structure(shape, v, 0) && d.end()
}

// value reads one value into v, the field or element that shape describes.
func (d *decoder) value(shape *awsapi.Shape, v reflect.Value, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch c := d.peek(); {
	case c == '{':
		return d.object(shape, v, depth)
	case c == '[':
		return d.list(shape, v, depth)
	case c == '"':
		return d.text(shape, v)
	case c == 'n':
		v.SetZero()
		return d.literal("null")
	case c == 't':
		return d.literal("true") && d.boolean(shape, v, true)
	case c == 'f':
		return d.literal("false") && d.boolean(shape, v, false)
	}
	return d.number(shape, v)
}

// wrong keeps the first mismatch.
func (d *decoder) wrong(e *awsapi.Error) bool {
	if d.mismatch == nil {
		d.mismatch = e
	}
	return true
}

func (d *decoder) object(shape *awsapi.Shape, v reflect.Value, depth int) bool {
	switch shape.Kind {
	case awsapi.Structure:
		bare, ok := d.room.Structure(v)
		return ok && d.structure(shape, bare, depth)
	case awsapi.Map:
		return d.mapping(shape, v, depth)
	}
	return d.skip(depth) && d.wrong(convert.Mismatch(shape.Kind, convert.Map))
}

func (d *decoder) structure(shape *awsapi.Shape, v reflect.Value, depth int) bool {
	return d.members(func(name []byte) bool {
		m := shape.Member(string(name))
		if m == nil {
			return d.skip(depth + 1)
		}
		return d.value(m.Shape, v.Field(m.Field), depth+1)
	})
}

func (d *decoder) mapping(shape *awsapi.Shape, v reflect.Value, depth int) bool {
	t := v.Type()
	return d.room.Map(v) && d.members(func(name []byte) bool {
		keep, ok := d.room.Entry(v, shape.Max)
		if !ok || !keep {
			return ok && d.skip(depth+1)
		}
		key := reflect.ValueOf(string(name)).Convert(t.Key())
		if d.peek() == 'n' {
			v.SetMapIndex(key, reflect.Value{})
			return d.literal("null")
		}
		element := reflect.New(t.Elem()).Elem()
		if !d.value(shape.Element, element, depth+1) {
			return false
		}
		v.SetMapIndex(key, element)
		return true
	})
}

func (d *decoder) list(shape *awsapi.Shape, v reflect.Value, depth int) bool {
	if shape.Kind != awsapi.List {
		return d.skip(depth) && d.wrong(convert.Mismatch(shape.Kind, convert.List))
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return d.elements(func() bool {
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
