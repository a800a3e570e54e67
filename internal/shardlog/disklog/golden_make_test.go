package disklog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// book is what was asked of the log that writes the golden folder, and what it
// answered: the golden text is made of it, never of what was read.
type book struct {
	*rig
	shards  map[shardlog.Shard]*bookShard
	dropped map[shardlog.StreamID]bool
	rng     *rand.Rand
}

type bookShard struct {
	records []shardlog.Record
	state   shardlog.State
}

func (b *book) shard(s shardlog.Shard) *bookShard {
	if b.shards[s] == nil {
		b.shards[s] = &bookShard{}
	}
	return b.shards[s]
}

// add appends a record to each of some shards.
func (b *book) add(size int, compressible bool, shards ...shardlog.Shard) {
	var entries []shardlog.Entry
	for _, s := range shards {
		data := bytes.Repeat(fmt.Appendf(nil, `{"sensor":"%d","state":"idle"}`, b.rng.IntN(10)), size/20+1)[:size]
		if !compressible {
			for i := range data {
				data[i] = byte(b.rng.Uint32())
			}
		}
		entries = append(entries, shardlog.Entry{Shard: s, Generation: 1, Key: fmt.Sprint("key ", b.rng.IntN(100)), Data: data})
	}
	for i, result := range appendAll(b.TB, b.Log, entries) {
		e, sh := entries[i], b.shard(entries[i].Shard)
		sh.records = append(sh.records, shardlog.Record{
			Offset: result.Offset, Stamp: result.Stamp, Arrival: result.Arrival, Key: e.Key, Data: e.Data,
		})
		sh.state.Next, sh.state.LastArrival = result.Offset+1, result.Arrival
	}
	time.Sleep(time.Second)
}

func (b *book) seal(s shardlog.Shard) {
	end, err := b.Seal(b.Context(), s, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.shard(s).state.Sealed, b.shard(s).state.Next = true, end
}

// trim leaves of each shard of a stream what arrived in the last d.
func (b *book) trim(id shardlog.StreamID, d time.Duration) {
	before := shardlog.MillisOf(time.Now().Add(-d))
	if err := b.Trim(b.Context(), id, before); err != nil {
		b.Fatal(err)
	}
	for s, sh := range b.shards {
		if s.Stream != id {
			continue
		}
		sh.records = slices.DeleteFunc(sh.records, func(r shardlog.Record) bool { return r.Arrival < before })
		sh.state.Floor = sh.state.Next
		if len(sh.records) > 0 {
			sh.state.Floor = sh.records[0].Offset
		}
	}
}

func (b *book) drop(id shardlog.StreamID) {
	if err := b.Drop(b.Context(), id); err != nil {
		b.Fatal(err)
	}
	b.dropped[id] = true
}

func (b *book) String() string {
	var text strings.Builder
	for _, s := range slices.SortedFunc(maps.Keys(b.shards), compareShards) {
		var err error
		if b.dropped[s.Stream] {
			err = shardlog.ErrDropped
		}
		tellShard(&text, s, b.shards[s].records, b.shards[s].state, err)
	}
	return text.String()
}

// The streams of the golden folder.
var (
	goldenDay    = streamOf(1)
	goldenWeek   = streamOf(2) // compressed
	goldenMonth  = streamOf(3)
	goldenYear   = streamOf(4) // compressed
	goldenLarge  = streamOf(5)
	goldenGone   = streamOf(6) // dropped before the checkpoint
	goldenLeft   = streamOf(7) // dropped behind it
	goldenSparse = streamOf(8) // alive in a few segments only
)

// writeGolden writes the golden folder of this format and its text.
func writeGolden(t *testing.T) {
	var b *book
	synctest.Test(t, func(t *testing.T) {
		small := tiny
		small.JournalMax = 32 << 10
		b = &book{shards: map[shardlog.Shard]*bookShard{}, dropped: map[shardlog.StreamID]bool{}, rng: rand.New(rand.NewPCG(1, 1))}
		disk := crashfs.New()
		b.life(t, disk, small, b.firstLife)
		quiet := small // what it leaves stays as it is
		quiet.tidy = tidyOptions{every: time.Hour, merge: 1000, quietAfter: time.Hour}
		b.life(t, disk, quiet, b.secondLife)
		// As after a kill in the middle of a commit.
		b.rig = start(t, disk, "data", quiet)
		b.lastLife()
		killed := disk.CrashClone(nil)
		b.stopped()
		tearTail(t, killed)
		copyOut(t, killed, goldenFolder(formatVersion))
	})
	if err := os.WriteFile(goldenFolder(formatVersion)+".txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (b *book) life(t *testing.T, disk vfs.FS, o Options, what func()) {
	b.rig = start(t, disk, "data", o)
	for id, s := range map[shardlog.StreamID]shardlog.Settings{
		goldenWeek:  {Retention: 7 * day, Compression: shardlog.S2},
		goldenMonth: {Retention: 31 * day},
		goldenYear:  {Retention: 365 * day, Compression: shardlog.S2},
	} {
		if err := b.Configure(t.Context(), id, s); err != nil {
			t.Fatal(err)
		}
	}
	what()
	time.Sleep(10 * time.Second) // whatever the log does when it has time
	b.stopped()
}

// firstLife makes segments of all kinds, which are merged, rewritten and punched.
func (b *book) firstLife() {
	for n := range 18 {
		b.add(400, false, of(goldenDay, 1), of(goldenDay, 2), of(goldenMonth, 1), of(goldenGone, 1), of(goldenSparse, 1))
		b.add(700, true, of(goldenWeek, 1), of(goldenWeek, 7), of(goldenYear, 1))
		if n%8 == 3 {
			b.add(9000, false, of(goldenLarge, 1))
		}
		if n == 12 {
			b.trim(goldenSparse, 4*time.Second)
			b.trim(goldenMonth, 15*time.Second)
		}
	}
	b.drop(goldenGone)
	b.seal(of(goldenDay, 2))
	b.seal(of(goldenDay, 3)) // it has no record
}

// secondLife makes small segments that stay, and large records.
func (b *book) secondLife() {
	for range 4 {
		b.add(1500, true, of(goldenDay, 1), of(goldenDay, 4), of(goldenWeek, 2), of(goldenYear, 1), of(goldenLeft, 1))
		b.add(3000, false, of(goldenMonth, 1), of(goldenMonth, 2))
	}
	b.add(0, false, of(goldenMonth, 3)) // an empty record
	b.trim(goldenDay, 20*time.Second)
}

// lastLife leaves frames in the journal alone.
func (b *book) lastLife() {
	b.add(100, false, of(goldenDay, 1), of(goldenWeek, 2), of(goldenYear, 9))
	b.seal(of(goldenWeek, 1))
	b.trim(goldenMonth, 22*time.Second)
	b.drop(goldenLeft)
	b.add(300, true, of(goldenDay, 5), of(goldenMonth, 2))
	b.add(100, false, of(goldenDay, 1))
	// Of this one a crash will leave a part.
	s := shardlog.Shard{Stream: goldenDay, Number: 1}
	b.put(s, strings.Repeat("torn", 300))
}

func of(id shardlog.StreamID, n uint32) shardlog.Shard {
	return shardlog.Shard{Stream: id, Number: n}
}

// tearTail takes a sector out of the last frame.
func tearTail(t *testing.T, disk *crashfs.FS) {
	t.Helper()
	w := &wreck{T: t, fs: disk}
	saved, err := readManifest(disk, "data")
	if err != nil {
		t.Fatal(err)
	}
	files, err := openJournals(disk, "data", w.names(), saved)
	if err != nil {
		t.Fatal(err)
	}
	r := &replay{checkpoint: saved.checkpoint, last: saved.checkpoint}
	var name string
	var last int64
	r.visit = func(f *journalFile, pos int64, _ frameHeader, _ []subFrame) { name, last = filepath.Base(f.path), pos }
	if err := r.files(files, saved.reached); err != nil || last == 0 {
		t.Fatal(err)
	}
	w.zero(name, last+512, 512)
}

// copyOut copies a data folder into the tree.
func copyOut(t *testing.T, disk *crashfs.FS, to string) {
	t.Helper()
	w := &wreck{T: t, fs: disk}
	err := errors.Join(os.RemoveAll(to), os.MkdirAll(to, 0o755))
	for _, name := range w.names() {
		if name != lockName {
			err = errors.Join(err, os.WriteFile(filepath.Join(to, name), w.bytesOf(name), 0o644))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
