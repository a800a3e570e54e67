package streams

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/freshet/freshet/internal/shardlog"
)

func anySequenceNumber(t *rapid.T) sequenceNumber {
	return sequenceNumber{
		created: rapid.Uint64Range(0, sequenceCreatedEnd-1).Draw(t, "created"),
		index:   rapid.Uint64Range(0, sequenceIndexMax).Draw(t, "index"),
		arrival: rapid.Uint64Range(0, sequenceSecondsMask).Draw(t, "arrival"),
		shard:   rapid.Uint32().Draw(t, "shard"),
		version: 2,
		passed:  rapid.Bool().Draw(t, "passed"),
	}
}

// A number that no record has lies above that of the record it passed, and below
// the next.
func TestPassedNumbersLieBetweenRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sh := newShard(rapid.Uint32().Draw(t, "shard"), shardDocument{Created: rapid.Int64Range(0, sequenceCreatedEnd-1).Draw(t, "created")})
		next := shardlog.Offset(rapid.Uint64Range(1, sequenceIndexMax-2).Draw(t, "next"))
		millis := rapid.Int64Range(0, sequenceSecondsMask*1000)
		stamp := func(label string) shardlog.Millis { return shardlog.Millis(millis.Draw(t, label)) }
		last, following := sh.sequence(next-1, stamp("last")).String(), sh.sequence(next, stamp("following")).String()
		passed := sh.passed(next, stamp("passed")).String()
		if last >= passed || passed >= following {
			t.Fatalf("%s, %s and %s are in the wrong order", last, passed, following)
		}
	})
}

// Section 7: the 47 hexadecimal digits, written out.
func TestSequenceNumberLayout(t *testing.T) {
	n := sequenceNumber{created: 0x123456789, index: 0x7edcba9876543210, arrival: 0x0abcdef01, shard: 0x1234567c}
	want, _ := new(big.Int).SetString("2"+"123456789"+"c"+"7edcba9876543210"+"00"+"0abcdef01"+"1234567c"+"2", 16)
	if n.String() != want.String() {
		t.Errorf("got  %s\nwant %s", n, want)
	}
}

func TestSequenceNumberRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anySequenceNumber(t)
		text := n.String()
		if len(text) != sequenceDigits || !strings.HasPrefix(text, "49") && n.created < 1<<31 {
			t.Fatalf("%+v is %s", n, text)
		}
		if back, ok := parseSequenceNumber(text); !ok || back != n {
			t.Fatalf("%s reads as %+v (%v), was %+v", text, back, ok, n)
		}
	})
}

// Section 7: lexicographic order is numeric order; within a shard the order is
// that of the index, whatever the arrival.
func TestSequenceNumberOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySequenceNumber(t), anySequenceNumber(t)
		b.created, b.shard = a.created, a.shard
		if (a.index < b.index) != (a.String() < b.String()) && a.index != b.index {
			t.Fatalf("%s and %s are in the wrong order", a, b)
		}
		b.created++
		if b.created < sequenceCreatedEnd && a.String() >= b.String() {
			t.Fatalf("%s of a parent is not below %s of its child", a, b)
		}
	})
}

// Section 7: neighbouring shards of a new stream differ by 2^144 + 16.
func TestSequenceNumberOfNeighbours(t *testing.T) {
	for number := range uint32(15) {
		a := newShard(number, shardDocument{Created: 1421889722}).starting().String()
		b := newShard(number+1, shardDocument{Created: 1421889722}).starting().String()
		x, _ := new(big.Int).SetString(a, 10)
		y, _ := new(big.Int).SetString(b, 10)
		if d := y.Sub(y, x).String(); d != "22300745198530623141535718272648361505980432" {
			t.Errorf("shards %d and %d differ by %s", number, number+1, d)
		}
	}
}

func TestFirstRecordIsAboveTheStartingNumber(t *testing.T) {
	sh := newShard(3, shardDocument{Created: 1421889722, ClosedSecond: 1421889725})
	first := sh.sequence(0, 1421889722000)
	if first.String() <= sh.starting().String() {
		t.Errorf("first record %s, starting number %s", first, sh.starting())
	}
	if last := sh.sequence(1<<62, 1421889799000); last.String() >= sh.ending().String() {
		t.Errorf("a record %s, ending number %s", last, sh.ending())
	}
}

// Section 7, "Reading".
func TestParseSequenceNumberVersions(t *testing.T) {
	f := func(hex string, want sequenceNumber, ok bool) {
		t.Helper()
		n, _ := new(big.Int).SetString(hex, 16)
		got, gotOK := parseSequenceNumber(n.String())
		if gotOK != ok || ok && got != want {
			t.Errorf("%s reads as %+v, %v; want %+v, %v", hex, got, gotOK, want, ok)
		}
	}
	f("5", sequenceNumber{shard: 5}, true) // bare: version 0
	f("0", sequenceNumber{}, true)
	f("1"+"0bebc2000"+"00"+"0123456789abcdef"+"002a", sequenceNumber{created: 0x0bebc2000, shard: 0x2a}, true)
	f("1"+"3bb2cc3d8"+"00"+"0123456789abcdef"+"002a", sequenceNumber{}, false) // created too late
	f("1"+"3bb2cc3d7"+"00"+"0123456789abcdef"+"002a", sequenceNumber{created: 0x3bb2cc3d7, shard: 0x2a}, true)
	f("1"+"0bebc2000"+"00"+"0123456789abcdef"+"002a"+"7", sequenceNumber{created: 0x0bebc2000, shard: 0x2a}, true) // 2^128
	f("200000000000000000000000000000000", sequenceNumber{}, false)                                                // 2^129
	f("2"+"0bebc2000"+"1"+"00"+"054c2ab7a"+"0123456789abcd"+"ef"+"00000007"+"1",
		sequenceNumber{version: 1, created: 0x0bebc2000, arrival: 0x054c2ab7a, index: 0xef, shard: 7}, true)
	f("2"+"0bebc2000"+"7"+"0000000000000001"+"00"+"054c2ab7a"+"80000000"+"2",
		sequenceNumber{version: 2, created: 0x0bebc2000, arrival: 0x054c2ab7a, index: 1, shard: 1 << 31}, true)
	f("2"+"0bebc2000"+"7"+"8000000000000001"+"00"+"054c2ab7a"+"00000007"+"2", sequenceNumber{}, false) // index
	f("2"+"3bb2cc3d8"+"7"+"0000000000000001"+"00"+"054c2ab7a"+"00000007"+"2", sequenceNumber{}, false) // created
	for _, version := range "03456789abcdef" {
		f("2"+"0bebc2000"+"7"+"0000000000000001"+"00"+"054c2ab7a"+"00000007"+string(version), sequenceNumber{}, false)
	}
	f("20000000000000000000000000000000000000000000000", sequenceNumber{}, false)                      // 2^185
	f("3"+"0bebc2000"+"7"+"0000000000000001"+"00"+"054c2ab7a"+"00000007"+"2", sequenceNumber{}, false) // 1.5·2^185
	f("1"+"0bebc2000"+"7"+"0000000000000001"+"00"+"054c2ab7a"+"00000007"+"2", sequenceNumber{}, false) // between
}

// Section 7: a shard number with its top bit set.
func TestShardIDOfANegativeNumber(t *testing.T) {
	wantEqual(t, shardID(1<<31), "shardId--02147483648", "the id")
	wantEqual(t, shardID(5), "shardId-000000000005", "the id")
}

func FuzzParseSequenceNumber(f *testing.F) {
	for _, s := range []string{"0", "5", "49590338271490256608559692538361571095921575989136588898",
		"49200111100000000000000000000000000000000000000000000098", "x", strings.Repeat("9", 129)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseSequenceNumber(s)
		if !ok {
			return
		}
		if _, isNumber := new(big.Int).SetString(s, 10); !isNumber {
			t.Fatalf("%q reads as a number", s)
		}
		if n.version == 2 && n.String() != s {
			// The digit before the index and the two after it say nothing.
			v, _ := parseUint192(s)
			v.hi = v.hi&^0xf0000 | uint64(n.shard&0xf)<<16
			v.mid &^= 0xff00
			if string(v.appendDecimal(nil)) != n.String() {
				t.Fatalf("%s reads as %s", s, n)
			}
		}
	})
}

// A sequence writes what each number is by itself, whatever follows what.
func TestASequenceWritesTheNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sequence
		n := anySequenceNumber(t)
		for range rapid.IntRange(1, 300).Draw(t, "records") {
			switch rapid.IntRange(0, 40).Draw(t, "step") {
			case 0:
				n = anySequenceNumber(t)
			case 1:
				n.arrival++
			case 2:
				n.index += rapid.Uint64Range(0, 1<<33).Draw(t, "gap")
			}
			n.index = (n.index + 1) & sequenceIndexMax
			n.arrival &= sequenceSecondsMask
			if got := string(s.append(nil, n)); got != n.String() {
				t.Fatalf("%+v is %s, want %s", n, got, n)
			}
		}
	})
}

func BenchmarkSequence(b *testing.B) {
	n := sequenceNumber{created: 1421889722, index: 1 << 40, arrival: 1421889999, shard: 1234, version: 2}
	buf := make([]byte, 0, sequenceDigits)
	var s sequence
	b.ReportAllocs()
	for b.Loop() {
		n.index++
		buf = s.append(buf[:0], n)
	}
}

func BenchmarkSequenceNumber(b *testing.B) {
	n := sequenceNumber{created: 1421889722, index: 1 << 40, arrival: 1421889999, shard: 1234}
	buf := make([]byte, 0, sequenceDigits)
	b.ReportAllocs()
	for b.Loop() {
		n.index++
		buf = n.append(buf[:0])
	}
}

func BenchmarkParseSequenceNumber(b *testing.B) {
	s := sequenceNumber{created: 1421889722, index: 1 << 40, arrival: 1421889999, shard: 1234}.String()
	b.ReportAllocs()
	for b.Loop() {
		parseSequenceNumber(s)
	}
}
