package disklog

import (
	"context"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// kind says what a sub-frame holds.
type kind uint8

const (
	kindEntries kind = 1
	kindSeal    kind = 2
	kindTrim    kind = 3
	kindDrop    kind = 4
)

func (k kind) String() string {
	switch k {
	case kindEntries:
		return "entries"
	case kindSeal:
		return "seal"
	case kindTrim:
		return "trim"
	case kindDrop:
		return "drop"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

const (
	subHeaderSize = 60
	floorSize     = 12
)

// subFrame is a sub-frame, as the header says it and with its body.
type subFrame struct {
	crc        uint32
	kind       kind
	shard      shardlog.Shard
	generation uint32
	// offset is that of the first entry, or the end of a sealed shard.
	offset shardlog.Offset
	at     shardlog.Millis
	count  uint32
	// key is what body is encrypted with; 0, it is not. Only entries are.
	key  shardlog.KeyID
	body []byte
	// header is the bytes that the checksum and the encryption cover besides. It is
	// set by parseSubFrame.
	header []byte
}

// putHeader writes the header of s before its body, which is in place behind it
// in p, and returns the checksum over both.
func (s subFrame) putHeader(p []byte) uint32 {
	s.putFields(p)
	crc := checksum(p[4:])
	le.PutUint32(p, crc)
	return crc
}

// putSealed is putHeader for a sub-frame with a key, whose body it encrypts from
// plain into its place.
func (s subFrame) putSealed(p, plain []byte, with *sealer) uint32 {
	s.putFields(p)
	sealed := with.seal(p[subHeaderSize:subHeaderSize], plain, p[4:subHeaderSize])
	if len(sealed) != len(p)-subHeaderSize {
		panic(fmt.Sprintf("BUG: encrypted body of %d bytes in room for %d", len(sealed), len(p)-subHeaderSize))
	}
	crc := checksum(p[4:])
	le.PutUint32(p, crc)
	return crc
}

// putFields writes all of the header but the checksum.
func (s subFrame) putFields(p []byte) {
	p[4] = byte(s.kind)
	p[5], p[6], p[7] = 0, 0, 0
	le.PutUint32(p[8:], uint32(s.key))
	le.PutUint32(p[12:], uint32(len(p)-subHeaderSize))
	copy(p[16:32], s.shard.Stream[:])
	le.PutUint32(p[32:], s.shard.Number)
	le.PutUint32(p[36:], s.generation)
	le.PutUint64(p[40:], uint64(s.offset))
	le.PutUint64(p[48:], uint64(s.at))
	le.PutUint32(p[56:], s.count)
}

// parseSubFrame reads the sub-frame that p begins with and checks all of it. The
// body is a slice of p. With a newer it is returned all the same.
func parseSubFrame(p []byte) (subFrame, error) {
	if len(p) < subHeaderSize {
		return subFrame{}, errors.New("cut short")
	}
	length := uint64(le.Uint32(p[12:]))
	if length > uint64(len(p)-subHeaderSize) {
		return subFrame{}, fmt.Errorf("%d bytes of %d", len(p)-subHeaderSize, length)
	}
	p = p[:subHeaderSize+int(length)]
	s := subFrame{
		crc:        le.Uint32(p),
		kind:       kind(p[4]),
		shard:      shardlog.Shard{Stream: shardlog.StreamID(p[16:32]), Number: le.Uint32(p[32:])},
		generation: le.Uint32(p[36:]),
		offset:     shardlog.Offset(le.Uint64(p[40:])),
		at:         shardlog.Millis(le.Uint64(p[48:])),
		count:      le.Uint32(p[56:]),
		key:        shardlog.KeyID(le.Uint32(p[8:])),
		body:       p[subHeaderSize:],
		header:     p[4:subHeaderSize],
	}
	if s.crc != checksum(p[4:]) {
		return subFrame{}, errors.New("wrong checksum")
	}
	if err := checkCodec(p[5]); err != nil {
		return s, err
	}
	return s, s.check()
}

// check refuses what the checksum cannot know: a shape that is none. Of an
// encrypted body it is not known before that is opened.
func (s subFrame) check() error {
	if s.key != 0 {
		if s.kind != kindEntries {
			return newer(fmt.Sprintf("encrypted %s", s.kind))
		}
		return checkSealed(s.body)
	}
	switch s.kind {
	case kindEntries:
		return run{first: s.offset, count: s.count, body: s.body}.check()
	case kindTrim:
		if uint64(len(s.body)) != uint64(s.count)*floorSize {
			return fmt.Errorf("%d floors in %d bytes", s.count, len(s.body))
		}
		return nil
	case kindSeal, kindDrop:
		if len(s.body) != 0 {
			return fmt.Errorf("%s with %d bytes", s.kind, len(s.body))
		}
		return nil
	}
	return newer(s.kind.String())
}

// opened returns s with its body decrypted and checked. An error that is no ErrKey
// is damage.
func (s subFrame) opened(ctx context.Context, keys *keyring) (subFrame, error) {
	body, err := keys.open(ctx, s.key, s.shard.Stream, useJournal, s.body, s.header)
	if err != nil {
		return s, err
	}
	s.body = body
	return s, run{first: s.offset, count: s.count, body: s.body}.check()
}

// floor is one shard's new floor.
type floor struct {
	number uint32
	offset shardlog.Offset
}

func putFloors(p []byte, floors []floor) {
	for i, f := range floors {
		le.PutUint32(p[i*floorSize:], f.number)
		le.PutUint64(p[i*floorSize+4:], uint64(f.offset))
	}
}

// eachFloor calls fn for each floor of a trim's body.
func eachFloor(body []byte, fn func(floor)) {
	for ; len(body) >= floorSize; body = body[floorSize:] {
		fn(floor{le.Uint32(body), shardlog.Offset(le.Uint64(body[4:]))})
	}
}
