package awsjson

import "bytes"

// scanner walks over JSON text that is known to be UTF-8. Its methods return
// false where the text breaks JSON's grammar, and are not called again then.
type scanner struct {
	in []byte
	at int
	// buf holds the text that str unescaped last.
	buf []byte
}

// peek returns the next byte, or 0 at the end; 0 is in no place allowed.
func (s *scanner) peek() byte {
	if s.at < len(s.in) {
		return s.in[s.at]
	}
	return 0
}

func (s *scanner) blank() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// end reports whether nothing but blanks is left.
func (s *scanner) end() bool {
	s.blank()
	return s.at == len(s.in)
}

// next steps over c, with blanks on both sides.
func (s *scanner) next(c byte) bool {
	s.blank()
	if s.peek() != c {
		return false
	}
	s.at++
	s.blank()
	return true
}

func (s *scanner) literal(word string) bool {
	if !bytes.HasPrefix(s.in[s.at:], []byte(word)) {
		return false
	}
	s.at += len(word)
	return true
}

// members reads an object and calls each with every name, to read the value.
// The name is valid until the next string is read.
func (s *scanner) members(each func(name []byte) bool) bool {
	if !s.next('{') {
		return false
	}
	if s.peek() == '}' {
		s.at++
		return true
	}
	for {
		name, ok := s.str()
		if !ok || !s.next(':') || !each(name) {
			return false
		}
		if !s.next(',') {
			break
		}
	}
	return s.next('}')
}

// elements reads a list and calls each to read every element.
func (s *scanner) elements(each func() bool) bool {
	if !s.next('[') {
		return false
	}
	if s.peek() == ']' {
		s.at++
		return true
	}
	for {
		if !each() {
			return false
		}
		if !s.next(',') {
			break
		}
	}
	return s.next(']')
}

// skip reads a value of any type.
func (s *scanner) skip(depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch s.peek() {
	case '{':
		return s.members(func([]byte) bool { return s.skip(depth + 1) })
	case '[':
		return s.elements(func() bool { return s.skip(depth + 1) })
	case '"':
		_, ok := s.str()
		return ok
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	}
	_, ok := s.num()
	return ok
}
