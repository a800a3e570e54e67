package awsapitest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// breakage makes a value break one constraint of its shape.
type breakage struct {
	name       string
	constraint string
	do         func(reflect.Value)
}

// breaks returns a breakage for each constraint that a value of the shape can
// break: nothing is shorter than 0.
func breaks(s *awsapi.Shape) []breakage {
	var all []breakage
	add := func(name, constraint string, do func(reflect.Value)) {
		all = append(all, breakage{name, constraint, do})
	}
	number := s.Kind == awsapi.Integer || s.Kind == awsapi.Long
	switch {
	case s.Min == nil:
	case number:
		add("below", fmt.Sprintf("Member must have value greater than or equal to %d", *s.Min), func(v reflect.Value) {
			v.SetInt(*s.Min - 1)
		})
	case *s.Min > 0:
		add("too short", fmt.Sprintf("Member must have length greater than or equal to %d", *s.Min), func(v reflect.Value) {
			setLength(s, v, int(*s.Min)-1)
		})
	}
	switch {
	case s.Max == nil:
	case number:
		add("above", fmt.Sprintf("Member must have value less than or equal to %d", *s.Max), func(v reflect.Value) {
			v.SetInt(*s.Max + 1)
		})
	default:
		add("too long", fmt.Sprintf("Member must have length less than or equal to %d", *s.Max), func(v reflect.Value) {
			setLength(s, v, int(*s.Max)+1)
		})
	}
	if s.Pattern != nil {
		add("pattern", "Member must satisfy regular expression pattern: "+s.Pattern.Text, func(v reflect.Value) {
			v.SetString(mismatching(s))
		})
	}
	if s.Enum != nil {
		add("enum", "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]", func(v reflect.Value) {
			v.SetString("NO_SUCH_VALUE")
		})
	}
	return all
}

// setLength gives a value so many characters, bytes or entries.
func setLength(s *awsapi.Shape, v reflect.Value, n int) {
	switch s.Kind {
	case awsapi.String:
		v.SetString(strings.Repeat("a", n))
	case awsapi.Blob:
		v.SetBytes(make([]byte, n))
	default:
		resize(s, v, n)
	}
}

// mismatching is a string of valid length that the pattern does not match.
func mismatching(s *awsapi.Shape) string {
	for _, c := range []string{"!", ":", "\n"} {
		if bad := strings.Repeat(c, max(1, least(s))); !s.Pattern.MatchString(bad) {
			return bad
		}
	}
	panic("awsapitest: nothing breaks the pattern " + s.Pattern.Text)
}
