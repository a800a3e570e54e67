package awsapitest

import (
	"fmt"
	"iter"
	"maps"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// Misfit is a body that no input structure can hold: a value of another type
// than the member's, or a null where something is required.
type Misfit struct {
	// Name tells the member and what was given, for the name of a test.
	Name string
	// Body is made of Tree, []any, string, []byte, int64, bool and nil.
	Body Tree
	// Code and Message are AWS's answer to it.
	Code, Message string
}

// Tree is a structure or map of a body.
type Tree = map[string]any

// What AWS says of a value of the wrong type (kinesalite's tests; data-streams.md,
// section 2). The articles and the misspelling are AWS's.
const (
	javaBoolean = "class java.lang.Boolean can not be converted to "
	javaNumber  = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
	javaString  = "class java.lang.String can not be converted to "
	foundList   = "Start of list found where not expected"
	foundMap    = "Start of structure or map found where not expected."
)

// given is a value of the wrong type.
type given struct {
	name    string
	value   any
	message string
}

// wrongTypes are the values that a member of that kind may not be given.
func wrongTypes(k awsapi.Kind) []given {
	aBool := func(text string) given { return given{"boolean", true, text} }
	aNumber := func(text string) given { return given{"number", int64(1), text} }
	aString := func(text string) given { return given{"string", "x", text} }
	aList, aMap := given{"list", []any{}, foundList}, given{"map", Tree{}, foundMap}
	scalars := func(text string) []given { return []given{aBool(text), aNumber(text), aString(text)} }
	switch k {
	case awsapi.String:
		return []given{aBool(javaBoolean + "an String"), aNumber(javaNumber + "an String"), aList, aMap}
	case awsapi.Integer:
		return []given{aBool(javaBoolean + "an Integer"), aString(javaString + "an Integer"), aList, aMap}
	case awsapi.Long:
		return []given{aBool(javaBoolean + "an Long"), aString(javaString + "an Long"), aList, aMap}
	case awsapi.Boolean:
		return []given{aNumber(javaNumber + "an Boolean"), {"word", "Maybe", "'MAYBE' can not be converted to an Boolean"}, aList, aMap}
	case awsapi.Timestamp:
		const text = "milliseconds since epoch"
		return []given{aBool(javaBoolean + text), aString(javaString + text), aList, aMap}
	case awsapi.Blob:
		return append(brokenBase64(), aBool(javaBoolean+"a Blob"), aNumber(javaNumber+"a Blob"), aList, aMap)
	case awsapi.List:
		return append(scalars("Expected list or null"), aMap)
	case awsapi.Map:
		return append(scalars("Expected map or null"), aList)
	case awsapi.Structure:
		return append(scalars("Expected null"), aList)
	}
	panic(fmt.Sprintf("awsapitest: no kind %d", k))
}

func brokenBase64() []given {
	f := func(name, text, what string) given {
		return given{name, text, "'" + text + "' can not be converted to a Blob: " + what}
	}
	return []given{
		f("base64 too short", "23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
		f("base64 with a foreign character", "=+/=", "Invalid Base64 character: '='"),
		f("base64 with bits left over", "+/+=", "Invalid last non-pad Base64 character dectected"),
	}
}

// Misfits returns, for every member of the operation's input and of what it
// holds, the body in which it is null though required, and one for each type
// that it is not. The rest of each body is the least that is valid.
func Misfits(op *awsapi.Operation) iter.Seq[Misfit] {
	return func(yield func(Misfit) bool) {
		m := &misfits{op: op, yield: yield, inside: make(map[*awsapi.Shape]bool)}
		m.structure(op.Input, "", func(value any) Tree { return value.(Tree) })
	}
}

// wrap makes a whole body around a value.
type wrap func(value any) Tree

type misfits struct {
	op      *awsapi.Operation
	yield   func(Misfit) bool
	stopped bool
	inside  map[*awsapi.Shape]bool
}

func (m *misfits) one(path, what, code, message string, body Tree) {
	if !m.stopped {
		m.stopped = !m.yield(Misfit{Name: m.op.Name + "/" + path + "/" + what, Body: body, Code: code, Message: message})
	}
}

func (m *misfits) structure(s *awsapi.Shape, path string, around wrap) {
	if m.inside[s] {
		return
	}
	m.inside[s] = true
	defer delete(m.inside, s)
	rest := tree(s).(Tree)
	for i := range s.Members {
		member := &s.Members[i]
		at := join(path, strings.ToLower(member.Name[:1])+member.Name[1:])
		with := func(value any) Tree {
			whole := maps.Clone(rest)
			whole[member.Name] = value
			return around(whole)
		}
		if member.Required {
			m.one(at, "null", "ValidationException",
				"1 validation error detected: Value null at '"+at+"' failed to satisfy constraint: Member must not be null", with(nil))
		}
		m.value(member.Shape, at, with)
	}
}

// value tries the wrong types for a value, then for what it holds.
func (m *misfits) value(s *awsapi.Shape, path string, around wrap) {
	for _, g := range wrongTypes(s.Kind) {
		m.one(path, g.name, "SerializationException", g.message, around(g.value))
	}
	switch s.Kind {
	case awsapi.Structure:
		m.structure(s, path, around)
	case awsapi.List:
		m.value(s.Element, path+".1.member", func(value any) Tree { return around([]any{value}) })
	case awsapi.Map:
		m.value(s.Element, path+".k.member", func(value any) Tree { return around(Tree{"k": value}) })
	}
}

// tree is the least valid value of a shape.
func tree(s *awsapi.Shape) any {
	switch s.Kind {
	case awsapi.Structure:
		t := Tree{}
		for _, m := range s.Members {
			if m.Required {
				t[m.Name] = tree(m.Shape)
			}
		}
		return t
	case awsapi.List:
		list := []any{}
		for range least(s) {
			list = append(list, tree(s.Element))
		}
		return list
	case awsapi.Map:
		t := Tree{}
		for i := range least(s) {
			t[text(s.Key)+strings.Repeat("x", i)] = tree(s.Element)
		}
		return t
	case awsapi.Blob:
		return make([]byte, least(s))
	case awsapi.Boolean:
		return false
	case awsapi.String:
		return text(s)
	default:
		return int64(least(s))
	}
}
