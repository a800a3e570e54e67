package disklog

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// wreck is a data folder that is going to be damaged: shard 1 has the records 0
// to 9 in segment 1, 10 to 19 in segment 2, 20 to 29 in the journal, a frame
// each; shard 2 is in segment 1 alone.
type wreck struct {
	*testing.T
	fs *crashfs.FS
}

func newWreck(t *testing.T) *wreck {
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 256<<10, 256<<10
	w := &wreck{T: t, fs: crashfs.New()}
	r := start(t, w.fs, "data", o)
	for n := range 2 {
		data, _ := numbered(n*10, n*10+10)
		entries := make([]shardlog.Entry, 0, 11)
		for _, d := range data {
			entries = append(entries, shardlog.Entry{Shard: shardOf(1), Key: "key", Data: []byte(d)})
		}
		if n == 0 {
			entries = append(entries, shardlog.Entry{Shard: shardOf(2), Key: "key", Data: []byte("two")})
		}
		entries = append(entries, shardlog.Entry{Shard: shardOf(9), Data: make([]byte, 1100)})
		appendAll(t, r.Log, entries)
		<-written
	}
	r.stopped()
	r = start(t, w.fs, "data", Options{})
	for n := 20; n < 30; n++ {
		r.put(shardOf(1), fmt.Sprint(n))
	}
	// As after a kill: the manifest does not know how far the journal goes.
	w.fs = w.fs.CrashClone(nil)
	r.stopped()
	return w
}

// edit changes the bytes of a file.
func (w *wreck) edit(name string, at int64, change func(p []byte), n int) {
	w.Helper()
	file, err := w.fs.OpenWrite(filepath.Join("data", name), vfs.Buffered)
	if err != nil {
		w.Fatal(err)
	}
	defer file.Close()
	p := make([]byte, n)
	if err := readFull(file, p, at); err != nil {
		w.Fatalf("%d bytes at %d of %s: %v", n, at, name, err)
	}
	change(p)
	if _, err := file.WriteAt(p, at); err != nil {
		w.Fatal(err)
	}
}

func (w *wreck) flip(name string, at int64) {
	w.Helper()
	w.edit(name, at, func(p []byte) { p[0] ^= 0x10 }, 1)
}

func (w *wreck) zero(name string, at int64, n int) {
	w.Helper()
	w.edit(name, at, func(p []byte) { clear(p) }, n)
}

func (w *wreck) truncate(name string, size int64) {
	w.Helper()
	file, err := w.fs.OpenWrite(filepath.Join("data", name), vfs.Buffered)
	if err == nil {
		err = errors.Join(file.Truncate(size), file.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *wreck) remove(name string) {
	w.Helper()
	if err := w.fs.Remove(filepath.Join("data", name)); err != nil {
		w.Fatal(err)
	}
}

func (w *wreck) create(name, content string) {
	w.Helper()
	file, err := w.fs.Create(filepath.Join("data", name), vfs.Buffered)
	if err == nil {
		_, err = file.WriteAt([]byte(content), 0)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// reseal mends the checksum of a header that was changed on purpose.
func (w *wreck) reseal(name string, at int64, change func(p []byte)) {
	w.Helper()
	w.edit(name, at, func(p []byte) {
		change(p)
		finishHeader(p)
	}, headerSize)
}

// size returns a file's length.
func (w *wreck) size(name string) int64 {
	w.Helper()
	p, err := vfs.ReadFile(w.fs, filepath.Join("data", name))
	if err != nil {
		w.Fatal(err)
	}
	return int64(len(p))
}

// frame returns where the frame with record n of the journal lies.
func (w *wreck) frame(n int) int64 {
	// Two frames with the first twenty records, 16 KiB or less each, come first.
	first := int64(-1)
	files, err := openJournals(w.fs, "data", w.id(), []string{journal1}, 1)
	if err != nil {
		w.Fatal(err)
	}
	r := &replay{checkpoint: 2, last: 2}
	r.visit = func(_ *journalFile, pos int64, h frameHeader, _ []subFrame) {
		if h.lsn == uint64(3+n-20) {
			first = pos
		}
	}
	if err := r.files(files); err != nil || first < 0 {
		w.Fatalf("frame of record %d: at %d, %v", n, first, err)
	}
	return first
}

func (w *wreck) id() uint64 {
	saved, err := readManifest(w.fs, "data")
	if err != nil {
		w.Fatal(err)
	}
	return saved.id
}

// content returns all files but the lock.
func (w *wreck) content() string {
	names, err := w.fs.List("data")
	if err != nil {
		w.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		if name != lockName {
			p, err := vfs.ReadFile(w.fs, filepath.Join("data", name))
			if err != nil {
				w.Fatal(err)
			}
			fmt.Fprintf(&all, "%s %d %08x\n", name, len(p), checksum(p))
		}
	}
	return all.String()
}

const (
	journal1 = "journal-0000000001"
	segment1 = "segment-0000000001"
	segment2 = "segment-0000000002"
)

// all is what shard 1 holds.
var _, all = numbered(0, 30)

// TestDamageThatIsRefused: the log does not open, the error says where and what,
// and nothing in the folder is changed.
func TestDamageThatIsRefused(t *testing.T) {
	f := func(name string, damage func(w *wreck), file, reason string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			damage(w)
			before := w.content()
			_, err := Open(w.fs, "data", Options{})
			c, ok := errors.AsType[*CorruptionError](err)
			if !ok || filepath.Base(c.File) != file || !strings.Contains(c.Reason, reason) {
				t.Errorf("Open: %v; want damage of %s: %s", err, file, reason)
			}
			if after := w.content(); after != before {
				t.Errorf("the folder was\n%sand is\n%s", before, after)
			}
			if _, err := Verify(w.fs, "data"); err == nil {
				t.Error("Verify finds nothing")
			}
		})
	}
	f("bit of a frame's header", func(w *wreck) { w.flip(journal1, w.frame(25)+30) }, journal1, "no good frame, and frame 9 lies behind")
	f("bit of a frame's body", func(w *wreck) { w.flip(journal1, w.frame(25)+80) }, journal1, "no good frame, and frame 9 lies behind")
	f("hole with frames behind it", func(w *wreck) { w.zero(journal1, w.frame(22), 3*4096) }, journal1, "no good frame, and frame 8 lies behind")
	f("frame in another's place", func(w *wreck) {
		var p []byte
		w.edit(journal1, w.frame(24), func(q []byte) { p = append(p, q...) }, 4096)
		w.edit(journal1, w.frame(26), func(q []byte) { copy(q, p) }, 4096)
	}, journal1, "frame 7 follows frame 8")
	f("frames before the checkpoint gone", func(w *wreck) { w.zero(journal1, 4096, 8192) }, journal1, "no good frame, and frame 3 lies behind")
	f("last frame after a stop in good order", func(w *wreck) {
		start(w.T, w.fs, "data", Options{}).stopped()
		w.zero(journal1, w.frame(29), 4096)
	}, journal1, "ends with frame 11, and had reached frame 12")
	f("journal header", func(w *wreck) { w.flip(journal1, 20) }, journal1, "no header here")
	f("journal cut short", func(w *wreck) { w.truncate(journal1, w.frame(28)) }, journal1, "bytes of")
	f("journal emptied", func(w *wreck) { w.truncate(journal1, 0) }, journal1, "cut short")
	f("journal missing", func(w *wreck) { w.remove(journal1) }, journal1, "missing")
	f("journal of another folder", func(w *wreck) {
		w.reseal(journal1, 0, func(p []byte) { p[8]++ })
	}, journal1, "another data folder")
	f("journal of garbage", func(w *wreck) {
		w.remove(journal1)
		w.create(journal1, strings.Repeat("garbage!", 64<<10))
	}, journal1, "no header here")
	f("segment missing", func(w *wreck) { w.remove(segment1) }, segment1, "missing, and the manifest says that it holds 12 records")
	f("segment cut short", func(w *wreck) { w.truncate(segment2, 1000) }, segment2, "file has 1000 bytes of")
	f("manifest missing", func(w *wreck) { w.remove(manifestName) }, manifestName, "missing")
	f("manifest emptied", func(w *wreck) { w.truncate(manifestName, 0) }, manifestName, "does not begin with a head")
	f("manifest of garbage", func(w *wreck) {
		w.remove(manifestName)
		w.create(manifestName, strings.Repeat("garbage!", 100))
	}, manifestName, "does not begin with a head")
	f("bit of a manifest's record", func(w *wreck) { w.flip(manifestName, 40) }, manifestName, "record 1 is damaged, and there is a good one")
	f("length of a manifest's record", func(w *wreck) { w.flip(manifestName, 36) }, manifestName, "record 1 is damaged, and there is a good one")
}

// TestMissingFrames: what was durable when the manifest was written must be found.
func TestMissingFrames(t *testing.T) {
	o, written := flushed(1 << 10)
	w := &wreck{T: t, fs: crashfs.New()}
	held := holdCalls(w.fs, func(op vfs.Op) bool { return op.Kind == vfs.OpCreate && strings.Contains(op.Name, segmentPrefix) })
	o.JournalMin, o.JournalMax = 256<<10, 256<<10
	r := start(t, held, "data", o)
	held.hold()
	r.put(shardOf(1), strings.Repeat("x", 1100))
	<-held.reached // the flush of frame 1 waits, and frame 2 becomes durable
	r.put(shardOf(1), "y")
	held.release()
	<-written
	r.stopped()
	w.zero(journal1, 4096+4096, 4096)
	_, err := Open(w.fs, "data", Options{})
	if c, ok := errors.AsType[*CorruptionError](err); !ok || !strings.Contains(c.Reason, "ends with frame 1, and had reached frame 2") {
		t.Errorf("Open: %v", err)
	}
}

// TestDamageThatIsSurvived: what a crash may leave, and files that are not ours.
func TestDamageThatIsSurvived(t *testing.T) {
	f := func(name string, damage func(w *wreck), want string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			damage(w)
			if report, err := Verify(w.fs, "data"); err != nil {
				t.Errorf("Verify: %+v, %v", report, err)
			}
			r := start(t, w.fs, "data", Options{})
			r.wantData(shardOf(1), want)
			r.wantData(shardOf(2), "two")
			// Life goes on where the frames end, and that holds after one more
			// recovery.
			r.put(shardOf(1), "more")
			r.stopped()
			r = start(t, w.fs, "data", Options{})
			r.wantData(shardOf(1), want+" more")
			r.stopped()
		})
	}
	_, but29 := numbered(0, 29)
	f("nothing", func(*wreck) {}, all)
	f("torn frame, no header", func(w *wreck) { w.zero(journal1, w.frame(29), 512) }, but29)
	f("torn frame, no body", func(w *wreck) { w.zero(journal1, w.frame(29)+64, 4096-64) }, but29)
	f("torn frame, half a header", func(w *wreck) { w.zero(journal1, w.frame(29)+32, 32) }, but29)
	f("frame of an older use behind the end", func(w *wreck) {
		at := w.frame(29) + 4096
		w.edit(journal1, at, func(p []byte) {
			frameHeader{subs: 1, generation: 77, lsn: 13, length: 100}.put(p)
		}, 4096)
	}, all)
	f("torn record of the manifest", func(w *wreck) {
		w.edit(manifestName, 0, func([]byte) {}, 1)
		p := appendRecord(nil, 9, make([]byte, 100))
		w.append(manifestName, p[:70])
	}, all)
	f("manifest that was being rewritten", func(w *wreck) { w.create(manifestTemp, "half") }, all)
	f("journal file that was being made", func(w *wreck) { w.create(journalTemp, "half") }, all)
	f("segment that was being written", func(w *wreck) { w.create("segment-0000000003", "half") }, all)
	f("journal file below the first", func(w *wreck) {
		// Of number 0 there is none, so it is nobody's.
		w.create("journal-0000000000", "garbage")
	}, all)
	f("files of others", func(w *wreck) { w.create("segment-1.bak", "garbage") }, all)
}

// append adds bytes to a file's end.
func (w *wreck) append(name string, p []byte) {
	w.Helper()
	size := w.size(name)
	w.truncate(name, size+int64(len(p)))
	w.edit(name, size, func(q []byte) { copy(q, p) }, len(p))
}

// TestGarbageIsRemoved: what recovery leaves is what the manifest names.
func TestGarbageIsRemoved(t *testing.T) {
	w := newWreck(t)
	w.create(manifestTemp, "half")
	w.create(journalTemp, "half")
	w.create("segment-0000000003", "half")
	w.create("notes.txt", "of others")
	start(t, w.fs, "data", Options{}).stopped()
	names, err := w.fs.List("data")
	if err != nil {
		t.Fatal(err)
	}
	want := "journal-0000000001 lock manifest notes.txt segment-0000000001 segment-0000000002"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("files %s, want %s", got, want)
	}
}

// TestDamageOfSegments: the log opens, and reads that do not touch the damage are
// as before.
func TestDamageOfSegments(t *testing.T) {
	f := func(name string, damage func(w *wreck), file string, from1 int, two bool) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			damage(w)
			var reported []*CorruptionError
			o := Options{Events: Events{Corruption: func(c *CorruptionError) { reported = append(reported, c) }}}
			r := start(t, w.fs, "data", o)
			_, _, err := readShard(r.Log, shardOf(1))
			if c, ok := errors.AsType[*CorruptionError](err); !ok || filepath.Base(c.File) != file {
				t.Errorf("Read: %v, want damage of %s", err, file)
			}
			batch, err := r.Read(t.Context(), shardOf(1), shardlog.Offset(from1), shardlog.Limit{Records: 99, Bytes: 1 << 20})
			if _, want := numbered(from1, 30); err != nil || dataOf(batch.Records) != want {
				t.Errorf("behind the damage: %q, %v", dataOf(batch.Records), err)
			}
			_, _, err = readShard(r.Log, shardOf(2))
			if (err == nil) != two {
				t.Errorf("Read of the other shard: %v", err)
			}
			r.stopped()
			if len(reported) == 0 {
				t.Error("nobody was told")
			}
			if _, err := Verify(w.fs, "data"); err == nil {
				t.Error("Verify finds nothing")
			}
		})
	}
	f("bit of a block", func(w *wreck) { w.flip(segment1, 64+100) }, segment1, 10, true)
	f("bit of a later block", func(w *wreck) { w.flip(segment2, 64+100) }, segment2, 20, true)
	f("blocks swapped for others", func(w *wreck) {
		p, err := vfs.ReadFile(w.fs, filepath.Join("data", segment2))
		if err != nil {
			w.Fatal(err)
		}
		w.edit(segment1, 64, func(q []byte) { copy(q, p[64:]) }, 180)
	}, segment1, 10, true)
	f("footer", func(w *wreck) { w.flip(segment1, w.footer(segment1)+3) }, segment1, 20, false)
}

// footer returns where the footer of a segment begins.
func (w *wreck) footer(name string) int64 {
	saved, err := readManifest(w.fs, "data")
	if err != nil {
		w.Fatal(err)
	}
	for _, m := range saved.segments {
		if filepath.Base(segmentPath("data", m.number)) == name {
			return m.footerPosition
		}
	}
	w.Fatalf("no segment %s", name)
	return 0
}

// TestRecordsBeforeTheDamageAreRead: a read that meets damage on its way returns
// what it has.
func TestRecordsBeforeTheDamageAreRead(t *testing.T) {
	w := newWreck(t)
	w.flip(segment2, 64+100)
	r := start(t, w.fs, "data", Options{})
	batch, err := r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 99, Bytes: 1 << 20})
	if _, want := numbered(0, 10); err != nil || dataOf(batch.Records) != want || batch.Next != 10 {
		t.Errorf("Read: %q, next %d, %v", dataOf(batch.Records), batch.Next, err)
	}
	r.stopped()
}

// TestNewerFormats: the error names the file and what it needs, and nothing is
// changed.
func TestNewerFormats(t *testing.T) {
	f := func(name string, change func(w *wreck), file, needs string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			change(w)
			before := w.content()
			_, err := Open(w.fs, "data", Options{})
			n, ok := errors.AsType[*FormatError](err)
			if !ok || filepath.Base(n.File) != file || n.Needs != needs {
				t.Errorf("Open: %v; want that %s needs %s", err, file, needs)
			}
			if w.content() != before {
				t.Error("the folder was changed")
			}
		})
	}
	f("journal", func(w *wreck) { w.reseal(journal1, 0, func(p []byte) { p[4] = 2 }) }, journal1, "format 2")
	f("frame", func(w *wreck) { w.reseal(journal1, w.frame(25), func(p []byte) { p[4] = 3 }) }, journal1, "format 3")
	f("codec of a frame", func(w *wreck) { w.reseal(journal1, w.frame(25), func(p []byte) { p[5] = 1 }) }, journal1, "codec 1")
	f("key of a frame", func(w *wreck) { w.reseal(journal1, w.frame(25), func(p []byte) { p[8] = 5 }) }, journal1, "encryption (key 5)")
	f("kind of a sub-frame", func(w *wreck) { w.resealSub(w.frame(25), func(p []byte) { p[4] = 9 }) }, journal1, "kind 9")
	f("codec of a sub-frame", func(w *wreck) { w.resealSub(w.frame(25), func(p []byte) { p[5] = 2 }) }, journal1, "codec 2")
	f("manifest", func(w *wreck) {
		w.edit(manifestName, 0, func(p []byte) {
			p[recordHeader+1] = 2
			le.PutUint32(p[12:], recordChecksum(p))
		}, recordHeader+headLength)
	}, manifestName, "format 2")
}

// resealSub changes the only sub-frame of the frame at pos, and mends what binds
// it.
func (w *wreck) resealSub(pos int64, change func(p []byte)) {
	w.Helper()
	w.edit(journal1, pos, func(p []byte) {
		h, _, err := parseFrameHeader(p)
		if err != nil {
			w.Fatal(err)
		}
		sub := p[headerSize : headerSize+h.length]
		change(sub)
		le.PutUint32(sub, checksum(sub[4:]))
		h.sum = uint64(le.Uint32(sub))
		h.put(p)
	}, 4096)
}

func TestLockedFolder(t *testing.T) {
	w := newWreck(t)
	r := start(t, w.fs, "data", Options{})
	if _, err := Open(w.fs, "data", Options{}); !errors.Is(err, vfs.ErrLocked) {
		t.Errorf("Open of a folder that is open: %v", err)
	}
	r.stopped()
}

func TestVerifyOfNoFolder(t *testing.T) {
	if _, err := Verify(crashfs.New(), "data"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Verify: %v", err)
	}
}

// A torn frame is erased: the next frame has its LSN and may go to another file,
// where the torn one must not meet it.
func TestTornFrameIsErased(t *testing.T) {
	w := newWreck(t)
	w.zero(journal1, w.frame(29)+64, 4096-64)
	at := w.frame(28) + 4096
	start(t, w.fs, "data", Options{}).stopped()
	w.edit(journal1, at, func(p []byte) {
		if _, _, err := parseFrameHeader(p); !errors.Is(err, errNoFrame) {
			t.Errorf("the torn frame's header is still there: %v", err)
		}
	}, headerSize)
}
