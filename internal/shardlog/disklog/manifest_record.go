package disklog

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

const (
	magicManifest = "FRmf"

	recordHeader = 16
	recordHead   = 1
	recordEdit   = 2
	recordKeys   = 3 // an edit with keys
	headLength   = 16
	editHeader   = 48

	addedLength   = 88 // besides the streams that it lists
	removedLength = 8
	stateLength   = 56
	droppedLength = 16
	keyHeader     = 32

	flagSealed = 1
)

// appendRecord appends a record with that number and body.
func appendRecord(dst []byte, number uint32, body []byte) []byte {
	start := len(dst)
	dst = append(dst, magicManifest...)
	dst = le.AppendUint32(dst, uint32(len(body)))
	dst = le.AppendUint32(dst, number)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, body...)
	le.PutUint32(dst[start+12:], recordChecksum(dst[start:]))
	return dst
}

func recordChecksum(record []byte) uint32 {
	return crc32.Update(checksum(record[4:12]), castagnoli, record[recordHeader:])
}

// parseRecord returns the body of the record that p begins with, or errNoFrame.
func parseRecord(p []byte, number uint32) (body []byte, err error) {
	if len(p) < recordHeader || string(p[:4]) != magicManifest || le.Uint32(p[8:]) != number {
		return nil, errNoFrame
	}
	length := uint64(le.Uint32(p[4:]))
	if length > uint64(len(p)-recordHeader) {
		return nil, errNoFrame
	}
	p = p[:recordHeader+int(length)]
	if le.Uint32(p[12:]) != recordChecksum(p) {
		return nil, errNoFrame
	}
	return p[recordHeader:], nil
}

// findRecord returns where in p a record with a number above number begins, or
// -1.
func findRecord(p []byte, number uint32) int {
	for at := 0; ; at++ {
		next := bytes.Index(p[at:], []byte(magicManifest))
		if next < 0 {
			return -1
		}
		at += next
		if len(p)-at < recordHeader {
			return -1
		}
		n := le.Uint32(p[at+8:])
		if _, err := parseRecord(p[at:], n); err == nil && n > number {
			return at
		}
	}
}

// appendHead appends a head. made is how long the file is when it gets its name.
func appendHead(dst []byte, made uint32, id uint64) []byte {
	dst = append(dst, recordHead, formatVersion, 0, 0)
	dst = le.AppendUint32(dst, made)
	return le.AppendUint64(dst, id)
}

func parseHead(p []byte) (made uint32, id uint64, err error) {
	if len(p) < headLength || p[0] != recordHead {
		return 0, 0, errors.New("first record is no head")
	}
	return le.Uint32(p[4:]), le.Uint64(p[8:]), checkVersion(p[1])
}

func appendEdit(dst []byte, e *edit) []byte {
	kind := byte(recordEdit)
	if len(e.keys) > 0 {
		kind = recordKeys
	}
	dst = append(dst, kind, 0, 0, 0)
	dst = le.AppendUint32(dst, uint32(len(e.added)))
	dst = le.AppendUint32(dst, uint32(len(e.removed)))
	dst = le.AppendUint32(dst, uint32(len(e.states)))
	dst = le.AppendUint32(dst, uint32(len(e.dropped)))
	dst = le.AppendUint32(dst, uint32(len(e.keys)))
	dst = le.AppendUint64(dst, e.checkpoint)
	dst = le.AppendUint64(dst, e.reached)
	dst = le.AppendUint64(dst, e.firstJournal)
	for i := range e.added {
		dst = appendMeta(dst, &e.added[i])
	}
	for _, n := range e.removed {
		dst = le.AppendUint64(dst, n)
	}
	for i := range e.states {
		dst = appendState(dst, &e.states[i])
	}
	for i := range e.dropped {
		dst = append(dst, e.dropped[i][:]...)
	}
	for i := range e.keys {
		dst = appendKey(dst, &e.keys[i])
	}
	return dst
}

func parseEdit(p []byte) (*edit, error) {
	if len(p) > 0 && p[0] != recordEdit && p[0] != recordKeys {
		return nil, newer(fmt.Sprintf("record type %d", p[0]))
	}
	if len(p) < editHeader {
		return nil, errors.New("edit cut short")
	}
	added, removed := uint64(le.Uint32(p[4:])), uint64(le.Uint32(p[8:]))
	states, dropped := uint64(le.Uint32(p[12:])), uint64(le.Uint32(p[16:]))
	keys := uint64(le.Uint32(p[20:]))
	if p[0] == recordEdit {
		keys = 0 // reserved
	}
	e := &edit{checkpoint: le.Uint64(p[24:]), reached: le.Uint64(p[32:]), firstJournal: le.Uint64(p[40:])}
	p = p[editHeader:]
	for i := range added {
		m, rest, err := parseMeta(p)
		if err != nil {
			return nil, fmt.Errorf("segment %d of the edit: %w", i, err)
		}
		e.added = append(e.added, m)
		p = rest
	}
	if want := removed*removedLength + states*stateLength + dropped*droppedLength; want > uint64(len(p)) || keys == 0 && want != uint64(len(p)) {
		return nil, fmt.Errorf("edit ends with %d bytes instead of %d", len(p), want)
	}
	for range removed {
		e.removed = append(e.removed, le.Uint64(p))
		p = p[removedLength:]
	}
	for range states {
		e.states = append(e.states, parseState(p))
		p = p[stateLength:]
	}
	for range dropped {
		e.dropped = append(e.dropped, shardlog.StreamID(p[:droppedLength]))
		p = p[droppedLength:]
	}
	return e, e.parseKeys(p, keys)
}

// appendKey appends a data key.
func appendKey(dst []byte, k *savedKey) []byte {
	dst = le.AppendUint32(dst, uint32(k.id))
	dst = append(dst, k.stream[:]...)
	dst = le.AppendUint32(dst, uint32(len(k.Wrapper)))
	dst = le.AppendUint32(dst, uint32(len(k.Bind)))
	dst = le.AppendUint32(dst, uint32(len(k.Wrapped)))
	dst = append(dst, k.Wrapper...)
	dst = append(dst, k.Bind...)
	return append(dst, k.Wrapped...)
}

// parseKeys reads the n keys that p is.
func (e *edit) parseKeys(p []byte, n uint64) error {
	take := func(n int) (part []byte) {
		part, p = p[:n], p[n:]
		return part
	}
	for i := range n {
		if len(p) < keyHeader {
			return fmt.Errorf("key %d of the edit: cut short", i)
		}
		head := take(keyHeader)
		wrapper, bind, wrapped := le.Uint32(head[20:]), le.Uint32(head[24:]), le.Uint32(head[28:])
		if wrapper > shardlog.MaxKeyName || bind > shardlog.MaxKeyName || wrapped > shardlog.MaxWrapped || uint64(wrapper)+uint64(bind)+uint64(wrapped) > uint64(len(p)) {
			return fmt.Errorf("key %d of the edit: %d, %d and %d bytes in %d", i, wrapper, bind, wrapped, len(p))
		}
		k := savedKey{id: shardlog.KeyID(le.Uint32(head)), stream: shardlog.StreamID(head[4:20])}
		if k.id == 0 {
			return fmt.Errorf("key %d of the edit has no id", i)
		}
		k.Wrapper, k.Bind, k.Wrapped = string(take(int(wrapper))), string(take(int(bind))), bytes.Clone(take(int(wrapped)))
		e.keys = append(e.keys, k)
	}
	if len(p) > 0 {
		return fmt.Errorf("edit ends with %d bytes more", len(p))
	}
	return nil
}

func appendMeta(dst []byte, s *segmentMeta) []byte {
	dst = le.AppendUint64(dst, s.number)
	dst = le.AppendUint64(dst, uint64(s.size))
	dst = le.AppendUint64(dst, uint64(s.footerPosition))
	dst = le.AppendUint32(dst, s.footerLength)
	dst = le.AppendUint32(dst, s.footerCRC)
	dst = le.AppendUint32(dst, s.shards)
	dst = le.AppendUint32(dst, s.blocks)
	dst = le.AppendUint64(dst, s.records)
	dst = append(dst, byte(s.class), s.level, 0, 0)
	dst = le.AppendUint32(dst, uint32(len(s.streams)))
	dst = le.AppendUint64(dst, s.span.low)
	dst = le.AppendUint64(dst, s.span.high)
	dst = le.AppendUint64(dst, uint64(s.firstArrival))
	dst = le.AppendUint64(dst, uint64(s.lastArrival))
	for i := range s.streams {
		dst = append(dst, s.streams[i][:]...)
	}
	return dst
}

// parseMeta reads what appendMeta wrote and returns what follows.
func parseMeta(p []byte) (m segmentMeta, rest []byte, err error) {
	if len(p) < addedLength {
		return m, nil, errors.New("cut short")
	}
	m = segmentMeta{
		trailer: trailer{
			number:         le.Uint64(p),
			size:           int64(le.Uint64(p[8:])),
			footerPosition: int64(le.Uint64(p[16:])),
			footerLength:   le.Uint32(p[24:]),
			footerCRC:      le.Uint32(p[28:]),
			shards:         le.Uint32(p[32:]),
			blocks:         le.Uint32(p[36:]),
			records:        le.Uint64(p[40:]),
		},
		class:        class(p[48]),
		level:        p[49],
		span:         lsnSpan{le.Uint64(p[56:]), le.Uint64(p[64:])},
		firstArrival: shardlog.Millis(le.Uint64(p[72:])),
		lastArrival:  shardlog.Millis(le.Uint64(p[80:])),
	}
	listed := le.Uint32(p[52:])
	p = p[addedLength:]
	switch {
	case m.size < 0 || m.footerPosition < headerSize || m.footerPosition > m.size-int64(m.footerLength):
		return m, nil, fmt.Errorf("footer of %d bytes at %d of %d", m.footerLength, m.footerPosition, m.size)
	case uint64(listed)*droppedLength > uint64(len(p)):
		return m, nil, fmt.Errorf("list of %d streams in %d bytes", listed, len(p))
	}
	for range listed {
		m.streams = append(m.streams, shardlog.StreamID(p[:droppedLength]))
		p = p[droppedLength:]
	}
	if !slices.IsSortedFunc(m.streams, compareStreams) {
		return m, nil, errors.New("list of streams is out of order")
	}
	return m, p, nil
}

func appendState(dst []byte, s *savedState) []byte {
	dst = append(dst, s.shard.Stream[:]...)
	dst = le.AppendUint32(dst, s.shard.Number)
	dst = le.AppendUint32(dst, s.generation)
	var flags uint32
	if s.Sealed {
		flags |= flagSealed
	}
	dst = le.AppendUint32(dst, flags)
	dst = le.AppendUint32(dst, 0)
	dst = le.AppendUint64(dst, uint64(s.Next))
	dst = le.AppendUint64(dst, uint64(s.Floor))
	return le.AppendUint64(dst, uint64(s.LastArrival))
}

func parseState(p []byte) savedState {
	return savedState{
		shard: shardlog.Shard{Stream: shardlog.StreamID(p[:16]), Number: le.Uint32(p[16:])},
		shardState: shardState{
			generation: le.Uint32(p[20:]),
			State: shardlog.State{
				Sealed:      le.Uint32(p[24:])&flagSealed != 0,
				Next:        shardlog.Offset(le.Uint64(p[32:])),
				Floor:       shardlog.Offset(le.Uint64(p[40:])),
				LastArrival: shardlog.Millis(le.Uint64(p[48:])),
			},
		},
	}
}
