package disklog

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// A stream that is dropped while the whole manifest is being said is in it with its
// state and its key, or as dropped: replay needs one of the two for its entries.
func TestDropWhileTheWholeManifestIsSaid(t *testing.T) {
	l, err := Open(crashfs.New(), "data", opening)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nth := func(n uint32) (id shardlog.StreamID) {
		binary.BigEndian.PutUint32(id[:], n)
		return id
	}
	const many = 20_000 // so that to list those that were dropped takes a while
	for n := range uint32(many) {
		l.shards.drop(nth(n))
	}
	for n := range uint32(200) {
		id := nth(many + n)
		s, err := l.shards.make(shardlog.Shard{Stream: id})
		if err != nil {
			t.Fatal(err)
		}
		s.saved.Next = 1
		l.manifest.keys = []savedKey{{id: 1, stream: id}}
		begun, dropped := make(chan struct{}), make(chan struct{})
		go func() {
			close(begun)
			for range n * 200 { // in ever another moment
				l.shards.isDropped(id)
			}
			l.shards.drop(id)
			close(dropped)
		}()
		<-begun
		e := l.wholeEdit()
		<-dropped
		if slices.Contains(e.dropped, id) {
			continue
		}
		if len(e.keys) != 1 || !slices.ContainsFunc(e.states, func(s savedState) bool { return s.shard.Stream == id }) {
			t.Fatalf("round %d: the stream is not said to be dropped, and has %d keys and %d states", n, len(e.keys), len(e.states))
		}
	}
}
