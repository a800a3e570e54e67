package streams

// sequenceNumber is what a sequence number says. Its decimal form is that of a
// number of 186 bits, 47 hexadecimal digits from the left:
//
//	digits  1   9         1               16     2   9        8      1
//	        2   creation  shard, low digit index  00  arrival  shard  2
//
// In ours 00 is 01 if the number is not a record's, but says that the one with
// this index was passed.
//
// The length in decimal is constant, so that the order of the texts is the
// order of the numbers: by creation of the shard, then by index.
//
// Source: data-streams.md 7; the layout is documented by kinesalite and checked
// by the KCL's SequenceNumberValidator.
type sequenceNumber struct {
	created uint64 // the shard's creation, seconds since 1970; 36 bits
	index   uint64 // the record's offset + 1; 63 bits
	arrival uint64 // the record's arrival, seconds since 1970; 36 bits
	shard   uint32
	version uint8 // 0, 1 or 2; ours are 2
	// passed says that the number is no record's: it lies above the one with this
	// index, and below the next.
	passed bool
}

const (
	// sequenceDigits is the length of a sequence number of version 2.
	sequenceDigits = 56

	// sequenceIndexMax is the index of a closed shard's EndingSequenceNumber.
	sequenceIndexMax = 1<<63 - 1

	// sequenceCreatedEnd bounds the creation, exclusively (observed).
	sequenceCreatedEnd = 16025175000

	sequenceSecondsMask = 1<<36 - 1

	passedMark = 0x01
)

// append appends the 56 digits of n, whose version it takes to be 2.
func (n sequenceNumber) append(dst []byte) []byte { return n.limbs().append(dst) }

// limbs is a number in digits to the base 10¹⁹, the first one having 18 decimal
// digits.
type limbs struct{ high, middle, low uint64 }

func (n sequenceNumber) limbs() limbs {
	hi := 2<<56 | (n.created&sequenceSecondsMask)<<20 | uint64(n.shard&0xf)<<16 | n.index>>48
	mid := n.index<<16 | n.arrival>>28&0xff
	if n.passed {
		mid |= passedMark << 8
	}
	lo := n.arrival<<36 | uint64(n.shard)<<4 | 2

	// hi lies between 2^57 and 3·2^56, so that the quotients of both divisions
	// fit: 18 digits remain on the left.
	q1, r := divE19(hi, mid)
	q0, low := divE19(r, lo)
	high, middle := divE19(q1, q0)
	return limbs{high, middle, low}
}

func (l limbs) append(dst []byte) []byte {
	at := len(dst)
	dst = append(dst, zeros[:]...)
	out := dst[at : at+sequenceDigits]
	putDigits(out[0:18], l.high)
	putDigits(out[18:37], l.middle)
	putDigits(out[37:56], l.low)
	return dst
}

// sequence writes the numbers of records that follow each other in a shard. Mostly
// one differs from the one before in the index alone, by one: 2^80, which leaves
// most of the digits as they are. The zero value is ready.
type sequence struct {
	last   sequenceNumber
	number limbs
	// begin is the first 29 digits of the last number: high, and middle but for
	// eight of its digits.
	begin [18 + 11]byte
}

// 2^80 in limbs.
const (
	stepMiddle = 120_892
	stepLow    = 5_819_614_629_174_706_176
)

// append appends the digits of n.
func (s *sequence) append(dst []byte, n sequenceNumber) []byte {
	next := s.last
	next.index++
	s.last = n
	at := len(dst)
	if n != next || n.version != 2 { // the zero value follows nothing
		s.number = n.limbs()
		dst = s.number.append(dst)
		copy(s.begin[:], dst[at:])
		return dst
	}
	before := s.number
	s.number.low += stepLow
	s.number.middle += stepMiddle
	if s.number.low >= e19 {
		s.number.low -= e19
		s.number.middle++
	}
	if s.number.middle >= e19 || s.number.middle/1e8 != before.middle/1e8 {
		s.number = n.limbs()
		dst = s.number.append(dst)
		copy(s.begin[:], dst[at:])
		return dst
	}
	dst = append(dst, zeros[:]...)
	out := dst[at : at+sequenceDigits]
	copy(out, s.begin[:])
	putDigits(out[29:37], s.number.middle%1e8)
	putDigits(out[37:56], s.number.low)
	return dst
}

var zeros [sequenceDigits]byte

// String returns the 56 digits of n.
func (n sequenceNumber) String() string {
	return string(n.append(make([]byte, 0, sequenceDigits)))
}

// parseSequenceNumber reads a sequence number of any version that AWS knows.
// It reports false if s is none.
//
// Numbers strictly between 2^185 and 1.5·2^185 have their version in the last
// hexadecimal digit. What is below 2^129 is version 0, and to what is below
// 2^124 that is added first, so that a bare 5 is version 0 of shard 5
// (observed).
func parseSequenceNumber(s string) (sequenceNumber, bool) {
	n, ok := parseUint192(s)
	switch {
	case !ok:
		return sequenceNumber{}, false
	case n.hi>>56 == 2 && n.lo&0xf == 2:
		return readVersion2(n)
	case n.hi>>56 == 2 && n.lo&0xf == 1:
		return readVersion1(n), true
	case n.hi == 0 || n.hi == 1: // below 2^129
		return readVersion0(n)
	}
	return sequenceNumber{}, false
}

// readVersion2 takes n apart as append put it together. What says nothing, the
// shard's low digit and the two digits before the arrival unless they are ours, is
// not looked at.
func readVersion2(n uint192) (sequenceNumber, bool) {
	v := sequenceNumber{
		version: 2,
		created: n.hi >> 20 & sequenceSecondsMask,
		index:   n.hi<<48 | n.mid>>16,
		arrival: n.mid<<28&sequenceSecondsMask | n.lo>>36,
		shard:   uint32(n.lo >> 4),
		passed:  n.mid>>8&0xff == passedMark,
	}
	return v, v.created < sequenceCreatedEnd && v.index <= sequenceIndexMax
}

// readVersion1 reads the digits 2 · 9 creation · 1 · 2 zeros · 9 arrival ·
// 14 random · 2 index · 8 shard · 1.
func readVersion1(n uint192) sequenceNumber {
	return sequenceNumber{
		version: 1,
		created: n.hi >> 20 & sequenceSecondsMask,
		index:   n.lo >> 36 & 0xff,
		// Nine digits: the lowest two of hi, the highest seven of mid.
		arrival: n.hi<<28&sequenceSecondsMask | n.mid>>36,
		shard:   uint32(n.lo >> 4),
	}
}

// readVersion0 reads the digits 1 · 9 creation · 2 · 16 · 4 shard, of which a
// number from 2^128 on has one more at the right.
func readVersion0(n uint192) (sequenceNumber, bool) {
	if n.hi == 0 && n.mid < 1<<60 { // below 2^124
		n.mid += 1 << 60
	}
	if n.hi == 1 {
		n.mid, n.lo = 1<<60|n.mid>>4, n.mid<<60|n.lo>>4
	}
	v := sequenceNumber{
		created: n.mid >> 24 & sequenceSecondsMask,
		shard:   uint32(n.lo & 0xffff),
	}
	return v, v.created < sequenceCreatedEnd
}
