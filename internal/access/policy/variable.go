package policy

import "strings"

// variable is ${key} or ${key, 'what if there is none'} in a policy (IAM user guide,
// policy variables and tags).
type variable struct {
	key      string // in lower case
	instead  string
	optional bool // instead holds if there is no value
}

// value returns what stands in the variable's place: a key with several values, as one
// with none, gives nothing.
func (v variable) value(ctx Context) (string, bool) {
	if values := ctx.Values(v.key); len(values) == 1 {
		return values[0], true
	} else if len(values) > 1 {
		return "", false
	}
	return v.instead, v.optional
}

// variableEnd returns the length of the variable that s begins with, -1 if it does
// not end. A } in quotes does not end it.
func variableEnd(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case s[i] == '}' && !quoted:
			return i + 1
		}
	}
	return -1
}

// parseVariable reads a whole variable. ${*}, ${?} and ${$} are those characters, of
// which none is a wildcard then.
func parseVariable(s string) (part, error) {
	inside := strings.TrimSuffix(strings.TrimPrefix(s, "${"), "}")
	switch inside {
	case "*", "?", "$":
		return part{text: inside}, nil
	}
	key, instead, optional := strings.Cut(inside, ",")
	v := variable{key: strings.ToLower(strings.TrimSpace(key)), optional: optional}
	if optional {
		instead = strings.TrimSpace(instead)
		if len(instead) < 2 || instead[0] != '\'' || instead[len(instead)-1] != '\'' {
			return part{}, errVariable(s)
		}
		v.instead = instead[1 : len(instead)-1]
	}
	if !isKey(v.key) || strings.Contains(v.instead, "'") {
		return part{}, errVariable(s)
	}
	return part{kind: ofAsker, variable: v}, nil
}
