package convert

import (
	"fmt"
	"unicode/utf8"

	"github.com/segmentio/asm/base64"

	"github.com/freshet/freshet/internal/awsapi"
)

// strict is base64 as AWS takes it: padded, and with no bits left over.
var strict = base64.StdEncoding.Strict()

// BlobLen returns how many bytes text stands for if it is base64. It is exact
// for base64 and an upper bound for anything else.
func BlobLen(text []byte) int {
	n := len(text) / 4 * 3
	for pads := 0; pads < 2 && n > 0 && text[len(text)-1-pads] == '='; pads++ {
		n--
	}
	return n
}

// DecodeBlob decodes base64 text into dst, whose length must be BlobLen(text),
// and reports whether text was base64 to the letter: padded, without line
// breaks, and with zeros in the bits that the padding cuts off.
func DecodeBlob(dst, text []byte) bool {
	if len(text)%4 != 0 {
		return false
	}
	n, err := strict.Decode(dst, text)
	// The decoder skips line breaks, which shows in the count alone.
	return err == nil && n == len(dst)
}

// Blob decodes base64 text into memory of its own. An empty text is an empty
// blob that is not nil.
func Blob(text []byte) ([]byte, *awsapi.Error) {
	blob := make([]byte, BlobLen(text))
	if !DecodeBlob(blob, text) {
		return nil, blobMismatch(text)
	}
	return blob, nil
}

// blobMismatch finds what is wrong with text, in the order in which AWS looks.
// AWS counts UTF-16 units.
func blobMismatch(text []byte) *awsapi.Error {
	subject := "'" + clip(string(text)) + "' can not be converted to a Blob: "
	if n := utf16Len(text); n%4 != 0 {
		return mismatch(fmt.Sprintf("%sBase64 encoded length is expected a multiple of 4 bytes but found: %d", subject, n))
	}
	if r, ok := foreign(text); ok {
		return mismatch(fmt.Sprintf("%sInvalid Base64 character: '%c'", subject, r))
	}
	return mismatch(subject + "Invalid last non-pad Base64 character dectected")
}

// foreign returns the first character that is not base64's, or a padding
// character that something else follows.
func foreign(text []byte) (rune, bool) {
	for i, r := range string(text) {
		switch {
		case r == '=':
			if i+1 < len(text) && text[i+1] != '=' {
				return r, true
			}
		case r >= utf8.RuneSelf || !isBase64(byte(r)):
			return r, true
		}
	}
	return 0, false
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

func utf16Len(text []byte) int {
	n := 0
	for _, r := range string(text) {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
