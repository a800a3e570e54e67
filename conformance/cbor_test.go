package conformance

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// millis is what a CBOR timestamp carries: tag 1 and an integer of milliseconds.
type millis int64

// encodeCBOR writes v as the Java SDK does: maps and lists of indefinite length,
// timestamps as tag 1 with milliseconds.
func encodeCBOR(v any) []byte { return appendCBOR(nil, v, true) }

// encodeDefiniteCBOR writes v with every length in its head.
func encodeDefiniteCBOR(v any) []byte { return appendCBOR(nil, v, false) }

func appendCBOR(b []byte, v any, indefinite bool) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, 0xf6)
	case bool:
		if v {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(v))
	case string:
		return append(appendHead(b, 3, uint64(len(v))), v...)
	case []byte:
		return append(appendHead(b, 2, uint64(len(v))), v...)
	case time.Time:
		return appendInt(append(b, 0xc1), v.UnixMilli())
	case list:
		b = appendStart(b, 4, len(v), indefinite)
		for _, e := range v {
			b = appendCBOR(b, e, indefinite)
		}
		return appendEnd(b, indefinite)
	case object:
		b = appendStart(b, 5, len(v), indefinite)
		for _, name := range sortedNames(v) {
			b = appendCBOR(b, name, indefinite)
			b = appendCBOR(b, v[name], indefinite)
		}
		return appendEnd(b, indefinite)
	}
	panic(fmt.Sprintf("no CBOR for %T", v))
}

func appendStart(b []byte, major byte, n int, indefinite bool) []byte {
	if indefinite {
		return append(b, major<<5|31)
	}
	return appendHead(b, major, uint64(n))
}

func appendEnd(b []byte, indefinite bool) []byte {
	if indefinite {
		return append(b, 0xff)
	}
	return b
}

func appendInt(b []byte, n int64) []byte {
	if n < 0 {
		return appendHead(b, 1, uint64(-1-n))
	}
	return appendHead(b, 0, uint64(n))
}

func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major<<5|byte(n))
	case n <= math.MaxUint8:
		return append(b, major<<5|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major<<5|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major<<5|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major<<5|27), n)
}

var errCBOR = errors.New("malformed CBOR")

// decodeCBOR reads one value that fills b: object, list, string, []byte, int64,
// float64, bool, nil, or millis for tag 1 with an integer.
func decodeCBOR(b []byte) (v any, err error) {
	d := decoder{rest: b}
	v, err = d.value(0)
	if err == nil && len(d.rest) > 0 {
		err = fmt.Errorf("%w: %d bytes after the value", errCBOR, len(d.rest))
	}
	return v, err
}

type decoder struct{ rest []byte }

// stop is the value of the byte that ends what has an indefinite length.
type stop struct{}

const (
	deepest  = 64
	endless  = -1
	fraction = 0xfb
)

func (d *decoder) value(depth int) (any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("%w: too deep", errCBOR)
	}
	major, n, err := d.head()
	if err != nil {
		return nil, err
	}
	switch major {
	case 0:
		return int64(n), nil
	case 1:
		return -1 - int64(n), nil
	case 2:
		b, err := d.text(major, n)
		return b, err
	case 3:
		b, err := d.text(major, n)
		return string(b), err
	case 4:
		return d.list(n, depth)
	case 5:
		return d.object(n, depth)
	case 6:
		return d.tagged(n, depth)
	}
	return d.simple(n)
}

// head reads a major type and its argument: a length, a number, a tag; endless
// for what has an indefinite length.
func (d *decoder) head() (major byte, n int, err error) {
	if len(d.rest) == 0 {
		return 0, 0, fmt.Errorf("%w: it ends early", errCBOR)
	}
	first := d.rest[0]
	d.rest = d.rest[1:]
	major, low := first>>5, first&31
	if first == fraction {
		return 7, fraction, nil
	}
	switch {
	case low < 24:
		return major, int(low), nil
	case low == 31:
		return major, endless, nil
	case low > 27:
		return 0, 0, fmt.Errorf("%w: head %#x", errCBOR, first)
	}
	size := 1 << (low - 24)
	if len(d.rest) < size {
		return 0, 0, fmt.Errorf("%w: it ends in a head", errCBOR)
	}
	var wide [8]byte
	copy(wide[8-size:], d.rest)
	d.rest = d.rest[size:]
	u := binary.BigEndian.Uint64(wide[:])
	if u > math.MaxInt64 {
		return 0, 0, fmt.Errorf("%w: %d is too large", errCBOR, u)
	}
	return major, int(u), nil
}

func (d *decoder) text(major byte, n int) ([]byte, error) {
	if n == endless {
		return d.chunks(major)
	}
	if n > len(d.rest) {
		return nil, fmt.Errorf("%w: %d bytes of %d", errCBOR, len(d.rest), n)
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b, nil
}

func (d *decoder) chunks(major byte) ([]byte, error) {
	all := []byte{}
	for {
		m, n, err := d.head()
		if err != nil {
			return nil, err
		}
		if m == 7 && n == endless {
			return all, nil
		}
		if m != major || n == endless {
			return nil, fmt.Errorf("%w: a chunk of type %d in one of type %d", errCBOR, m, major)
		}
		b, err := d.text(m, n)
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
}

func (d *decoder) list(n, depth int) (any, error) {
	l := list{}
	for n == endless || len(l) < n {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, ok := v.(stop); ok {
			if n != endless {
				return nil, fmt.Errorf("%w: a list of %d stops at %d", errCBOR, n, len(l))
			}
			return l, nil
		}
		l = append(l, v)
	}
	return l, nil
}

func (d *decoder) object(n, depth int) (any, error) {
	o := object{}
	for i := 0; n == endless || i < n; i++ {
		k, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, ok := k.(stop); ok && n == endless {
			return o, nil
		}
		name, ok := k.(string)
		if !ok {
			return nil, fmt.Errorf("%w: a map key that is %T", errCBOR, k)
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, ok := v.(stop); ok {
			return nil, fmt.Errorf("%w: %s has no value", errCBOR, name)
		}
		o[name] = v
	}
	return o, nil
}

func (d *decoder) tagged(tag, depth int) (any, error) {
	v, err := d.value(depth + 1)
	if err != nil {
		return nil, err
	}
	n, ok := v.(int64)
	if tag != 1 || !ok {
		return nil, fmt.Errorf("%w: tag %d with %T; the SDKs take tag 1 with an integer", errCBOR, tag, v)
	}
	return millis(n), nil
}

func (d *decoder) simple(n int) (any, error) {
	switch n {
	case 20, 21:
		return n == 21, nil
	case 22, 23:
		return nil, nil
	case endless:
		return stop{}, nil
	case fraction:
		if len(d.rest) < 8 {
			return nil, fmt.Errorf("%w: it ends in a number", errCBOR)
		}
		f := math.Float64frombits(binary.BigEndian.Uint64(d.rest))
		d.rest = d.rest[8:]
		return f, nil
	}
	return nil, fmt.Errorf("%w: simple value %d", errCBOR, n)
}

func sortedNames(o object) []string {
	var names []string
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// The tests lean on this codec: it reads what it writes, in both forms.
func TestCBORReadsWhatItWrites(t *testing.T) {
	at := time.UnixMilli(1700000000123)
	v := object{"s": "é", "b": []byte{0, 255}, "n": int64(-7), "big": int64(1) << 40, "t": at,
		"l": list{true, nil, 1.5, object{}}, "": list{}}
	want := object{"s": "é", "b": []byte{0, 255}, "n": int64(-7), "big": int64(1) << 40, "t": millis(1700000000123),
		"l": list{true, nil, 1.5, object{}}, "": list{}}
	for _, encode := range []func(any) []byte{encodeCBOR, encodeDefiniteCBOR} {
		got, err := decodeCBOR(encode(v))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// A decoder of foreign bytes ends, whatever they are.
func FuzzCBOR(f *testing.F) {
	f.Add(encodeCBOR(object{"a": list{1, "x", []byte{1}}}))
	f.Add([]byte{0x5f, 0x41, 0x01, 0xff})
	f.Add([]byte{0x9f, 0x9f})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decodeCBOR(b)
		if err != nil && !errors.Is(err, errCBOR) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if o, ok := v.(object); ok && err == nil && bytes.Contains(b, []byte{0xff}) && o == nil {
			t.Fatal("a map that is nil")
		}
	})
}
