package wire

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
)

// newIDs returns what x-amzn-RequestId and x-amz-id-2 say: a random UUID, and
// 72 random bytes in base64. They tell requests apart and are no secrets.
func newIDs() (requestID, id2 string) {
	var random [88]byte
	for i := 0; i < len(random); i += 8 {
		binary.LittleEndian.PutUint64(random[i:], rand.Uint64())
	}
	uuid := random[:16]
	uuid[6] = uuid[6]&0x0f | 0x40 // version 4
	uuid[8] = uuid[8]&0x3f | 0x80 // variant of RFC 9562

	var text [36 + 96]byte
	from := 0
	for i, size := range [...]int{8, 4, 4, 4, 12} { // hexadecimal digits between the dashes
		at := 2*from + i
		hex.Encode(text[at:], uuid[from:from+size/2])
		if from += size / 2; from < len(uuid) {
			text[at+size] = '-'
		}
	}
	base64.StdEncoding.Encode(text[36:], random[16:])
	both := string(text[:]) // one allocation
	return both[:36], both[36:]
}
