package disklog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/freshet/freshet/internal/vfs"
)

// formatVersion is the newest format that is written and read. FORMAT.md draws
// the bytes of every structure here.
const formatVersion = 1

var (
	le         = binary.LittleEndian
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

func checksum(p []byte) uint32 { return crc32.Checksum(p, castagnoli) }

// alignUp returns n, or the next multiple of the block size.
func alignUp[T int | int64](n T) T { return (n + vfs.BlockSize - 1) &^ (vfs.BlockSize - 1) }

// headerSize is the size of the headers of frames, journal files, segments and
// blocks, and of trailers.
const headerSize = 64

const (
	magicFrame   = "FRfm"
	magicJournal = "FRjl"
	magicSegment = "FRsg"
	magicTrailer = "FRft"
)

// startHeader writes what all headers with a magic begin with, and finishHeader
// the checksum that they end with, which it returns.
func startHeader(p []byte, magic string) {
	clear(p[:headerSize])
	copy(p, magic)
	p[4] = formatVersion
}

func finishHeader(p []byte) uint32 {
	crc := checksum(p[:headerSize-4])
	le.PutUint32(p[headerSize-4:], crc)
	return crc
}

// checkHeader returns errNoFrame unless p begins with a header of that magic,
// and a newer if a newer program wrote it.
func checkHeader(p []byte, magic string) error {
	if len(p) < headerSize || string(p[:4]) != magic || le.Uint32(p[headerSize-4:]) != checksum(p[:headerSize-4]) {
		return errNoFrame
	}
	return checkVersion(p[4])
}

func checkVersion(v byte) error {
	if v == 0 || v > formatVersion {
		return newer(fmt.Sprintf("format %d", v))
	}
	return nil
}

// checkCodec refuses what is compressed: in the journal format 1 has the field and
// no value for it.
func checkCodec(codec byte) error {
	if codec != 0 {
		return newer(fmt.Sprintf("codec %d", codec))
	}
	return nil
}

// checkFrameKey refuses a frame that is encrypted as a whole: sub-frames are.
func checkFrameKey(keyID uint32) error {
	if keyID != 0 {
		return newer(fmt.Sprintf("encrypted frames (key %d)", keyID))
	}
	return nil
}

// frameHeader is the first 64 bytes of a frame.
type frameHeader struct {
	subs       uint32
	generation uint64
	lsn        uint64
	length     uint32 // of the body
	prev       uint32 // checksum of the header before
	sum        uint64 // of the sub-frames' checksums
	synced     uint64 // frames up to this LSN were durable when this one was written
}

// put writes h and returns its checksum, which the next frame names.
func (h frameHeader) put(p []byte) uint32 {
	startHeader(p, magicFrame)
	le.PutUint32(p[12:], h.subs)
	le.PutUint64(p[16:], h.generation)
	le.PutUint64(p[24:], h.lsn)
	le.PutUint32(p[32:], h.length)
	le.PutUint32(p[36:], h.prev)
	le.PutUint64(p[40:], h.sum)
	le.PutUint64(p[48:], h.synced)
	return finishHeader(p)
}

// parseFrameHeader reads what put wrote, and returns the checksum too. With a
// newer format, codec or key the header is returned all the same: only one with
// the generation of the file is a frame, whatever a payload looks like.
func parseFrameHeader(p []byte) (frameHeader, uint32, error) {
	err := checkHeader(p, magicFrame)
	if errors.Is(err, errNoFrame) {
		return frameHeader{}, 0, err
	}
	h := frameHeader{
		subs:       le.Uint32(p[12:]),
		generation: le.Uint64(p[16:]),
		lsn:        le.Uint64(p[24:]),
		length:     le.Uint32(p[32:]),
		prev:       le.Uint32(p[36:]),
		sum:        le.Uint64(p[40:]),
		synced:     le.Uint64(p[48:]),
	}
	if err == nil {
		err = checkCodec(p[5])
	}
	if err == nil {
		err = checkFrameKey(le.Uint32(p[8:]))
	}
	return h, le.Uint32(p[headerSize-4:]), err
}

// parseFrameBody checks body against h and returns its sub-frames. It returns a
// newer only for sub-frames that h binds: those in the place of a lost block may
// be payload that was made to look like them.
func parseFrameBody(h frameHeader, body []byte) ([]subFrame, error) {
	if uint64(h.subs)*subHeaderSize > uint64(len(body)) {
		return nil, fmt.Errorf("%d sub-frames in %d bytes", h.subs, len(body))
	}
	subs := make([]subFrame, 0, h.subs)
	var sum uint64
	var unknown error
	at := 0
	for range h.subs {
		s, err := parseSubFrame(body[at:])
		if _, isNewer := errors.AsType[newer](err); isNewer {
			unknown = err
		} else if err != nil {
			return nil, fmt.Errorf("sub-frame at byte %d: %w", at, err)
		}
		sum += uint64(s.crc)
		at += subHeaderSize + len(s.body)
		subs = append(subs, s)
	}
	switch {
	case at != len(body):
		return nil, fmt.Errorf("sub-frames end at byte %d of %d", at, len(body))
	case sum != h.sum:
		return nil, errors.New("sub-frames are not those of the header")
	case unknown != nil:
		return nil, unknown
	}
	return subs, nil
}
