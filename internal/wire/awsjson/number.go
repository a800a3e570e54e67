package awsjson

import "math"

// maxExponent is more than any body has digits, and ten times it fits an int.
const maxExponent = 1 << 27

// number is a number's parts: its digits as they stand in the body, and the
// exponent, at most maxExponent either way.
type number struct {
	negative        bool
	whole, fraction []byte
	exponent        int
}

// num reads a number by JSON's grammar.
func (s *scanner) num() (n number, ok bool) {
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
		if n.exponent, ok = s.exponent(); !ok {
			return n, false
		}
	}
	return n, true
}

func (s *scanner) exponent() (e int, ok bool) {
	sign := s.peek()
	if sign == '+' || sign == '-' {
		s.at++
	}
	digits := s.digits()
	for _, c := range digits {
		e = min(e*10+int(c-'0'), maxExponent)
	}
	if sign == '-' {
		e = -e
	}
	return e, len(digits) > 0
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
// exact float, and in one pass, so that no exponent costs more than another.
func (n number) scaled(places int) int64 {
	point := len(n.whole) + n.exponent + places // so many digits are before the point
	m, fits, rest := int64(0), true, false
	read := 0
	for _, digits := range [...][]byte{n.whole, n.fraction} {
		for _, c := range digits {
			if read < point {
				m, fits = shift(m, c, fits)
			} else {
				rest = rest || c != '0'
			}
			read++
		}
	}
	for ; read < point && m != 0 && fits; read++ {
		m, fits = shift(m, '0', fits)
	}
	switch {
	case !fits && n.negative:
		return math.MinInt64
	case !fits:
		return math.MaxInt64
	case n.negative && rest:
		return -m - 1
	case n.negative:
		return -m
	}
	return m
}

// shift appends the digit c to m. fits is false from the first overflow on.
func shift(m int64, c byte, fits bool) (int64, bool) {
	digit := int64(c - '0')
	if !fits || m > (math.MaxInt64-digit)/10 {
		return m, false
	}
	return m*10 + digit, true
}
