package awsjson

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string. What it returns is part of the body, or of s.buf if there
// were escapes; it is valid until the next call.
func (s *scanner) str() (text []byte, ok bool) {
	if s.peek() != '"' {
		return nil, false
	}
	s.at++
	start := s.at
	if n := bytes.IndexByte(s.in[start:], '"'); n >= 0 && plain(s.in[start:start+n]) {
		s.at += n + 1
		return s.in[start : start+n], true
	}
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '"':
			text = s.in[start:s.at]
			s.at++
			return text, true
		case c == '\\':
			s.buf = append(s.buf[:0], s.in[start:s.at]...)
			return s.escaped()
		case c < ' ':
			return nil, false
		}
		s.at++
	}
	return nil, false
}

// escaped reads on from the first backslash of a string.
func (s *scanner) escaped() (text []byte, ok bool) {
	start := s.at
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '"':
			s.buf = append(s.buf, s.in[start:s.at]...)
			s.at++
			return s.buf, true
		case c == '\\':
			s.buf = append(s.buf, s.in[start:s.at]...)
			s.at++
			if !s.escape() {
				return nil, false
			}
			start = s.at
		case c < ' ':
			return nil, false
		default:
			s.at++
		}
	}
	return nil, false
}

// escape reads what follows a backslash.
func (s *scanner) escape() bool {
	c := s.peek()
	s.at++
	if c == 'u' {
		return s.unicode()
	}
	i := bytes.IndexByte([]byte(`"\/bfnrt`), c)
	if i < 0 {
		return false
	}
	s.buf = append(s.buf, "\"\\/\b\f\n\r\t"[i])
	return true
}

// unicode reads the digits after \u, and the second half of a surrogate pair if
// it follows. Half a pair becomes U+FFFD, as in encoding/json.
func (s *scanner) unicode() bool {
	r, ok := s.hex4()
	if !ok {
		return false
	}
	if utf16.IsSurrogate(r) {
		r = s.pair(r)
	}
	s.buf = utf8.AppendRune(s.buf, r)
	return true
}

// pair joins the half r with the escape that follows, if that is its other
// half; if not, the escape stays to be read.
func (s *scanner) pair(r rune) rune {
	if !bytes.HasPrefix(s.in[s.at:], []byte(`\u`)) {
		return utf8.RuneError
	}
	at := s.at
	s.at += len(`\u`)
	low, ok := s.hex4()
	whole := utf16.DecodeRune(r, low)
	if !ok || whole == utf8.RuneError {
		s.at = at
	}
	return whole
}

func (s *scanner) hex4() (r rune, ok bool) {
	if len(s.in)-s.at < 4 {
		return 0, false
	}
	for _, c := range s.in[s.at : s.at+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.at += 4
	return r, true
}
