package disklog

import (
	"fmt"

	"github.com/klauspost/compress/s2"

	"github.com/freshet/freshet/internal/shardlog"
)

// codec is how the body of a block is stored.
type codec uint8

const (
	codecNone codec = iota // as it is
	codecS2
)

const (
	// maxBlock bounds the body of a block once decoded: a record came in a frame,
	// and a table of runs is small against blockTarget. What claims to be larger
	// gets no memory.
	maxBlock = maxFrame
	// worthwhile: a block is stored compressed if that saves an eighth of it.
	// For less the readers' time is not spent.
	worthwhile = 8
)

func codecOf(c shardlog.Compression) codec {
	if c == shardlog.S2 {
		return codecS2
	}
	return codecNone
}

func (c codec) String() string {
	switch c {
	case codecNone:
		return "raw"
	case codecS2:
		return "s2"
	}
	return fmt.Sprintf("codec %d", uint8(c))
}

// encode returns body as c stores it, in scratch, which may be replaced by a
// larger one; or body itself, and codecNone, if that is not worthwhile.
func (c codec) encode(body []byte, scratch *[]byte) ([]byte, codec) {
	if c != codecS2 {
		return body, codecNone
	}
	if n := s2.MaxEncodedLen(len(body)); cap(*scratch) < n {
		*scratch = make([]byte, n)
	}
	encoded := s2.Encode((*scratch)[:cap(*scratch)], body)
	if len(encoded) > len(body)-len(body)/worthwhile {
		return body, codecNone
	}
	return encoded, codecS2
}

// decode returns what was encoded as stored, which has length bytes, at most
// maxBlock.
func (c codec) decode(stored []byte, length int) ([]byte, error) {
	switch c {
	case codecNone:
		if length != len(stored) {
			return nil, fmt.Errorf("raw body of %d bytes says %d", len(stored), length)
		}
		return stored, nil
	case codecS2:
		n, err := s2.DecodedLen(stored)
		if err != nil {
			return nil, fmt.Errorf("s2 body of %d bytes: %w", len(stored), err)
		}
		if n != length {
			return nil, fmt.Errorf("s2 body of %d bytes says %d instead of %d", len(stored), n, length)
		}
		body, err := s2.Decode(make([]byte, length), stored)
		if err != nil {
			return nil, fmt.Errorf("decode s2: %w", err)
		}
		return body, nil
	}
	return nil, newer(c.String())
}
