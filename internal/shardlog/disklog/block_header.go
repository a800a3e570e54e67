package disklog

import (
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// blockHeader is the first 64 bytes of a block. It names the block's place by
// itself, so that a block may be copied to another segment as it is.
type blockHeader struct {
	codec           codec
	key             shardlog.KeyID // what the body is encrypted with; 0, it is not
	stored, decoded uint32         // lengths of the body
	runs, records   uint32
	shard           shardlog.Shard
	first           shardlog.Offset
	arrival         shardlog.Millis
}

// put writes the header of the block p, whose body is in place.
func (h *blockHeader) put(p []byte) {
	h.putFields(p)
	le.PutUint32(p, checksum(p[4:]))
}

// putFields writes all of the header but the checksum.
func (h *blockHeader) putFields(p []byte) {
	clear(p[:headerSize])
	p[4], p[5] = formatVersion, byte(h.codec)
	le.PutUint32(p[8:], uint32(h.key))
	le.PutUint32(p[12:], h.stored)
	le.PutUint32(p[16:], h.decoded)
	le.PutUint32(p[20:], h.runs)
	copy(p[24:40], h.shard.Stream[:])
	le.PutUint32(p[40:], h.shard.Number)
	le.PutUint32(p[44:], h.records)
	le.PutUint64(p[48:], uint64(h.first))
	le.PutUint64(p[56:], uint64(h.arrival))
}

// parseBlockHeader reads what put wrote. The checksum is not looked at: it is that
// of the whole block.
func parseBlockHeader(p []byte) (blockHeader, error) {
	h := blockHeader{
		codec:   codec(p[5]),
		key:     shardlog.KeyID(le.Uint32(p[8:])),
		stored:  le.Uint32(p[12:]),
		decoded: le.Uint32(p[16:]),
		runs:    le.Uint32(p[20:]),
		shard:   shardlog.Shard{Stream: shardlog.StreamID(p[24:40]), Number: le.Uint32(p[40:])},
		records: le.Uint32(p[44:]),
		first:   shardlog.Offset(le.Uint64(p[48:])),
		arrival: shardlog.Millis(le.Uint64(p[56:])),
	}
	if err := checkVersion(p[4]); err != nil {
		return h, err
	}
	if h.codec > codecS2 {
		return h, newer(h.codec.String())
	}
	if h.decoded > maxBlock {
		return h, fmt.Errorf("body of %d bytes once decoded, more than %d", h.decoded, maxBlock)
	}
	return h, nil
}
