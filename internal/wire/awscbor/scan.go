package awscbor

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// The major types of RFC 8949, section 3.1.
const (
	majorUnsigned = iota
	majorNegative
	majorBytes
	majorText
	majorList
	majorMap
	majorTag
	majorSimple
)

// Arguments of majorSimple, and the break that ends an item of indefinite length.
const (
	simpleFalse     = 20
	simpleTrue      = 21
	simpleNull      = 22
	simpleUndefined = 23
	breakByte       = 0xff
)

// maxDepth is how deep a body may nest.
const maxDepth = 1000

// head is the beginning of an item.
type head struct {
	major byte
	// info is the head's low five bits: for majorSimple it tells floats from
	// simple values.
	info byte
	// arg is a number, a length, a tag, a simple value or a float's bits.
	arg uint64
	// indefinite says that the item ends with a break, and arg means nothing.
	indefinite bool
}

// scanner walks over items. Its methods return false where the body is not
// CBOR, and are not called again then.
type scanner struct {
	in []byte
	at int
	// buf holds the string that was joined from chunks last.
	buf []byte
}

func (s *scanner) head() (h head, ok bool) {
	if s.at >= len(s.in) {
		return h, false
	}
	first := s.in[s.at]
	s.at++
	h.major, h.info = first>>5, first&31
	switch {
	case h.info < 24:
		h.arg = uint64(h.info)
		return h, true
	case h.info < 28:
		return h, s.argument(&h, 1<<(h.info-24))
	case h.info == 31:
		h.indefinite = true
		return h, majorBytes <= h.major && h.major <= majorMap
	}
	return h, false // 28 to 30 are reserved
}

func (s *scanner) argument(h *head, size int) bool {
	if len(s.in)-s.at < size {
		return false
	}
	var wide [8]byte
	copy(wide[8-size:], s.in[s.at:])
	h.arg = binary.BigEndian.Uint64(wide[:])
	s.at += size
	// A simple value below 32 in two bytes is not well-formed.
	return h.major != majorSimple || size > 1 || h.arg >= 32
}

// atBreak reports whether a break is next, and steps over it.
func (s *scanner) atBreak() bool {
	if s.at < len(s.in) && s.in[s.at] == breakByte {
		s.at++
		return true
	}
	return false
}

// str reads the string that h begins. What it returns is part of the body, or
// of s.buf if the string came in chunks; it is valid until the next call.
func (s *scanner) str(h head) (text []byte, ok bool) {
	if !h.indefinite {
		return s.chunk(h)
	}
	s.buf = s.buf[:0]
	for !s.atBreak() {
		part, ok := s.head()
		if !ok || part.major != h.major || part.indefinite {
			return nil, false
		}
		chunk, ok := s.chunk(part)
		if !ok {
			return nil, false
		}
		s.buf = append(s.buf, chunk...)
	}
	return s.buf, true
}

func (s *scanner) chunk(h head) (text []byte, ok bool) {
	if h.arg > uint64(len(s.in)-s.at) {
		return nil, false
	}
	text = s.in[s.at : s.at+int(h.arg)]
	s.at += int(h.arg)
	return text, h.major != majorText || utf8.Valid(text)
}

// items reads what a list or map of h holds, calling each for every item or pair.
func (s *scanner) items(h head, each func() bool) bool {
	if h.indefinite {
		for !s.atBreak() {
			if !each() {
				return false
			}
		}
		return true
	}
	for range h.arg { // an item takes a byte or more: a lie about their number ends at the body's end
		if !each() {
			return false
		}
	}
	return true
}

// skip reads an item of any type.
func (s *scanner) skip(depth int) bool {
	h, ok := s.head()
	return ok && s.skipRest(h, depth)
}

// skipRest reads what is left of the item that h begins.
func (s *scanner) skipRest(h head, depth int) bool {
	if depth > maxDepth {
		return false
	}
	item := func() bool { return s.skip(depth + 1) }
	switch h.major {
	case majorBytes, majorText:
		_, ok := s.str(h)
		return ok
	case majorList:
		return s.items(h, item)
	case majorMap:
		return s.items(h, func() bool { return item() && item() })
	case majorTag:
		return item()
	case majorSimple:
		return h.isFloat() || h.isKnownSimple()
	}
	return true
}

// isKnownSimple reports whether h is false, true, null or undefined. No other
// simple value has a meaning here.
func (h head) isKnownSimple() bool { return simpleFalse <= h.arg && h.arg <= simpleUndefined }

// isFloat reports whether h is a floating-point number.
func (h head) isFloat() bool { return h.major == majorSimple && 25 <= h.info && h.info <= 27 }

// float returns the number that h holds, for which isFloat holds.
func (h head) float() float64 {
	switch h.info {
	case 25:
		return half(uint16(h.arg))
	case 26:
		return float64(math.Float32frombits(uint32(h.arg)))
	}
	return math.Float64frombits(h.arg)
}

// half widens a float of 16 bits (RFC 8949, appendix D).
func half(bits uint16) float64 {
	exponent, mantissa := int(bits>>10&31), float64(bits&1023)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(mantissa, -24)
	case 31:
		f = math.Inf(1)
		if mantissa != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(mantissa+1024, exponent-25)
	}
	if bits>>15 != 0 {
		f = -f
	}
	return f
}
