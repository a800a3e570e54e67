package disklog

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
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
	files, err := openJournals(w.fs, "data", []string{journal1}, &savedFolder{content: content{id: w.id(), firstJournal: 1}})
	if err != nil {
		w.Fatal(err)
	}
	r := &replay{checkpoint: 2, last: 2}
	r.visit = func(_ *journalFile, pos int64, h frameHeader, _ []subFrame) {
		if h.lsn == uint64(3+n-20) {
			first = pos
		}
	}
	if err := r.files(files, 0); err != nil || first < 0 {
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
	journal2 = "journal-0000000002"
	journal3 = "journal-0000000003"
	journal4 = "journal-0000000004"
	journal5 = "journal-0000000005"
	segment1 = "segment-0000000001"
	segment2 = "segment-0000000002"
)

// all is what shard 1 holds.
var _, all = numbered(0, 30)

// newJournals returns a wreck whose records are all in the journal, in frames of
// their own: 0 to 2 in the first file, 3 to 5 in the second … 9 in the fourth; a
// fifth is prepared.
func newJournals(t *testing.T) *wreck {
	w := &wreck{T: t, fs: crashfs.New()}
	r := start(t, w.fs, "data", Options{JournalMin: 16 << 10, JournalMax: 16 << 10})
	for n := range 10 {
		r.put(shardOf(1), fmt.Sprint(n))
	}
	r.waitPrepared(5)
	w.fs = w.fs.CrashClone(nil)
	r.stopped()
	return w
}

// waitPrepared waits until journal file n waits for its use. Nobody is told of
// that.
func (r *rig) waitPrepared(n uint64) {
	prepared := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.mu.next != nil && r.mu.next.sequence == n
	}
	for !prepared() {
		runtime.Gosched()
	}
}

// append adds bytes to a file's end.
func (w *wreck) append(name string, p []byte) {
	w.Helper()
	size := w.size(name)
	w.truncate(name, size+int64(len(p)))
	w.edit(name, size, func(q []byte) { copy(q, p) }, len(p))
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

// sync makes durable what was changed in a file.
func (w *wreck) sync(name string) {
	w.Helper()
	file, err := w.fs.OpenWrite(filepath.Join("data", name), vfs.Buffered)
	if err == nil {
		err = errors.Join(file.Sync(), file.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *wreck) names() []string {
	w.Helper()
	names, err := w.fs.List("data")
	if err != nil {
		w.Fatal(err)
	}
	return names
}

// copyFile copies a file of another wreck, perhaps this one.
func (w *wreck) copyFile(from *wreck, name, to string) {
	w.Helper()
	p, err := vfs.ReadFile(from.fs, filepath.Join("data", name))
	if err != nil {
		w.Fatal(err)
	}
	if slices.Contains(w.names(), to) {
		w.remove(to)
	}
	w.create(to, string(p))
}

// bytesOf returns a file's bytes.
func (w *wreck) bytesOf(name string) []byte {
	w.Helper()
	p, err := vfs.ReadFile(w.fs, filepath.Join("data", name))
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// copyFrame copies the frame with record n to another place.
func (w *wreck) copyFrame(n int, to int64) {
	w.Helper()
	from := w.frame(n)
	w.edit(journal1, to, func(p []byte) { copy(p, w.bytesOf(journal1)[from:]) }, 4096)
}

// stopWell opens the log and stops it in good order.
func (w *wreck) stopWell() {
	w.Helper()
	start(w.T, w.fs, "data", Options{}).stopped()
}

// newRecycled returns a wreck after a stop in good order, whose first records are
// in segments alone: the journal files that they came in are recycled or gone.
func newRecycled(t *testing.T) *wreck {
	w := &wreck{T: t, fs: crashfs.New()}
	o, written := flushed(8 << 10)
	r := start(t, w.fs, "data", o)
	for n := range 30 {
		r.put(shardOf(1), fmt.Sprint(n, strings.Repeat("x", 2000)))
	}
	for range 3 {
		<-written
	}
	r.stopped()
	w.stopWell()
	return w
}

// record returns where record n of the manifest begins.
func (w *wreck) record(n int) int64 {
	w.Helper()
	var places []int64
	if _, _, err := parseManifest(w.bytesOf(manifestName), func(at int64, _ *edit) { places = append(places, at) }); err != nil {
		w.Fatal(err)
	}
	return places[n-1]
}

// rewriteManifest writes the manifest as it is written when it has grown large,
// but for a change.
func (w *wreck) rewriteManifest(change func(m *manifest)) {
	w.Helper()
	l, err := Open(w.fs, "data", Options{})
	if err == nil {
		change(l.manifest)
		err = errors.Join(l.manifest.rewrite(l.wholeEdit()), l.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// newCompressed returns a wreck with one compressed block, of shard 1, in segment 1.
func newCompressed(t *testing.T) *wreck {
	w := &wreck{T: t, fs: crashfs.New()}
	o, written := flushed(1 << 10)
	r := start(t, w.fs, "data", o)
	if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Compression: shardlog.S2}); err != nil {
		t.Fatal(err)
	}
	r.put(shardOf(1), strings.Repeat("text ", 400))
	<-written
	r.stopped()
	return w
}

// wantCompressed reads the compressed block.
func (w *wreck) wantCompressed(whole bool) {
	w.Helper()
	report, err := Verify(w.fs, "data", shardlogtest.Unwrap)
	if (err == nil) != whole || whole && report.Compressed != 1 || !whole && !isDamage(err, segment1, "") {
		w.Errorf("Verify: %+v, %v", report, err)
	}
	r := start(w.T, w.fs, "data", Options{})
	records, _, err := readShard(r.Log, shardOf(1))
	if (err == nil) != whole || whole && dataOf(records) != strings.Repeat("text ", 400) || !whole && !isDamage(err, segment1, "") {
		w.Errorf("Read: %d records, %v", len(records), err)
	}
	r.stopped()
}
