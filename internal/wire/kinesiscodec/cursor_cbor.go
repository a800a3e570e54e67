package kinesiscodec

import (
	"unicode/utf8"

	"github.com/freshet/freshet/internal/wire/awscbor"
)

// Major types, in the high bits of an item's first byte.
const (
	cborUnsigned = 0 << 5
	cborBytes    = 2 << 5
	cborText     = 3 << 5
	cborList     = 4 << 5
	cborMap      = 5 << 5

	infoIndefinite = 31
)

// indefinite is the count of a list or map that ends with a break.
const indefinite = -1

// cborCursor is a place in a CBOR body.
type cborCursor struct {
	in []byte
	at int
}

func (c *cborCursor) end() bool { return c.at == len(c.in) }

// head reads the head of an item of that major type with an argument of at most
// 32 bits. For a list or map of indefinite length the argument is indefinite.
func (c *cborCursor) head(major byte) (n int, ok bool) {
	if c.at >= len(c.in) || c.in[c.at]&0xe0 != major {
		return 0, false
	}
	info := c.in[c.at] & 31
	c.at++
	if info < 24 {
		return int(info), true
	}
	if info == infoIndefinite {
		return indefinite, major == cborList || major == cborMap
	}
	size := 1 << (info - 24)
	if info > 26 || size > len(c.in)-c.at {
		return 0, false
	}
	for _, b := range c.in[c.at : c.at+size] {
		n = n<<8 | int(b)
	}
	c.at += size
	return n, n >= 0 // where an int has 32 bits, n may be too large for one
}

// str reads a string of that major type.
func (c *cborCursor) str(major byte) (b []byte, ok bool) {
	n, ok := c.head(major)
	if !ok || n > len(c.in)-c.at {
		return nil, false
	}
	b = c.in[c.at : c.at+n : c.at+n]
	c.at += n
	return b, true
}

// text reads a text.
func (c *cborCursor) text() (b []byte, ok bool) {
	b, ok = c.str(cborText)
	return b, ok && utf8.Valid(b)
}

// blob reads a payload, which aliases the body.
func (c *cborCursor) blob() (b []byte, ok bool) {
	b, ok = c.str(cborBytes)
	return b, ok && len(b) <= maxData
}

// items reads a list's items or a map's pairs, calling each for every one.
func (c *cborCursor) items(major byte, each func() bool) bool {
	n, ok := c.head(major)
	if !ok {
		return false
	}
	for i := 0; i != n; i++ {
		if n == indefinite && c.at < len(c.in) && c.in[c.at] == awscbor.Break {
			c.at++
			return true
		}
		if !each() {
			return false
		}
	}
	return true
}

// members reads a map and calls each with every name, to read the value.
func (c *cborCursor) members(each func(name []byte) bool) bool {
	return c.items(cborMap, func() bool {
		name, ok := c.str(cborText)
		return ok && each(name)
	})
}
