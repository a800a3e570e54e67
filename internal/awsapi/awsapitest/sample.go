package awsapitest

import (
	"reflect"
	"regexp/syntax"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// Input returns the least valid input of an operation: what is required, and of
// it the least.
func Input(op *awsapi.Operation) any {
	in := op.NewInput()
	fill(op.Input, reflect.ValueOf(in).Elem())
	return in
}

// fill gives v a valid value. v is addressable and bare, not a pointer.
func fill(s *awsapi.Shape, v reflect.Value) {
	switch s.Kind {
	case awsapi.Structure:
		for i := range s.Members {
			if m := &s.Members[i]; m.Required {
				fill(m.Shape, present(v.Field(m.Field)))
			}
		}
	case awsapi.List:
		resize(s, v, least(s))
	case awsapi.Map:
		resize(s, v, least(s))
	case awsapi.Blob:
		v.SetBytes(make([]byte, least(s)))
	case awsapi.Integer, awsapi.Long:
		v.SetInt(int64(least(s)))
	case awsapi.String:
		v.SetString(text(s))
	}
}

// present returns the value of a structure's field, made if it is a nil pointer.
func present(field reflect.Value) reflect.Value {
	if field.Kind() != reflect.Pointer {
		return field
	}
	if field.IsNil() {
		field.Set(reflect.New(field.Type().Elem()))
	}
	return field.Elem()
}

func least(s *awsapi.Shape) int {
	if s.Min == nil {
		return 0
	}
	return int(*s.Min)
}

// resize gives a list or map n valid entries; the keys differ.
func resize(s *awsapi.Shape, v reflect.Value, n int) {
	if s.Kind == awsapi.List {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(s.Element, v.Index(i))
		}
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), n))
	for i := range n {
		value := reflect.New(v.Type().Elem()).Elem()
		fill(s.Element, value)
		v.SetMapIndex(reflect.ValueOf(text(s.Key)+strings.Repeat("x", i)).Convert(v.Type().Key()), value)
	}
}

// text returns a valid string.
func text(s *awsapi.Shape) string {
	switch {
	case s.Enum != nil:
		return s.Enum[0]
	case s.Pattern != nil:
		return matching(s.Pattern.Text)
	default:
		return strings.Repeat("a", max(least(s), 1))
	}
}

// matching returns a short string that the pattern matches.
func matching(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic("awsapitest: the generator admits no bad pattern: " + err.Error())
	}
	var b strings.Builder
	match(&b, re)
	return b.String()
}

func match(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(ofClass(re.Rune))
	case syntax.OpAnyCharNotNL, syntax.OpAnyChar:
		b.WriteByte('a')
	case syntax.OpAlternate:
		match(b, re.Sub[0])
	case syntax.OpRepeat:
		for range re.Min {
			match(b, re.Sub[0])
		}
	default:
		for _, sub := range re.Sub {
			match(b, sub)
		}
	}
}

// ofClass prefers a letter or digit among a class's ranges.
func ofClass(ranges []rune) rune {
	for _, wanted := range "a1A" {
		for i := 0; i < len(ranges); i += 2 {
			if ranges[i] <= wanted && wanted <= ranges[i+1] {
				return wanted
			}
		}
	}
	return ranges[0]
}
