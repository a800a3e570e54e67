package streams

import (
	"encoding/binary"
	"math/bits"
)

// uint192 is an unsigned number of 192 bits: a sequence number has 186, a hash
// key 128.
type uint192 struct{ hi, mid, lo uint64 }

const (
	e19 = 10_000_000_000_000_000_000 // the highest power of ten in a uint64

	// A number of 192 bits has at most 58 decimal digits.
	maxDigits = 58
)

// parseUint192 reads a decimal number without sign or leading zeros. It
// reports false if s is not one, or does not fit.
func parseUint192(s string) (uint192, bool) {
	if s == "" || len(s) > maxDigits || s[0] == '0' && len(s) > 1 {
		return uint192{}, false
	}
	var n uint192
	for s != "" {
		chunk := s[:(len(s)-1)%19+1] // first what is over, then 19 at a time
		s = s[len(chunk):]
		v, ok := parseDigits(chunk)
		if !ok {
			return uint192{}, false
		}
		if n, ok = n.shiftE19(v); !ok {
			return uint192{}, false
		}
	}
	return n, true
}

// parseDigits reads at most 19 digits.
func parseDigits(s string) (uint64, bool) {
	var v uint64
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		v = v*10 + uint64(d)
	}
	return v, true
}

// shiftE19 returns n·10¹⁹ + v, and false if that does not fit.
func (n uint192) shiftE19(v uint64) (uint192, bool) {
	c0, lo := bits.Mul64(n.lo, e19)
	c1, mid := bits.Mul64(n.mid, e19)
	c2, hi := bits.Mul64(n.hi, e19)

	lo, carry := bits.Add64(lo, v, 0)
	mid, carry = bits.Add64(mid, c0, carry)
	hi, carry = bits.Add64(hi, c1, carry)
	return uint192{hi, mid, lo}, c2 == 0 && carry == 0
}

// appendDecimal appends n in decimal digits.
func (n uint192) appendDecimal(dst []byte) []byte {
	n, low := n.divE19()
	n, mid := n.divE19()
	n, high := n.divE19()
	var buf [4 * 19]byte
	putDigits(buf[0:19], n.lo)
	putDigits(buf[19:38], high)
	putDigits(buf[38:57], mid)
	putDigits(buf[57:76], low)
	first := 0
	for first < len(buf)-1 && buf[first] == '0' {
		first++
	}
	return append(dst, buf[first:]...)
}

// divE19 returns n/10¹⁹ and the remainder.
func (n uint192) divE19() (uint192, uint64) {
	var q uint192
	var r uint64
	q.hi, r = n.hi/e19, n.hi%e19
	q.mid, r = divE19(r, n.mid)
	q.lo, r = divE19(r, n.lo)
	return q, r
}

// divE19 is bits.Div64(hi, lo, e19) by two multiplications, which take less than
// a division. It wants hi below e19, whose highest bit is set (Möller, Granlund:
// Improved division by invariant integers, algorithm 4).
func divE19(hi, lo uint64) (quotient, rest uint64) {
	const inverse = 0xd83c94fb6d2ac34a // (2¹²⁸ - 1) / 10¹⁹ - 2⁶⁴
	q, fraction := bits.Mul64(inverse, hi)
	fraction, carry := bits.Add64(fraction, lo, 0)
	q, _ = bits.Add64(q, hi+1, carry)
	r := lo - q*e19
	if r > fraction {
		q--
		r += e19
	}
	if r >= e19 {
		q++
		r -= e19
	}
	return q, r
}

const digitPairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

// putDigits fills dst with v's lowest len(dst) digits.
func putDigits(dst []byte, v uint64) {
	i := len(dst)
	for i >= 8 {
		rest := v / 1e8
		i -= 8
		binary.LittleEndian.PutUint64(dst[i:], eightDigits(v-rest*1e8))
		v = rest
	}
	for i >= 2 {
		pair := v % 100 * 2
		v /= 100
		i -= 2
		dst[i], dst[i+1] = digitPairs[pair], digitPairs[pair+1]
	}
	if i == 1 {
		dst[0] = byte('0' + v%10)
	}
}

// eightDigits returns the digits of v < 10⁸, the first one in the lowest byte. It
// halves all parts of the number at once: multiplying and shifting is dividing,
// for numbers as small as these.
func eightDigits(v uint64) uint64 {
	high := v / 1e4
	v = high | (v-high*1e4)<<32 // two of four digits
	high = v * 10486 >> 20 & 0x7f_0000_007f
	v = high | (v-high*100)<<16 // four of two
	high = v * 103 >> 10 & 0x000f_000f_000f_000f
	v = high | (v-high*10)<<8 // eight of one
	return v | 0x3030_3030_3030_3030
}
