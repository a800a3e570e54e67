package kinesiscodec

import (
	"bytes"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/wire/awsjson"
)

// jsonCursor is a place in a JSON body.
type jsonCursor struct {
	in []byte
	at int
}

// next steps over c and blanks around it, if c is next.
func (c *jsonCursor) next(b byte) bool {
	c.blank()
	if c.at >= len(c.in) || c.in[c.at] != b {
		return false
	}
	c.at++
	c.blank()
	return true
}

func (c *jsonCursor) blank() {
	for c.at < len(c.in) && c.in[c.at] <= ' ' {
		switch c.in[c.at] {
		case ' ', '\t', '\n', '\r':
			c.at++
		default:
			return
		}
	}
}

// end reports whether nothing is left.
func (c *jsonCursor) end() bool {
	c.blank()
	return c.at == len(c.in)
}

// quoted reads what stands between quotes, whatever it is.
func (c *jsonCursor) quoted() (b []byte, ok bool) {
	if c.at >= len(c.in) || c.in[c.at] != '"' {
		return nil, false
	}
	n := bytes.IndexByte(c.in[c.at+1:], '"')
	if n < 0 {
		return nil, false
	}
	b = c.in[c.at+1 : c.at+1+n]
	c.at += n + 2
	return b, true
}

// name reads a member's name and the colon after it.
func (c *jsonCursor) name() (b []byte, ok bool) {
	if b, ok = c.quoted(); !ok {
		return nil, false
	}
	if c.at < len(c.in) && c.in[c.at] == ':' { // compact, as SDKs write it
		c.at++
		if c.at < len(c.in) && c.in[c.at] > ' ' {
			return b, true
		}
		c.blank()
		return b, true
	}
	return b, c.next(':')
}

// text reads a string without escapes.
func (c *jsonCursor) text() (b []byte, ok bool) {
	if b, ok = c.quoted(); !ok {
		return nil, false
	}
	return b, awsjson.Plain(alias(b)) || isText(b)
}

// isText reports whether b stands in JSON for itself. Plain is the quick answer
// for most.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(b)
}

// number reads a whole number of at most nine digits.
func (c *jsonCursor) number() (n int32, ok bool) {
	start := c.at
	for c.at < len(c.in) && '0' <= c.in[c.at] && c.in[c.at] <= '9' && c.at-start <= 9 {
		n = n*10 + int32(c.in[c.at]-'0')
		c.at++
	}
	digits := c.at - start
	return n, 1 <= digits && digits <= 9 && (digits == 1 || c.in[start] != '0')
}

// another reports whether one more element or member follows, after a comma, or
// else that the end does, which it steps over; ok is false if neither does.
func (c *jsonCursor) another(end byte) (more, ok bool) {
	if c.next(',') {
		return true, true
	}
	return false, c.next(end)
}
