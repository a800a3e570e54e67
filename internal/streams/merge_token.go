package streams

import (
	"encoding/binary"

	"github.com/freshet/freshet/internal/shardlog"
)

// merge returns a token that says which records of a stream are wanted and where
// each shard is read on. It takes some five bytes for a shard.
func (t *tokens) merge(id shardlog.StreamID, sel selection, places []bookmark) string {
	c := make([]byte, 0, 256)
	c = append(c, id[:]...)
	c = binary.AppendUvarint(c, uint64(sel.from))
	c = binary.AppendUvarint(c, uint64(sel.to))
	key := "" // or a byte of 1 before what is wanted
	if sel.key != nil {
		key = "\x01" + *sel.key
	}
	c = binary.AppendUvarint(c, uint64(len(key)))
	c = append(c, key...)
	c = binary.AppendUvarint(c, uint64(len(places)))
	last := uint32(0)
	for _, p := range places {
		c = binary.AppendUvarint(c, uint64(p.shard-last))
		c = binary.AppendUvarint(c, uint64(p.next))
		last = p.shard
	}
	return t.seal(mergeToken, c)
}

// openMerge reads a token that merge made for the stream id.
func (t *tokens) openMerge(token string, id shardlog.StreamID) (sel selection, places []bookmark, ok bool) {
	c, ok := t.open(mergeToken, token)
	if !ok {
		return sel, nil, false
	}
	return readMerge(c, id)
}

// readMerge reads the content of such a token.
func readMerge(c content, id shardlog.StreamID) (sel selection, places []bookmark, ok bool) {
	if c.stream() != id {
		return sel, nil, false
	}
	sel.from, sel.to = shardlog.Millis(c.uvarint()), shardlog.Millis(c.uvarint())
	if key := string(c.take(c.length())); key != "" {
		sel.key = new(key[1:])
	}
	last := uint32(0)
	for range c.length() {
		last += uint32(c.uvarint())
		places = append(places, bookmark{last, shardlog.Offset(c.uvarint())})
	}
	return sel, places, !c.short
}

func (c *content) uvarint() uint64 {
	v, n := binary.Uvarint(c.rest)
	if c.short || n <= 0 {
		c.short = true
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

// length reads how many bytes or things follow; each takes a byte at least.
func (c *content) length() int {
	n := c.uvarint()
	if n > uint64(len(c.rest)) {
		c.short = true
		return 0
	}
	return int(n)
}
