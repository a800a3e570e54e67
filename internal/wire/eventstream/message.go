package eventstream

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// ContentType is that of a body which is a stream of messages.
const ContentType = "application/vnd.amazon.eventstream"

// Headers that say what a message is.
const (
	// MessageType is Event or Exception.
	MessageType = ":message-type"
	// EventType names the event, ExceptionType the exception.
	EventType     = ":event-type"
	ExceptionType = ":exception-type"
	// PayloadType is the content type of the payload.
	PayloadType = ":content-type"
)

// Values of MessageType, and the event that a stream begins with.
const (
	Event           = "event"
	Exception       = "exception"
	InitialResponse = "initial-response"
)

const (
	preludeSize = 12
	typeText    = 7
	// MaxValue bounds the value of a header, in bytes; a name has at most 255.
	MaxValue = 1<<15 - 1
	// MaxPayload is the largest payload that every client of AWS takes, in bytes.
	MaxPayload = 16 << 20
)

// Header is a header of a message. Its name has 1 to 255 bytes, its value at most
// MaxValue.
type Header struct{ Name, Value string }

// Begin appends the beginning of a message to dst. What is appended after it is
// the payload, until End.
func Begin(dst []byte, headers ...Header) []byte {
	from := len(dst)
	dst = append(dst, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	for _, h := range headers {
		if len(h.Name) == 0 || len(h.Name) > math.MaxUint8 || len(h.Value) > MaxValue {
			panic("BUG: eventstream: a header that no message can have: " + h.Name)
		}
		dst = append(append(dst, byte(len(h.Name))), h.Name...)
		dst = binary.BigEndian.AppendUint16(append(dst, typeText), uint16(len(h.Value)))
		dst = append(dst, h.Value...)
	}
	binary.BigEndian.PutUint32(dst[from+4:], uint32(len(dst)-from-preludeSize))
	return dst
}

// End completes the message that Begin began when dst had length from. Its payload
// is at most MaxPayload long, or some clients refuse it.
func End(dst []byte, from int) []byte {
	message := dst[from:]
	binary.BigEndian.PutUint32(message, uint32(len(message)+4))
	binary.BigEndian.PutUint32(message[8:], crc32.ChecksumIEEE(message[:8]))
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(message))
}
