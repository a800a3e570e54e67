package awsquery

import (
	"cmp"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/convert"
)

// Decode reads the input of an operation into v, a pointer to the Go structure of
// shape, from the parameters of a text of size bytes. What it makes aliases that text.
// An error is an *awsapi.Error.
func Decode(ps Parameters, size int, shape *awsapi.Shape, v any) error {
	d := decoder{room: convert.RoomFor(size)}
	return bare(d.structure(shape, "", ps, reflect.ValueOf(v).Elem(), 0))
}

// bare keeps a nil *awsapi.Error from becoming an error that is not nil.
func bare(e *awsapi.Error) error {
	if e == nil {
		return nil
	}
	return e
}

type decoder struct{ room convert.Room }

// structure fills v from ps, all of whose names begin with prefix.
func (d *decoder) structure(s *awsapi.Shape, prefix string, ps Parameters, v reflect.Value, depth int) *awsapi.Error {
	if depth > maxDepth {
		return convert.Malformed()
	}
	for i := range s.Members {
		m := &s.Members[i]
		if e := d.value(m.Shape, prefix+m.Name, ps, v.Field(m.Field), depth); e != nil {
			return e
		}
	}
	return nil
}

// value reads what name leads to, if anything is there.
func (d *decoder) value(s *awsapi.Shape, name string, ps Parameters, v reflect.Value, depth int) *awsapi.Error {
	text, given := ps.Get(name)
	below := ps.below(name + ".")
	switch {
	case !given && len(below) == 0:
		return nil
	case s.Kind == awsapi.Structure:
		if given {
			return convert.Mismatch(s.Kind, convert.Text)
		}
		inner, ok := d.room.Structure(v)
		if !ok {
			return convert.Malformed()
		}
		return d.structure(s, name+".", below, inner, depth+1)
	case s.Kind == awsapi.List, s.Kind == awsapi.Map:
		if text != "" { // botocore writes an empty list as an empty text
			return convert.Mismatch(s.Kind, convert.Text)
		}
		return d.entries(s, name, below, v, depth+1)
	case len(below) > 0:
		return convert.Mismatch(s.Kind, convert.Map)
	}
	return scalar(s, text, convert.Settle(v))
}

// entries reads a list, whose elements are name.member.N, or a map, of whose entries
// the names go on with name.entry.N.
func (d *decoder) entries(s *awsapi.Shape, name string, ps Parameters, v reflect.Value, depth int) *awsapi.Error {
	if depth > maxDepth {
		return convert.Malformed()
	}
	prefix := name + ".member."
	if s.Kind == awsapi.Map {
		prefix = name + ".entry."
	}
	all, ok := numbered(ps, prefix)
	if !ok {
		return convert.Mismatch(s.Kind, convert.Map)
	}
	if s.Kind == awsapi.List {
		v.Set(reflect.MakeSlice(v.Type(), 0, min(len(all), 64)))
	} else if !d.room.Map(v) {
		return convert.Malformed()
	}
	for _, e := range all {
		keep, ok := d.room.Entry(v, s.Max)
		if !ok {
			return convert.Malformed()
		}
		if !keep {
			continue
		}
		if err := d.entry(s, e, v, depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) entry(s *awsapi.Shape, e numberedEntry, v reflect.Value, depth int) *awsapi.Error {
	element := reflect.New(v.Type().Elem()).Elem()
	if s.Kind == awsapi.List {
		if err := d.value(s.Element, e.name, e.parameters, element, depth); err != nil {
			return err
		}
		v.Set(reflect.Append(v, element))
		return nil
	}
	key := reflect.New(v.Type().Key()).Elem()
	if err := d.value(s.Key, e.name+".key", e.parameters, key, depth); err != nil {
		return err
	}
	if err := d.value(s.Element, e.name+".value", e.parameters, element, depth); err != nil {
		return err
	}
	v.SetMapIndex(key, element)
	return nil
}

// numberedEntry is an element of a list or an entry of a map: its number, its name
// with the number, and the parameters that begin with it.
type numberedEntry struct {
	number     int
	name       string
	parameters Parameters
}

// numbered returns the entries below prefix in the order of their numbers, between
// which there may be gaps. ok is false if something else follows.
func numbered(ps Parameters, prefix string) (all []numberedEntry, ok bool) {
	for len(ps) > 0 {
		rest, found := strings.CutPrefix(ps[0].name, prefix)
		digits, _, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(digits)
		if !found || err != nil || n < 1 || len(digits) > 7 || digits[0] == '0' || digits[0] == '+' {
			return nil, false
		}
		name := prefix + digits
		i := 1
		for i < len(ps) && strings.HasPrefix(ps[i].name, name+".") {
			i++
		}
		all = append(all, numberedEntry{n, name, ps[:i]})
		ps = ps[i:]
	}
	slices.SortFunc(all, func(a, b numberedEntry) int { return cmp.Compare(a.number, b.number) })
	return all, true
}

// scalar sets v to what text says.
func scalar(s *awsapi.Shape, text string, v reflect.Value) *awsapi.Error {
	switch s.Kind {
	case awsapi.String:
		v.SetString(text)
	case awsapi.Blob:
		blob, e := convert.Blob([]byte(text))
		if e != nil {
			return e
		}
		v.SetBytes(blob)
	case awsapi.Boolean:
		b, e := convert.ParseBoolean(text)
		if e != nil {
			return e
		}
		v.SetBool(b)
	case awsapi.Integer, awsapi.Long:
		n, err := strconv.ParseInt(text, 10, 64) // beyond its range it is cut to that
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return convert.Mismatch(s.Kind, convert.Text)
		}
		if s.Kind == awsapi.Integer {
			n = int64(convert.ClampInteger(n))
		}
		v.SetInt(n)
	case awsapi.Timestamp:
		t, ok := parseTime(text)
		if !ok {
			return convert.Mismatch(s.Kind, convert.Text)
		}
		v.Set(reflect.ValueOf(t))
	default:
		return convert.Malformed()
	}
	return nil
}

// parseTime reads what ISO 8601 and RFC 3339 have in common, or seconds since 1970.
func parseTime(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), true
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1e11 {
		return time.Time{}, false
	}
	return convert.Millis(convert.Floor(seconds * 1000)), true
}
