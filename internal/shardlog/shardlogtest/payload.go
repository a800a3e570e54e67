package shardlogtest

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/freshet/freshet/internal/shardlog"
)

// id names one entry of a simulation. Key and data follow from it, so that a
// record tells which entry it was, and whether it is whole.
type id uint64

// hash spreads ids (the finalizer of splitmix64).
func (n id) hash() uint64 {
	x := uint64(n) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (n id) key() string { return strconv.FormatUint(uint64(n), 10) }

// data is mostly short, sometimes some pages long, rarely longer than a small
// engine's whole group.
func (n id) data() []byte {
	h := n.hash()
	size := int(h >> 8 % 200)
	switch h % 64 {
	case 0, 1, 2:
		size = int(h >> 8 % 20_000)
	case 3:
		size = int(h >> 8 % 200_000)
	}
	return bytes.Repeat([]byte{byte(h), byte(h >> 8), byte(h >> 16), byte(n)}, size/4+1)[:size]
}

func (n id) entry(s shardlog.Shard) shardlog.Entry {
	return shardlog.Entry{Shard: s, Key: n.key(), Data: n.data()}
}

// idOf says which entry a record was.
func idOf(r shardlog.Record) (id, error) {
	n, err := strconv.ParseUint(r.Key, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s was never appended: %w", text(r), err)
	}
	if !bytes.Equal(r.Data, id(n).data()) {
		return 0, fmt.Errorf("%s is not what entry %d was: %d bytes %.20q", text(r), n, len(id(n).data()), id(n).data())
	}
	return id(n), nil
}
