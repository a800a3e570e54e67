package disklog

import (
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// What the log says of itself is what lies in its folder.
func TestStatsAreThoseOfTheFolder(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	r := start(t, fs, "log", o)
	if got := r.Stats(); got.Segments != 0 || got.SegmentBytes != 0 || got.MemtableBytes != 0 || got.JournalFiles == 0 {
		t.Errorf("an empty log: %+v", got)
	}
	s := shardlog.Shard{Stream: shardlog.StreamID{1}, Number: 1}
	r.put(s, strings.Repeat("a", 2000))
	<-written
	r.put(s, "b")
	got := r.Stats()
	if got.Segments != 1 || got.SegmentRecords != 1 || got.MemtableBytes == 0 {
		t.Errorf("one record in a segment and one in memory: %+v", got)
	}
	r.stopped()

	size := int64(0)
	for _, name := range names(t, fs, "log", segmentPrefix) {
		size += sizeOfFile(t, fs, "log/"+name)
	}
	if got.SegmentBytes != size {
		t.Errorf("%+v, but the folder has %d bytes of segments", got, size)
	}
	if got.JournalFiles == 0 || got.JournalBytes < int64(got.JournalFiles)*o.JournalMin {
		t.Errorf("%+v, but a file of the journal has at least %d bytes", got, o.JournalMin)
	}
}

// names lists the files in dir whose names begin with prefix.
func names(t *testing.T, fs vfs.FS, dir, prefix string) []string {
	t.Helper()
	list, err := fs.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

func sizeOfFile(t *testing.T, fs vfs.FS, name string) int64 {
	t.Helper()
	file, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	size, err := file.Size()
	if err != nil {
		t.Fatal(err)
	}
	return size
}
