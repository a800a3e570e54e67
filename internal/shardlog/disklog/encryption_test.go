package disklog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// A known payload and partition key, as they stand on the disk where they do.
const (
	knownData = "the payload that nobody may find"
	knownKey  = "the partition key that nobody may find"
)

// found counts the files of dir in which the known bytes stand.
func found(tb testing.TB, fs vfs.FS, dir string) (journals, segments int) {
	tb.Helper()
	names, err := fs.List(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range names {
		if name == lockName {
			continue
		}
		p, err := vfs.ReadFile(fs, filepath.Join(dir, name))
		if errors.Is(err, iofs.ErrNotExist) {
			return found(tb, fs, dir) // the log goes on meanwhile: it is renamed, or gone
		}
		if err != nil {
			tb.Fatal(err)
		}
		switch there := bytes.Contains(p, []byte(knownData)) || bytes.Contains(p, []byte(knownKey)); {
		case !there:
		case strings.HasPrefix(name, "segment"):
			segments++
		default:
			journals++
		}
	}
	return journals, segments
}

// What is encrypted stands nowhere in the bytes on the disk, neither payloads nor
// partition keys: not in the journal, not in a segment, be it flushed, merged or
// rewritten, not in a backup, nor in what is restored of it. What is not encrypted
// does, so that the test would see it.
func TestBytesOnTheDisk(t *testing.T) {
	for _, encrypted := range []bool{true, false} {
		for _, compression := range []shardlog.Compression{shardlog.NoCompression, shardlog.S2} {
			t.Run(fmt.Sprintf("encrypted %t, %s", encrypted, compression), func(t *testing.T) {
				bytesOnTheDisk(t, encrypted, compression)
			})
		}
	}
}

func bytesOnTheDisk(t *testing.T, encrypted bool, compression shardlog.Compression) {
	made := make(chan SegmentRewritten, 1000)
	o, written := flushed(4 << 10)
	o.Events.SegmentRewritten = func(e SegmentRewritten) { made <- e }
	o.ownSegment = 1 << 20
	fs := crashfs.New()
	r := start(t, fs, "data", o)
	settings := shardlog.Settings{Retention: 7 * day, Compression: compression}
	if encrypted {
		r.encrypt(streamOf(1), 1, settings)
	} else if err := r.Configure(t.Context(), streamOf(1), settings); err != nil {
		t.Fatal(err)
	}
	plain := compression == shardlog.NoCompression // compressed it may not stand there as it is
	want := func(where, dir string, journal, segment bool) {
		t.Helper()
		journals, segments := found(t, fs, dir)
		if encrypted && journals > 0 || !encrypted && journal && journals == 0 {
			t.Errorf("%s: known bytes in %d journal files", where, journals)
		}
		if encrypted && segments > 0 || !encrypted && segment && segments == 0 {
			t.Errorf("%s: known bytes in %d segments", where, segments)
		}
	}
	put := func() {
		t.Helper()
		var entries []shardlog.Entry
		for n := range uint32(20) {
			entries = append(entries, shardlog.Entry{Shard: shardOf(n % 2), Key: knownKey, Data: []byte(strings.Repeat(knownData, 8))})
		}
		appendAll(t, r.Log, entries)
	}
	put()
	want("journal", "data", true, false)
	<-written
	want("journal and a segment", "data", true, plain)
	for merged := false; !merged; {
		select {
		case e := <-made:
			merged = len(e.Inputs) > 1
		case <-written:
		default:
			put()
		}
	}
	want("merged", "data", false, plain) // the journal may just have been made anew
	cut, err := r.Cut(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cut.CopyTo(t.Context(), "backup"); err != nil {
		t.Fatal(err)
	}
	cut.Release()
	if _, err := Restore(t.Context(), fs, "backup", "restored"); err != nil {
		t.Fatal(err)
	}
	want("backup", "backup", false, plain)
	want("restored", "restored", false, plain)
	report, err := Verify(fs, "restored", shardlogtest.Unwrap)
	if err != nil || (report.Encrypted > 0) != encrypted || report.Locked > 0 {
		t.Errorf("restored: %+v, %v", report, err)
	}
	of := readAll(t, r.Log, shardOf(0))
	r.stopped()
	r = start(t, fs, "restored", o)
	if again := readAll(t, r.Log, shardOf(0)); len(again) == 0 || len(again) > len(of) || dataOf(again) != dataOf(of[:len(again)]) {
		t.Errorf("%d records, and %d once restored", len(of), len(again))
	}
}

func readAll(tb testing.TB, l *Log, s shardlog.Shard) []shardlog.Record {
	tb.Helper()
	records, _, err := readShard(l, s)
	if err != nil {
		tb.Fatal(err)
	}
	return records
}

// A record is written with the key that it came in with, whatever the stream has
// by the time of the flush, and whenever it is written again.
func TestKeyOfARecordIsForEver(t *testing.T) {
	o, written := flushed(1 << 20)
	fs := crashfs.New()
	r := start(t, fs, "data", o)
	s := shardOf(1)
	r.put(s, "plain")
	r.encrypt(s.Stream, 1, shardlog.Settings{})
	r.put(s, "first")
	r.encrypt(s.Stream, 2, shardlog.Settings{})
	r.put(s, "second")
	if err := r.Configure(t.Context(), s.Stream, shardlog.Settings{}); err != nil {
		t.Fatal(err)
	}
	r.put(s, "plain again")
	r.stopped() // and what is replayed keeps its key too

	o.MemtableBytes = 64
	r = start(t, fs, "data", o)
	r.put(shardOf(2), "fills the memtable")
	for n := uint64(0); n < 4; { // what was replayed may be several memtables
		n += (<-written).Records
	}
	r.stopped()
	var dump strings.Builder
	if err := Dump(fs, "data", &dump); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"raw\n", "encrypted with key 1\n", "encrypted with key 2\n", "raw\n"} {
		block := fmt.Sprintf("offsets %d to %d, 1 records, ", i, i)
		_, line, _ := strings.Cut(dump.String(), block)
		line, _, _ = strings.Cut(line, "\n")
		if !strings.HasSuffix(line+"\n", want) {
			t.Errorf("block of record %d: %q, want %q", i, line, want)
		}
	}
	r = start(t, fs, "data", o)
	r.wantData(s, "plain first second plain again")
}

// Keys change while records are put and read, and flushed, merged and rewritten:
// none is lost, doubled, or unreadable.
func TestRotationUnderLoad(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", tiny)
	const writers, each, rotations = 3, 400, 40
	var rotated atomic.Int64
	var g errgroup.Group
	for w := range uint32(writers) {
		g.Go(func() error {
			for n := range each {
				results, err := r.Append(context.Background(), []shardlog.Entry{{Shard: shardOf(w), Key: "key", Data: fmt.Append(nil, n)}})
				if err = errors.Join(err, results[0].Err); err != nil || results[0].Offset != shardlog.Offset(n) {
					return fmt.Errorf("record %d of %d: %+v, %w", n, w, results, err)
				}
			}
			return nil
		})
		g.Go(func() error {
			for from := shardlog.Offset(0); from < each; {
				if err := r.Wait(context.Background(), shardOf(w), from); err != nil {
					return err
				}
				b, err := r.Read(context.Background(), shardOf(w), from, shardlog.Limit{Records: 10, Bytes: 1 << 20})
				if err != nil {
					return err
				}
				for i, rec := range b.Records {
					if string(rec.Data) != fmt.Sprint(int(from)+i) {
						return fmt.Errorf("record %d of %d is %q", int(from)+i, w, rec.Data)
					}
				}
				from = b.Next
			}
			return nil
		})
	}
	g.Go(func() error {
		for n := range rotations {
			var s shardlog.Settings
			if n%4 != 3 { // it is also stopped now and then
				id, err := addKey(r.Log, streamOf(1), byte(n))
				if err != nil {
					return err
				}
				s.Key = id
			}
			if err := r.Configure(context.Background(), streamOf(1), s); err != nil {
				return err
			}
			rotated.Add(1)
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if rotated.Load() != rotations {
		t.Errorf("%d rotations of %d", rotated.Load(), rotations)
	}
	_, want := numbered(0, each)
	for range 2 {
		for w := range uint32(writers) {
			r.wantData(shardOf(w), want)
		}
		r.stopped()
		if report, err := Verify(fs, "data", shardlogtest.Unwrap); err != nil || report.Locked > 0 {
			t.Errorf("Verify: %+v, %v", report, err)
		}
		r = start(t, fs, "data", tiny)
	}
}

// FORMAT.md, section 14: nothing that repeats when two servers go on from one
// backup decides about salt and nonce.
func TestTwinsNeverEncryptAlike(t *testing.T) {
	fs := crashfs.New()
	r := start(t, fs, "data", opening)
	id := r.encrypt(streamOf(1), 1, shardlog.Settings{})
	cut, err := r.Cut(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cut.CopyTo(t.Context(), "backup"); err != nil {
		t.Fatal(err)
	}
	cut.Release()
	r.stopped()
	const perTwin = 200
	seen := map[string]bool{}
	for _, twin := range []string{"one", "two"} {
		if _, err := Restore(t.Context(), fs, "backup", twin); err != nil {
			t.Fatal(err)
		}
		r := start(t, fs, twin, opening)
		if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Key: id}); err != nil {
			t.Fatal(err)
		}
		for range perTwin {
			r.put(shardOf(1), "the same data at the same place")
		}
		r.stopped()
		for _, nonce := range noncesOf(t, fs, twin) {
			seen[nonce] = true
		}
	}
	if len(seen) != 2*perTwin {
		t.Errorf("%d pairs of salt and nonce in %d sub-frames", len(seen), 2*perTwin)
	}
}

// noncesOf returns salt and nonce of each sub-frame of the journal.
func noncesOf(tb testing.TB, fs vfs.FS, dir string) (nonces []string) {
	saved, err := readManifest(fs, dir)
	if err != nil {
		tb.Fatal(err)
	}
	names, err := fs.List(dir)
	if err != nil {
		tb.Fatal(err)
	}
	files, err := openJournals(fs, dir, names, saved)
	if err != nil {
		tb.Fatal(err)
	}
	r := &replay{checkpoint: saved.checkpoint, last: saved.checkpoint}
	r.visit = func(_ *journalFile, _ int64, _ frameHeader, subs []subFrame) {
		for _, s := range subs {
			if s.key != 0 {
				nonces = append(nonces, string(s.body[:saltSize+12]))
			}
		}
	}
	if err := r.files(files, saved.reached); err != nil {
		tb.Fatal(err)
	}
	return nonces
}

// A salt serves sealerUses bodies and no more.
func TestSaltsAreRenewed(t *testing.T) {
	k, err := suiteKeys().get(1, streamOf(1))
	if err != nil {
		t.Fatal(err)
	}
	salts := map[[saltSize]byte]int{}
	for range 2*sealerUses + 1 {
		s, err := k.sealer(t.Context(), useJournal)
		if err != nil {
			t.Fatal(err)
		}
		salts[s.salt]++
	}
	if len(salts) != 3 {
		t.Errorf("%d salts for %d bodies", len(salts), 2*sealerUses+1)
	}
	for _, n := range salts {
		if n > sealerUses {
			t.Errorf("a salt for %d bodies", n)
		}
	}
	if s, _ := k.sealer(t.Context(), useSegment); salts[s.salt] > 0 {
		t.Error("journal and segments have one salt")
	}
}

// With its stream the secret of a key goes out of memory, at the flush of the memtable
// that has the drop; and nobody is asked for it any more.
func TestSecretsGoWithTheirStream(t *testing.T) {
	o, written := flushed(1 << 10)
	r := start(t, crashfs.New(), "data", o)
	gone, stays := r.encrypt(streamOf(1), 1, shardlog.Settings{}), r.encrypt(streamOf(2), 2, shardlog.Settings{})
	other := shardlog.Shard{Stream: streamOf(2)}
	r.put(shardOf(1), strings.Repeat("x", 2<<10))
	<-written
	r.wantData(shardOf(1), strings.Repeat("x", 2<<10))
	if err := r.Drop(t.Context(), streamOf(1)); err != nil {
		t.Fatal(err)
	}
	r.put(other, strings.Repeat("y", 2<<10)) // fills the memtable
	<-written
	r.put(other, strings.Repeat("y", 2<<10)) // and the next flush follows what the first does last
	<-written
	k, err := r.keys.get(gone, streamOf(1))
	if err != nil {
		t.Fatal(err)
	}
	if k.secret.Load() != nil || k.sealers[useJournal].Load() != nil || k.sealers[useSegment].Load() != nil || k.opened[useSegment].Load() != nil {
		t.Error("the secret of a stream that was dropped is in memory")
	}
	if _, err := k.sealer(t.Context(), useJournal); !errors.Is(err, shardlog.ErrKey) {
		t.Errorf("sealer: %v", err)
	}
	if k, _ := r.keys.get(stays, streamOf(2)); k.secret.Load() == nil {
		t.Error("that of another is not")
	}
	r.wantData(other, strings.Repeat("y", 2<<10)+" "+strings.Repeat("y", 2<<10))
	if _, err := r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 1, Bytes: 1}); !errors.Is(err, shardlog.ErrDropped) {
		t.Errorf("Read: %v", err)
	}
}

// What is encrypted for the journal does not open as a block, nor under another
// header.
func TestSealedIsBoundToItsHeader(t *testing.T) {
	keys := suiteKeys()
	k, _ := keys.get(1, streamOf(1))
	s, err := k.sealer(t.Context(), useJournal)
	if err != nil {
		t.Fatal(err)
	}
	sealed := s.seal(nil, []byte("body"), []byte("header"))
	if len(sealed) != len("body")+sealOverhead {
		t.Errorf("%d bytes of 4", len(sealed))
	}
	f := func(want bool, u use, header string) {
		t.Helper()
		if body, err := keys.open(t.Context(), 1, streamOf(1), u, sealed, []byte(header)); (err == nil) != want || want && string(body) != "body" {
			t.Errorf("opened as %q, %v", body, err)
		}
	}
	f(true, useJournal, "header")
	f(false, useJournal, "Header")
	f(false, useSegment, "header")
}

// The provider is asked once for each key that is needed, and not again at once
// when it was not reached.
func TestUnwrappingIsAskedForOnce(t *testing.T) {
	var asked atomic.Int64
	away := errors.New("away")
	fails := true
	r := newKeyring(func(ctx context.Context, k shardlog.WrappedKey) (shardlog.Secret, error) {
		asked.Add(1)
		if _, limited := ctx.Deadline(); !limited {
			t.Error("no deadline")
		}
		if fails {
			return shardlog.Secret{}, away
		}
		return shardlogtest.Unwrap(ctx, k)
	})
	r.add(savedKey{1, streamOf(1), shardlogtest.Wrapped(streamOf(1), 1)}, shardlog.Secret{})
	k, _ := r.get(1, streamOf(1))
	for range 3 {
		if _, err := k.sealer(t.Context(), useJournal); !errors.Is(err, shardlog.ErrKey) || !errors.Is(err, away) {
			t.Errorf("sealer: %v", err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times for a key that is away", asked.Load())
	}
	fails, k.failedAt = false, time.Now().Add(-unwrapRetry)
	for range 3 {
		if _, err := k.sealer(t.Context(), useJournal); err != nil {
			t.Error(err)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times", asked.Load())
	}
}
