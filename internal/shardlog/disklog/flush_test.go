package disklog

import (
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// A stream that is dropped while the flush of its records waits: the manifest
// then has neither its states nor records, and replay meets entries of it that
// continue nothing.
func TestDropDuringAFlush(t *testing.T) {
	disk := crashfs.New()
	held := holdCalls(disk, func(op vfs.Op) bool {
		return op.Kind == vfs.OpCreate && strings.Contains(op.Name, segmentPrefix)
	})
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	r := start(t, held, "data", o)
	held.hold()
	other := shardlog.Shard{Stream: streamOf(2)}
	appendAll(t, r.Log, []shardlog.Entry{
		{Shard: shardOf(1), Data: make([]byte, 2000)},
		{Shard: other, Data: []byte("kept")},
	})
	<-held.reached
	r.put(shardOf(1), "behind the checkpoint")
	r.put(shardOf(1), "held by a second table")
	if err := r.Drop(t.Context(), streamOf(1)); err != nil {
		t.Fatal(err)
	}
	held.release()
	<-written
	crashed := disk.CrashClone(nil)
	r.stopped()
	r = start(t, crashed, "data", o)
	r.wantData(other, "kept")
	if _, err := r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 1, Bytes: 1}); !errors.Is(err, shardlog.ErrDropped) {
		t.Errorf("Read: %v", err)
	}
	r.stopped()
}

// The journal rotates while a flush writes the manifest, which names the file that
// was the current one: the file must stay, though none of its frames is needed.
func TestRotationDuringAFlush(t *testing.T) {
	disk := crashfs.New()
	held := holdCalls(disk, func(op vfs.Op) bool { return op.Kind == vfs.OpSync && strings.HasSuffix(op.Name, manifestName) })
	o, written := flushed(30 << 10)
	o.JournalMin, o.JournalMax = 64<<10, 64<<10
	r := start(t, held, "data", o)
	held.hold()
	first := strings.Repeat("x", 31<<10) // fills a memtable
	r.put(shardOf(1), first)
	<-held.reached
	second := strings.Repeat("y", 28<<10) // does not, nor fits the rest of the file
	r.put(shardOf(1), second)
	held.release()
	<-written
	r.mu.Lock()
	if len(r.mu.old) == 0 || r.mu.old[0].sequence != 1 {
		t.Errorf("journal file 1 was let go, and the manifest says that it is needed: %+v", r.mu.old)
	}
	r.mu.Unlock()
	crashed := disk.CrashClone(nil)
	r.stopped()
	r = start(t, crashed, "data", o)
	r.wantData(shardOf(1), first+" "+second)
	r.stopped()
}
