package policy

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// reader reads JSON in the order in which it is written. Nothing is read that the
// caller did not ask for, so that no document is nested deeper than the language.
type reader struct {
	dec    *json.Decoder
	values int // strings that were read
}

func newReader(text string) *reader {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return &reader{dec: dec}
}

var errJSON = errSyntax("it is not valid JSON")

// token reads the next token. At the end of the text it fails as well.
func (r *reader) token() (json.Token, error) {
	t, err := r.dec.Token()
	if err != nil {
		return nil, errJSON
	}
	return t, nil
}

// end demands that there is nothing more.
func (r *reader) end() error {
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return errJSON
	}
	return nil
}

// object reads an object: member reads the value of each. A key that comes twice is
// refused, because readers differ in which of them they believe.
func (r *reader) object(what string, member func(key string) error) error {
	t, err := r.token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return errSyntax(what + " is not an object")
	}
	return r.members(member)
}

// members reads the rest of an object whose brace was read.
func (r *reader) members(member func(key string) error) error {
	seen := map[string]bool{}
	for r.dec.More() {
		t, err := r.token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errJSON
		}
		if seen[key] {
			return errSyntax("the key " + quote(key) + " is there twice")
		}
		if len(seen) == mostMembers {
			return errTooMany("keys in an object", mostMembers)
		}
		seen[key] = true
		if err := member(key); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// listOrOne reads a list, or one value that is no list: begun is called for each with
// its first token.
func (r *reader) listOrOne(element func(first json.Token) error) error {
	t, err := r.token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		return element(t)
	}
	for r.dec.More() {
		if t, err = r.token(); err != nil {
			return err
		}
		if err := element(t); err != nil {
			return err
		}
	}
	_, err = r.token()
	return err
}

// text reads a string.
func (r *reader) text(what string) (string, error) {
	t, err := r.token()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", errSyntax(what + " is not a string")
	}
	return s, nil
}

// texts reads a string or a list of them, of which there must be one.
func (r *reader) texts(what string) ([]string, error) { return r.scalars(what, false) }

// scalars reads what texts does, and if others is set also numbers and booleans.
func (r *reader) scalars(what string, others bool) ([]string, error) {
	var all []string
	err := r.listOrOne(func(t json.Token) error {
		s, ok := t.(string)
		if !ok && others {
			s, ok = scalar(t)
		}
		if !ok {
			return errSyntax(what + " holds what is not a string")
		}
		if r.values++; r.values > mostValues {
			return errTooMany("values", mostValues)
		}
		all = append(all, s)
		return nil
	})
	if err == nil && len(all) == 0 {
		return nil, errSyntax(what + " is empty")
	}
	return all, err
}

func scalar(t json.Token) (string, bool) {
	switch t := t.(type) {
	case bool:
		if t {
			return "true", true
		}
		return "false", true
	case json.Number:
		return t.String(), true
	}
	return "", false
}

// quote shows s in a message, which is not longer for it than it may be.
func quote(s string) string {
	const most = 64
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return `"` + s + `"`
}

// check refuses text that is not read at all.
func check(text string) error {
	if len(text) > MostBytes {
		return errTooLong(MostBytes)
	}
	if !utf8.ValidString(text) {
		return errJSON
	}
	return nil
}
