package awsjson

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/segmentio/asm/base64"
)

// AppendTime writes t as a number of seconds with at most three digits after
// the point and no exponent: the SDK for Java refuses exponents and more than
// 20 characters (localstack/localstack#3134).
func AppendTime(dst []byte, t time.Time) []byte {
	signed := t.UnixMilli()
	ms := uint64(signed)
	if signed < 0 {
		dst = append(dst, '-')
		ms = -ms
	}
	dst = strconv.AppendUint(dst, ms/1000, 10)
	frac := ms % 1000
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+frac/100))
	if frac%100 != 0 {
		dst = append(dst, byte('0'+frac/10%10))
	}
	if frac%10 != 0 {
		dst = append(dst, byte('0'+frac%10))
	}
	return dst
}

// AppendBlob writes blob as a string of base64.
func AppendBlob(dst, blob []byte) []byte {
	n := base64.StdEncoding.EncodedLen(len(blob))
	at := len(dst) + 1
	dst = append(slices.Grow(dst, n+2), '"')[:at+n]
	base64.StdEncoding.Encode(dst[at:], blob)
	return append(dst, '"')
}

// AppendString writes s as a string: quotes, backslashes and control characters
// escaped, nothing else; what is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if Plain(s) {
		dst = append(dst, s...)
	} else {
		dst = appendEscaped(dst, s)
	}
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	for _, r := range s {
		switch r {
		case '"', '\\':
			dst = append(dst, '\\', byte(r))
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			if r < ' ' {
				dst = append(dst, `\u00`...)
				dst = append(dst, "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
				continue
			}
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// The same byte eight times.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// Plain reports whether s stands in JSON as it is: printable ASCII without
// quotes and backslashes. It looks at eight bytes at a time, the last eight
// maybe twice, and branches no more than it must: most texts are plain.
func Plain(s string) bool { return plain(unsafe.Slice(unsafe.StringData(s), len(s))) }

func plain(b []byte) bool {
	if len(b) < 8 {
		return plainShort(b)
	}
	found := odd(binary.LittleEndian.Uint64(b[len(b)-8:]))
	for ; len(b) >= 16; b = b[16:] {
		found |= odd(binary.LittleEndian.Uint64(b)) | odd(binary.LittleEndian.Uint64(b[8:]))
	}
	if len(b) >= 8 {
		found |= odd(binary.LittleEndian.Uint64(b))
	}
	return found&highs == 0
}

func plainShort(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// odd sets the high bit of one of the eight bytes of x or more if one of them is
// not plain. Each term marks the bytes above ASCII, below a blank, equal to a
// quote, or equal to a backslash. The last two mark others as well, but only bytes
// that the first has marked; and borrows mark more, but only where a lower byte
// has its own mark.
func odd(x uint64) uint64 {
	return x | (x - ' '*ones) | (x ^ '"'*ones - ones) | (x ^ '\\'*ones - ones)
}
