package awsjson

import (
	"math"
	"strconv"

	"github.com/freshet/freshet/internal/wire/convert"
)

// number is a number's parts as they stand in the body. exp is empty if there
// is no exponent.
type number struct {
	negative        bool
	whole, fraction []byte
	literal         []byte
	exponent        bool
}

// num reads a number by JSON's grammar.
func (s *scanner) num() (n number, ok bool) {
	start := s.at
	if s.peek() == '-' {
		n.negative = true
		s.at++
	}
	n.whole = s.digits()
	if len(n.whole) == 0 || len(n.whole) > 1 && n.whole[0] == '0' {
		return n, false
	}
	if s.peek() == '.' {
		s.at++
		if n.fraction = s.digits(); len(n.fraction) == 0 {
			return n, false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		n.exponent = true
		if len(s.digits()) == 0 {
			return n, false
		}
	}
	n.literal = s.in[start:s.at]
	return n, true
}

func (s *scanner) digits() []byte {
	start := s.at
	for s.at < len(s.in) && '0' <= s.in[s.at] && s.in[s.at] <= '9' {
		s.at++
	}
	return s.in[start:s.at]
}

// scaled returns the greatest whole number at or below n·10^places, cut to what
// an int64 can hold. It reckons with the digits, since 1700000000.123 has no
// exact float; a number with an exponent goes through one, so that no exponent
// costs more than another.
func (n number) scaled(places int) int64 {
	if n.exponent {
		f, _ := strconv.ParseFloat(string(n.literal), 64) // an error leaves ±Inf
		return convert.Floor(f * math.Pow10(places))
	}
	m, fits := int64(0), true
	for _, c := range n.whole {
		m, fits = shift(m, c, fits)
	}
	rest := n.fraction
	for range places {
		c := byte('0')
		if len(rest) > 0 {
			c, rest = rest[0], rest[1:]
		}
		m, fits = shift(m, c, fits)
	}
	switch {
	case !fits && n.negative:
		return math.MinInt64
	case !fits:
		return math.MaxInt64
	case !n.negative:
		return m
	}
	for _, c := range rest {
		if c != '0' {
			return -m - 1
		}
	}
	return -m
}

// shift appends the digit c to m. fits is false from the first overflow on.
func shift(m int64, c byte, fits bool) (int64, bool) {
	digit := int64(c - '0')
	if !fits || m > (math.MaxInt64-digit)/10 {
		return m, false
	}
	return m*10 + digit, true
}
