package disklog

import (
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// usageOf demands that the folder can be read.
func usageOf(t *testing.T, fs *crashfs.FS) Usage {
	t.Helper()
	u, err := UsageOf(fs, "data")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUsageOfAFolder(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(4 << 10)
	o.JournalMin, o.JournalMax, o.ownSegment = 1<<20, 1<<20, 0
	r := start(t, fs, "data", o)
	other := shardlog.Shard{Stream: streamOf(2), Number: 7}
	if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Compression: shardlog.S2}); err != nil {
		t.Fatal(err)
	}
	first := r.put(shardOf(1), strings.Repeat("a", 1000))
	r.put(shardOf(2), strings.Repeat("b", 1000))
	r.put(other, strings.Repeat("c", 3000))
	<-written
	r.put(shardOf(1), "tail")

	u := usageOf(t, fs)
	if u.Journal.Files != 1 || u.Journal.Bytes != 1<<20 || u.Journal.UnflushedRecords != 1 {
		t.Errorf("journal %+v", u.Journal)
	}
	if len(u.Segments) != 1 {
		t.Fatalf("segments %+v", u.Segments)
	}
	g := u.Segments[0]
	if g.Class != "day" || g.Level != 0 || g.Files != 1 || g.Records != 3 || g.LiveBytes != g.BlockBytes || g.BlockBytes >= g.Bytes {
		t.Errorf("segments %+v", g)
	}
	if len(u.Streams) != 2 || u.Streams[0].ID != streamOf(1) || u.Streams[1].ID != streamOf(2) {
		t.Fatalf("streams %+v", u.Streams)
	}
	one, two := u.Streams[0], u.Streams[1]
	if one.Shards != 2 || one.Records != 3 || one.Bytes >= one.RawBytes || one.RawBytes < 2000 || one.Oldest != first[0].Arrival || one.Newest < one.Oldest {
		t.Errorf("the compressed stream %+v", one)
	}
	if two.Shards != 1 || two.Records != 1 || two.Bytes != two.RawBytes || two.Bytes < 3000 || two.DeadBytes != 0 {
		t.Errorf("the other stream %+v", two)
	}
	if want := u.ManifestBytes + 1<<20 + g.Bytes; u.Total() != want {
		t.Errorf("in all %d bytes, want %d", u.Total(), want)
	}
	r.stopped()
}

// What was trimmed or dropped is dead from that moment, whether or not a
// checkpoint knows of it.
func TestUsageKnowsTheDead(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(4 << 10)
	o.JournalMin, o.JournalMax, o.ownSegment = 1<<20, 1<<20, 0
	r := start(t, fs, "data", o)
	kept := shardlog.Shard{Stream: streamOf(3), Number: 1}
	other := shardlog.Shard{Stream: streamOf(2), Number: 1}
	r.put(shardOf(1), strings.Repeat("a", 1000))
	r.put(other, strings.Repeat("b", 1000))
	r.put(kept, strings.Repeat("c", 3000))
	<-written
	r.put(other, "tail")
	if err := r.Trim(t.Context(), streamOf(1), now()+1000); err != nil {
		t.Fatal(err)
	}
	if err := r.Drop(t.Context(), streamOf(2)); err != nil {
		t.Fatal(err)
	}
	u := usageOf(t, fs)
	if g := u.Segments[0]; g.LiveBytes < 3000 || g.LiveBytes > g.BlockBytes-2000 {
		t.Errorf("segments %+v", g)
	}
	if len(u.Streams) != 3 {
		t.Fatalf("streams %+v", u.Streams)
	}
	if st := u.Streams[0]; st.Records != 0 || st.DeadBytes < 1000 || st.Dropped || st.Shards != 1 || st.Oldest != 0 {
		t.Errorf("the trimmed stream %+v", st)
	}
	if st := u.Streams[1]; st.Records != 0 || st.DeadBytes < 1000 || !st.Dropped || st.Shards != 0 {
		t.Errorf("the dropped stream %+v", st)
	}
	if st := u.Streams[2]; st.Records != 1 || st.DeadBytes != 0 {
		t.Errorf("the stream that is kept %+v", st)
	}
	r.stopped()
}

// A look at a folder under load finds it in order.
func TestUsageBesideALoad(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", Options{MemtableBytes: 128 << 10, JournalMin: 64 << 10, JournalMax: 256 << 10})
	end := make(chan struct{})
	loaded := make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-end:
				loaded <- n
				return
			default:
				appendAll(t, r.Log, batchOf(4, 3, n))
			}
		}
	}()
	for r.State(batchOf(1, 1, 0)[0].Shard).Next < 2000 {
		usageOf(t, fs)
	}
	close(end)
	<-loaded
	r.stopped()
	u := usageOf(t, fs)
	if len(u.Streams) == 0 || u.Streams[0].Records == 0 {
		t.Errorf("usage %+v", u)
	}
}

// Damage is told, and the rest is counted all the same.
func TestUsageOfADamagedFolder(t *testing.T) {
	fs := crashfs.New()
	o, written := flushed(1 << 10)
	r := start(t, fs, "data", o)
	r.put(shardOf(1), strings.Repeat("a", 2000))
	<-written
	r.put(shardOf(1), strings.Repeat("b", 2000))
	<-written
	r.stopped()
	if err := fs.Remove(segmentPath("data", 1)); err != nil {
		t.Fatal(err)
	}
	u, err := UsageOf(fs, "data")
	if err == nil {
		t.Error("a segment is missing, and nobody says so")
	}
	if len(u.Streams) != 1 || u.Streams[0].Records != 1 {
		t.Errorf("streams %+v", u.Streams)
	}
	if _, err := UsageOf(fs, "none"); err == nil {
		t.Error("a folder that is not there has a usage")
	} else if damage, ok := errors.AsType[*CorruptionError](err); ok {
		t.Errorf("a folder that is not there is damaged: %v", damage)
	}
}
