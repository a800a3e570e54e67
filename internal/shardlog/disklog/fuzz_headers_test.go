package disklog

import (
	"bytes"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

func FuzzJournalHeader(f *testing.F) {
	made := &journalFile{sequence: 3, generation: 99, size: 64 << 10}
	f.Add(made.header(7)[:headerSize], uint64(7), uint64(3))
	f.Fuzz(func(t *testing.T, p []byte, id, sequence uint64) {
		p = append(p, make([]byte, headerSize)...)[:headerSize]
		finishHeader(p)
		generation, size, err := parseJournalHeader(p, id, sequence)
		if err != nil {
			return
		}
		if generation == 0 || size < journalHeader || size%vfs.BlockSize != 0 {
			t.Errorf("generation %d, size %d", generation, size)
		}
	})
}

func FuzzTrailer(f *testing.F) {
	m := trailer{number: 3, size: 4096, footerPosition: 100, footerLength: 72, shards: 1, blocks: 1, records: 5}
	p := make([]byte, headerSize)
	m.put(p, 7)
	f.Add(p, uint64(7), int64(4096))
	f.Fuzz(func(t *testing.T, p []byte, id uint64, size int64) {
		p = append(p, make([]byte, headerSize)...)[:headerSize]
		finishHeader(p)
		m, err := parseTrailer(p, id, size)
		if err != nil {
			return
		}
		q := make([]byte, headerSize)
		m.put(q, id)
		if again, err := parseTrailer(q, id, size); err != nil || again != m {
			t.Errorf("%+v is written and read as %+v, %v", m, again, err)
		}
	})
}

// FuzzEdit: an edit that is read is written as it was read, but for what is
// reserved.
func FuzzEdit(f *testing.F) {
	e := &edit{
		added: []segmentMeta{{
			trailer: trailer{number: 3, size: 4096, footerPosition: 100, footerLength: 72, shards: 1, blocks: 1, records: 5},
			class:   classWeek, span: lsnSpan{4, 9}, streams: []shardlog.StreamID{streamOf(1), streamOf(2)},
		}},
		removed: []uint64{1}, states: []savedState{{shard: shardOf(1)}}, dropped: []shardlog.StreamID{streamOf(9)},
		checkpoint: 10, reached: 12, firstJournal: 3,
	}
	f.Add(appendEdit(nil, e))
	f.Add(appendEdit(nil, &edit{checkpoint: 1}))
	f.Fuzz(func(t *testing.T, p []byte) {
		e, err := parseEdit(p)
		if err != nil {
			return
		}
		q := appendEdit(nil, e)
		again, err := parseEdit(q)
		if err != nil || len(q) != len(p) || !bytes.Equal(appendEdit(nil, again), q) {
			t.Errorf("%d bytes are read as %+v, written as %d, and read as %+v, %v", len(p), e, len(q), again, err)
		}
	})
}
