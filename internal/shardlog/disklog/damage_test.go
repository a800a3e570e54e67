package disklog

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// TestDamage is the table of what may happen to a data folder and what then holds.
// Each line is a damage and one of four ends:
//
//	refused     The log does not open. The error names the file and says what is
//	            wrong, Verify says the same, and nothing in the folder is changed.
//	newer       The same, and the error says which version is needed.
//	unreadable  The log opens. Reads that touch the damage fail and name the
//	            segment, whoever collects damage is told; all other reads are as
//	            before. Verify finds it.
//	survived    All records are there (or all but those that a crash at that
//	            place would have cost too), Verify finds nothing, and appending goes
//	            on, also after one more recovery.
func TestDamage(t *testing.T) {
	t.Run("journal header", damageOfJournalHeaders)
	t.Run("journal file", damageOfJournalFiles)
	t.Run("journals", damageOfSeveralJournals)
	t.Run("frame", damageOfFrames)
	t.Run("frames between syncs", damageBetweenSyncs)
	t.Run("segment", damageOfSegments)
	t.Run("compressed block", damageOfCompressedBlocks)
	t.Run("encrypted", damageOfWhatIsEncrypted)
	t.Run("manifest", damageOfManifests)
	t.Run("other files", damageOfOtherFiles)
}

func damageOfJournalHeaders(t *testing.T) {
	f := onWreck(t, newWreck)
	reseal := func(at int) func(*wreck) {
		return func(w *wreck) { w.reseal(journal1, 0, func(p []byte) { p[at]++ }) }
	}
	f("bit of the magic", flipped(journal1, 1), refused(journal1, "no header here"))
	f("bit of the version", flipped(journal1, 4), refused(journal1, "no header here"))
	f("bit of the generation", flipped(journal1, 25), refused(journal1, "no header here"))
	f("bit of the checksum", flipped(journal1, 61), refused(journal1, "no header here"))
	f("bit of what is reserved", flipped(journal1, 50), refused(journal1, "no header here"))
	f("bit behind it", flipped(journal1, 2000), survived(all))
	f("log id of another folder", reseal(8), refused(journal1, "another data folder"))
	f("sequence number of another file", reseal(16), refused(journal1, "under another name"))
	f("size that is no size", reseal(32), refused(journal1, "size"))
	f("newer format", reseal(4), newerFormat(journal1, "format 2"))
}

func damageOfJournalFiles(t *testing.T) {
	f := onWreck(t, newWreck)
	f("missing", removed(journal1), refused(journal1, "missing"))
	f("emptied", truncated(journal1, 0), refused(journal1, "cut short"))
	f("cut in the header", truncated(journal1, 30), refused(journal1, "cut short"))
	f("cut behind the header", truncated(journal1, 4096), refused(journal1, "bytes of"))
	f("cut in a frame", func(w *wreck) { w.truncate(journal1, w.frame(28)+100) }, refused(journal1, "bytes of"))
	f("cut between frames", func(w *wreck) { w.truncate(journal1, w.frame(28)) }, refused(journal1, "bytes of"))
	f("cut in the zeros behind", func(w *wreck) { w.truncate(journal1, w.size(journal1)-4096) }, refused(journal1, "bytes of"))
	f("bytes behind the end", func(w *wreck) { w.append(journal1, make([]byte, 5000)) }, survived(all))
	f("garbage", garbage(journal1, 512<<10), refused(journal1, "no header here"))
	f("garbage in its last part", func(w *wreck) {
		w.edit(journal1, w.frame(29)+4096, func(p []byte) { copy(p, strings.Repeat("garbage!", 1000)) }, 8000)
	}, survived(all))
	f("a file of another folder", func(w *wreck) { w.copyFile(newWreck(w.T), journal1, journal1) }, refused(journal1, "another data folder"))
	f("copied under the next name", func(w *wreck) { w.copyFile(w, journal1, journal2) }, refused(journal2, "under another name"))
	f("copied under a far name", func(w *wreck) { w.copyFile(w, journal1, "journal-9999999999") }, refused("journal-9999999999", "under another name"))
	f("copied under a foreign name", func(w *wreck) { w.copyFile(w, journal1, "journal-1.bak") }, survived(all))
	f("garbage under the next name", garbage(journal2, 9000), refused(journal2, "no header here"))
	f("empty file under the next name", garbage(journal2, 0), refused(journal2, "cut short"))
}

func damageOfSeveralJournals(t *testing.T) {
	f := onWreck(t, newJournals)
	_, ten := numbered(0, 10)
	_, six := numbered(0, 6)
	f("nothing", func(*wreck) {}, survived(ten))
	f("first one missing", removed(journal1), refused(journal1, "missing"))
	f("middle one missing", removed(journal2), refused(journal3, "frame 7 follows frame 3"))
	f("last but one missing", removed(journal3), refused(journal4, "frame 10 follows frame 6"))
	// What only the manifest could know, and does after a stop in good order.
	f("last one with frames missing", removed(journal4), survived("0 1 2 3 4 5 6 7 8"))
	f("last two with frames missing", func(w *wreck) { w.remove(journal3); w.remove(journal4) }, survived(six))
	f("last one with frames missing after a good stop", func(w *wreck) { w.stopWell(); w.remove(journal4) },
		refused(journal3, "ends with frame 9, and had reached frame 10"))
	f("prepared one missing", removed(journal5), survived(ten))
	f("prepared one emptied", truncated(journal5, 0), refused(journal5, "cut short"))
	f("prepared one of garbage", garbage(journal5, 16<<10), refused(journal5, "no header here"))
	f("two with each other's names", func(w *wreck) {
		w.copyFile(w, journal2, "kept")
		w.copyFile(w, journal3, journal2)
		w.copyFile(w, "kept", journal3)
	}, refused(journal2, "under another name"))
	f("last frame of a middle one", func(w *wreck) { w.zero(journal2, 3*4096, 4096) }, refused(journal3, "frame 7 follows frame 5"))
	f("first frame of a middle one", func(w *wreck) { w.zero(journal2, 4096, 4096) }, refused(journal2, "no good frame, and frame 5 lies behind"))
	f("all frames of a middle one", func(w *wreck) { w.zero(journal2, 4096, 3*4096) }, refused(journal3, "frame 7 follows frame 3"))
	f("last frame of all", func(w *wreck) { w.zero(journal4, 4096, 4096) }, survived("0 1 2 3 4 5 6 7 8"))
}

func damageOfFrames(t *testing.T) {
	f := onWreck(t, newWreck)
	at := func(n int, offset int64, end check) {
		t.Helper()
		f(fmt.Sprintf("bit at byte %d of frame %d", offset, n), func(w *wreck) { w.flip(journal1, w.frame(n)+offset) }, end)
	}
	_, but29 := numbered(0, 29)
	middle := refused(journal1, "no good frame, and frame 9 lies behind it")
	torn := survived(but29)
	// The frame's header; the sub-frame's; its body: table, key, data; the padding.
	for _, offset := range []int64{0, 4, 12, 16, 24, 32, 36, 40, 48, 60} {
		at(25, offset, middle)
		at(29, offset, torn)
	}
	for _, offset := range []int64{64, 68, 69, 76, 80, 96, 100, 104, 112, 120} {
		at(25, offset, middle)
		at(29, offset, torn)
	}
	for _, offset := range []int64{124, 128, 130, 133} {
		at(25, offset, middle)
		at(29, offset, torn)
	}
	at(25, 1000, survived(all))
	at(29, 1000, survived(all))

	f("hole with frames behind it", func(w *wreck) { w.zero(journal1, w.frame(22), 3*4096) }, refused(journal1, "no good frame, and frame 8 lies behind"))
	f("frame in another's place", func(w *wreck) { w.copyFrame(24, w.frame(26)) }, refused(journal1, "frame 7 follows frame 8"))
	f("frame twice", func(w *wreck) { w.copyFrame(29, w.frame(29)+4096) }, refused(journal1, "frame 12 follows frame 12"))
	f("older frame behind the end", func(w *wreck) { w.copyFrame(24, w.frame(29)+4096) }, refused(journal1, "frame 7 follows frame 12"))
	f("frames before the checkpoint gone", func(w *wreck) { w.zero(journal1, 4096, 8192) }, refused(journal1, "no good frame, and frame 3 lies behind"))
	f("frame of an older use behind the end", func(w *wreck) {
		w.edit(journal1, w.frame(29)+4096, func(p []byte) { frameHeader{subs: 1, generation: 77, lsn: 13, length: 100}.put(p) }, 4096)
	}, survived(all))
	f("torn, no header", func(w *wreck) { w.zero(journal1, w.frame(29), 512) }, torn)
	f("torn, half a header", func(w *wreck) { w.zero(journal1, w.frame(29)+32, 32) }, torn)
	f("torn, no body", func(w *wreck) { w.zero(journal1, w.frame(29)+64, 4096-64) }, torn)
	f("torn after a good stop", func(w *wreck) { w.stopWell(); w.zero(journal1, w.frame(29), 4096) },
		refused(journal1, "ends with frame 11, and had reached frame 12"))

	reseal := func(offset int, value uint8) func(*wreck) {
		return func(w *wreck) { w.reseal(journal1, w.frame(25), func(p []byte) { p[offset] = value }) }
	}
	sub := func(offset int, value uint8) func(*wreck) {
		return func(w *wreck) { w.resealSub(w.frame(29), func(p []byte) { p[offset] = value }) }
	}
	f("newer format", reseal(4, 3), newerFormat(journal1, "format 3"))
	f("codec", reseal(5, 1), newerFormat(journal1, "codec 1"))
	f("key", reseal(8, 5), newerFormat(journal1, "encrypted frames (key 5)"))
	f("no sub-frames", reseal(12, 0), middle)
	f("kind of a sub-frame", sub(4, 9), newerFormat(journal1, "kind 9"))
	f("codec of a sub-frame", sub(5, 2), newerFormat(journal1, "codec 2"))
	f("offset of a sub-frame", sub(40, 77), refused(journal1, "goes on at offset 77, and its next is 29"))
	f("time of a sub-frame", sub(53, 0), refused(journal1, "goes back in time"))
}

func damageOfSegments(t *testing.T) {
	f := onWreck(t, newWreck)
	const head1, head2, head3 = 64, 64 + 10, 64 + 50 // of the first block
	first := unreadable(segment1, 10, true)
	f("bit of the header", flipped(segment1, 20), noticed(segment1, "no header here"))
	f("bit of the trailer", func(w *wreck) { w.flip(segment1, w.size(segment1)-30) }, noticed(segment1, "no header here"))
	f("bit of the footer", func(w *wreck) { w.flip(segment1, w.footer(segment1)+3) }, unreadable(segment1, 20, false))
	f("bit between footer and trailer", func(w *wreck) { w.flip(segment1, w.size(segment1)-100) }, survived(all))
	f("bit of a block's checksum", flipped(segment1, head1), first)
	f("bit of a block's header", flipped(segment1, head2), first)
	f("bit of a block's offset", flipped(segment1, head3), first)
	f("bit of a block's table", flipped(segment1, 64+64+2), first)
	f("bit of a block's records", flipped(segment1, 64+100), first)
	f("bit of a later segment's block", flipped(segment2, 64+100), unreadable(segment2, 20, true))
	f("block in another's place", func(w *wreck) {
		w.edit(segment1, 64, func(p []byte) { copy(p, w.bytesOf(segment2)[64:]) }, 180)
	}, first)
	f("missing", removed(segment1), refused(segment1, "missing, and the manifest says that it holds 12 records"))
	f("emptied", truncated(segment1, 0), refused(segment1, "file has 0 bytes of"))
	f("cut short", truncated(segment2, 1000), refused(segment2, "file has 1000 bytes of"))
	f("bytes behind the end", func(w *wreck) { w.append(segment1, make([]byte, 100)) }, refused(segment1, "bytes of"))
	f("garbage of its size", func(w *wreck) { garbage(segment1, w.size(segment1))(w) }, unreadable(segment1, 20, false))
	f("another segment under its name", func(w *wreck) { w.copyFile(w, segment2, segment1) }, unreadable(segment1, 20, false))
	f("a file of another folder", func(w *wreck) { w.copyFile(newWreck(w.T), segment1, segment1) }, unreadable(segment1, 20, false))
	f("copied under a name to come", func(w *wreck) { w.copyFile(w, segment1, "segment-0000000009") }, survived(all))
	f("copied under a foreign name", func(w *wreck) { w.copyFile(w, segment1, "segment-1.bak") }, survived(all))
}

// In a compressed block the same holds as in any other.
func damageOfCompressedBlocks(t *testing.T) {
	f := onWreck(t, newCompressed)
	f("nothing", func(*wreck) {}, func(w *wreck) { w.wantCompressed(true) })
	for _, at := range []int64{0, 5, 12, 16, 20, 48} {
		f(fmt.Sprintf("bit at byte %d of the header", at), flipped(segment1, 64+at), func(w *wreck) { w.wantCompressed(false) })
	}
	for _, at := range []int64{64, 70, 90} {
		f(fmt.Sprintf("bit at byte %d of the body", at-64), flipped(segment1, 64+at), func(w *wreck) { w.wantCompressed(false) })
	}
}

func damageOfManifests(t *testing.T) {
	f := onWreck(t, newWreck)
	edit1 := int64(recordHeader + headLength) // where the first edit begins
	f("missing", removed(manifestName), refused(manifestName, "missing"))
	f("emptied", truncated(manifestName, 0), refused(manifestName, "does not begin with a head"))
	f("cut in the head", truncated(manifestName, 20), refused(manifestName, "does not begin with a head"))
	f("garbage", garbage(manifestName, 800), refused(manifestName, "does not begin with a head"))
	f("bit of the head", flipped(manifestName, 20), refused(manifestName, "does not begin with a head"))
	f("bit of the log id", flipped(manifestName, recordHeader+9), refused(manifestName, "does not begin with a head"))
	f("bit of a record's magic", func(w *wreck) { w.flip(manifestName, w.record(3)) }, refused(manifestName, "record 3 is damaged, and there is a good one"))
	f("bit of a record's length", func(w *wreck) { w.flip(manifestName, w.record(3)+4) }, refused(manifestName, "record 3 is damaged, and there is a good one"))
	f("bit of a record's number", func(w *wreck) { w.flip(manifestName, w.record(3)+8) }, refused(manifestName, "record 3 is damaged, and there is a good one"))
	f("bit of an edit", func(w *wreck) { w.flip(manifestName, w.record(3)+30) }, refused(manifestName, "record 3 is damaged, and there is a good one"))
	f("newer format", func(w *wreck) {
		w.edit(manifestName, 0, func(p []byte) {
			p[recordHeader+1] = 2
			le.PutUint32(p[12:], recordChecksum(p))
		}, recordHeader+headLength)
	}, newerFormat(manifestName, "format 2"))
	f("that of another folder", func(w *wreck) { w.copyFile(newWreck(w.T), manifestName, manifestName) }, refused(journal1, "another data folder"))
	f("torn record behind it", func(w *wreck) { w.append(manifestName, appendRecord(nil, 9, make([]byte, 100))[:70]) }, survived(all))
	f("garbage behind it", func(w *wreck) { w.append(manifestName, []byte(strings.Repeat("garbage!", 20))) }, survived(all))
	// As if the last flush had not come to its end: the journal has it all.
	f("bit of the last record", func(w *wreck) { w.flip(manifestName, w.size(manifestName)-9) }, survived(all))
	f("last record cut", func(w *wreck) { w.truncate(manifestName, w.size(manifestName)-20) }, survived(all))
	f("cut behind the head", truncated(manifestName, edit1), refused(manifestName, "it ends here, and was made with 96 bytes"))
	f("cut behind what it was made with", func(w *wreck) { w.truncate(manifestName, w.record(2)) },
		refused(manifestName, "it announces no journal, and segment-0000000001 holds records"))

	// Where nothing was flushed all hangs on the record that announces the journal.
	g := onWreck(t, newJournals)
	g("last record of a young folder", func(w *wreck) { w.flip(manifestName, w.record(2)+9) },
		refused(manifestName, "it announces no journal, and journal-0000000001 holds records"))
	// No damage of bytes, but what a mistake of ours would look like.
	f("that names one segment too few", func(w *wreck) {
		w.rewriteManifest(func(m *manifest) { m.segments = m.segments[1:] })
	}, noticed(segment2, "offset 10 comes next, and 0 is missing"))
	f("that names no segment", func(w *wreck) {
		w.rewriteManifest(func(m *manifest) { m.segments = nil })
	}, noticed(manifestName, "are in no segment"))
	h := onWreck(t, newRecycled)
	h("last records cut, and their journal is recycled", func(w *wreck) { w.truncate(manifestName, w.record(4)) }, refused(journal2, "missing"))
	h("bit of the only record of a manifest that was rewritten", func(w *wreck) {
		w.rewriteManifest(func(*manifest) {})
		w.flip(manifestName, edit1+50)
	}, refused(manifestName, "record 1 is damaged, and the file was made with"))
}

func damageOfOtherFiles(t *testing.T) {
	f := onWreck(t, newWreck)
	f("nothing", func(*wreck) {}, survived(all))
	f("manifest that was being rewritten", garbage(manifestTemp, 100), survived(all))
	f("journal file that was being made", garbage(journalTemp, 100), survived(all))
	f("segment that was being written", garbage("segment-0000000003", 100), survived(all))
	f("number 0, which is nobody's", garbage("journal-0000000000", 100), survived(all))
	f("too short a number", garbage("journal-2", 100), survived(all))
	f("file of others", garbage("notes.txt", 100), survived(all))
	f("lock with bytes", garbage(lockName, 100), survived(all))
	f("lock missing", removed(lockName), survived(all))
}

// check looks at a wreck that was damaged.
type check func(w *wreck)

// onWreck returns how a line of the table is tried.
func onWreck(t *testing.T, build func(*testing.T) *wreck) func(name string, damage func(*wreck), end check) {
	return func(name string, damage func(*wreck), end check) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := build(t)
			damage(w)
			end(w)
		})
	}
}

func flipped(name string, at int64) func(*wreck) { return func(w *wreck) { w.flip(name, at) } }
func removed(name string) func(*wreck)           { return func(w *wreck) { w.remove(name) } }
func truncated(name string, size int64) func(*wreck) {
	return func(w *wreck) { w.truncate(name, size) }
}

// garbage puts a file of that size under a name.
func garbage(name string, size int64) func(*wreck) {
	return func(w *wreck) {
		w.Helper()
		for _, there := range w.names() {
			if there == name {
				w.remove(name)
			}
		}
		w.create(name, strings.Repeat("garbage!", int(size+7)/8)[:size])
	}
}

func refused(file, reason string) check {
	return func(w *wreck) {
		w.Helper()
		before := w.content()
		is := func(err error) bool { return isDamage(err, file, reason) }
		if _, err := Open(w.fs, "data", opening); !is(err) {
			w.Errorf("Open: %v; want damage of %s: %s", err, file, reason)
		}
		if after := w.content(); after != before {
			w.Errorf("the folder was\n%sand is\n%s", before, after)
		}
		if report, err := Verify(w.fs, "data", shardlogtest.Unwrap); !is(err) {
			w.Errorf("Verify: %+v, %v; want damage of %s: %s", report, err, file, reason)
		}
	}
}

// isDamage reports whether one of the errors that err joins is damage of a file.
func isDamage(err error, file, reason string) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), func(err error) bool { return isDamage(err, file, reason) })
	}
	c, ok := errors.AsType[*CorruptionError](err)
	return ok && filepath.Base(c.File) == file && strings.Contains(c.Reason, reason)
}

func newerFormat(file, needs string) check {
	return func(w *wreck) {
		w.Helper()
		before := w.content()
		_, err := Open(w.fs, "data", opening)
		n, ok := errors.AsType[*FormatError](err)
		if !ok || filepath.Base(n.File) != file || n.Needs != needs {
			w.Errorf("Open: %v; want that %s needs %s", err, file, needs)
		}
		if w.content() != before {
			w.Error("the folder was changed")
		}
		if _, err := Verify(w.fs, "data", shardlogtest.Unwrap); err == nil {
			w.Error("Verify finds nothing")
		}
	}
}

// unreadable: shard 1 cannot be read before offset from; two says whether shard 2
// can.
func unreadable(file string, from int, two bool) check {
	return func(w *wreck) {
		w.Helper()
		var reported []*CorruptionError
		o := Options{Unwrap: shardlogtest.Unwrap, Events: Events{Corruption: func(c *CorruptionError) { reported = append(reported, c) }}}
		r := start(w.T, w.fs, "data", o)
		_, _, err := readShard(r.Log, shardOf(1))
		if c, ok := errors.AsType[*CorruptionError](err); !ok || filepath.Base(c.File) != file {
			w.Errorf("Read: %v, want damage of %s", err, file)
		}
		batch, err := r.Read(w.Context(), shardOf(1), shardlog.Offset(from), shardlog.Limit{Records: 99, Bytes: 1 << 20})
		if _, want := numbered(from, 30); err != nil || dataOf(batch.Records) != want {
			w.Errorf("behind the damage: %q, %v", dataOf(batch.Records), err)
		}
		if _, _, err = readShard(r.Log, shardOf(2)); (err == nil) != two {
			w.Errorf("Read of the other shard: %v", err)
		}
		r.stopped()
		if len(reported) == 0 {
			w.Error("nobody was told")
		}
		noticed(file, "")(w)
	}
}

// noticed: Verify finds it.
func noticed(file, reason string) check {
	return func(w *wreck) {
		w.Helper()
		_, err := Verify(w.fs, "data", shardlogtest.Unwrap)
		if !isDamage(err, file, reason) {
			w.Errorf("Verify: %v; want damage of %s: %s", err, file, reason)
		}
	}
}

func survived(want string) check {
	return func(w *wreck) {
		w.Helper()
		if report, err := Verify(w.fs, "data", shardlogtest.Unwrap); err != nil {
			w.Errorf("Verify: %+v, %v", report, err)
		}
		r := start(w.T, w.fs, "data", opening)
		r.wantData(shardOf(1), want)
		r.put(shardOf(1), "more")
		r.stopped()
		r = start(w.T, w.fs, "data", opening)
		r.wantData(shardOf(1), want+" more")
		r.stopped()
	}
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
	_, err := Open(w.fs, "data", opening)
	if c, ok := errors.AsType[*CorruptionError](err); !ok || !strings.Contains(c.Reason, "ends with frame 1, and had reached frame 2") {
		t.Errorf("Open: %v", err)
	}
}

// TestGarbageIsRemoved: what recovery leaves is what the manifest names.
func TestGarbageIsRemoved(t *testing.T) {
	w := newWreck(t)
	w.create(manifestTemp, "half")
	w.create(journalTemp, "half")
	w.create("segment-0000000003", "half")
	w.create("notes.txt", "of others")
	start(t, w.fs, "data", opening).stopped()
	names, err := w.fs.List("data")
	if err != nil {
		t.Fatal(err)
	}
	want := "journal-0000000001 lock manifest notes.txt segment-0000000001 segment-0000000002"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("files %s, want %s", got, want)
	}
}

// TestRecordsBeforeTheDamageAreRead: a read that meets damage on its way returns
// what it has.
func TestRecordsBeforeTheDamageAreRead(t *testing.T) {
	w := newWreck(t)
	w.flip(segment2, 64+100)
	r := start(t, w.fs, "data", opening)
	batch, err := r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 99, Bytes: 1 << 20})
	if _, want := numbered(0, 10); err != nil || dataOf(batch.Records) != want || batch.Next != 10 {
		t.Errorf("Read: %q, next %d, %v", dataOf(batch.Records), batch.Next, err)
	}
	r.stopped()
}

func TestLockedFolder(t *testing.T) {
	w := newWreck(t)
	r := start(t, w.fs, "data", opening)
	if _, err := Open(w.fs, "data", opening); !errors.Is(err, vfs.ErrLocked) {
		t.Errorf("Open of a folder that is open: %v", err)
	}
	r.stopped()
}

func TestVerifyOfNoFolder(t *testing.T) {
	if _, err := Verify(crashfs.New(), "data", shardlogtest.Unwrap); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Verify: %v", err)
	}
}

// A torn frame is erased: the next frame has its LSN and may go to another file,
// where the torn one must not meet it.
func TestTornFrameIsErased(t *testing.T) {
	w := newWreck(t)
	w.zero(journal1, w.frame(29)+64, 4096-64)
	at := w.frame(28) + 4096
	start(t, w.fs, "data", opening).stopped()
	w.edit(journal1, at, func(p []byte) {
		if _, _, err := parseFrameHeader(p); !errors.Is(err, errNoFrame) {
			t.Errorf("the torn frame's header is still there: %v", err)
		}
	}, headerSize)
}
