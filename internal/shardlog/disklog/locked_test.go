package disklog

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

var errDisabled = errors.New("the key is disabled")

func refuse(context.Context, shardlog.WrappedKey) (shardlog.Secret, error) {
	return shardlog.Secret{}, errDisabled
}

// newLocked returns a folder in which stream 1 is encrypted and stream 2 is not, in
// a segment or in the journal.
func newLocked(t *testing.T, inSegment bool) *wreck {
	o, written := flushed(1 << 20)
	w := &wreck{T: t, fs: crashfs.New()}
	r := start(t, w.fs, "data", o)
	r.encrypt(streamOf(1), 1, shardlog.Settings{})
	var entries []shardlog.Entry
	for _, data := range []string{"0", "1", "2"} {
		entries = append(entries, shardlog.Entry{Shard: shardOf(1), Data: []byte(data)})
	}
	entries = append(entries, shardlog.Entry{Shard: shardlog.Shard{Stream: streamOf(2)}, Data: []byte("plain")},
		shardlog.Entry{Shard: shardlog.Shard{Stream: streamOf(2), Number: 1}, Data: []byte(strings.Repeat("more than the others", 100))})
	appendAll(t, r.Log, entries)
	if inSegment {
		r.stopped()
		o.MemtableBytes = 64
		r = start(t, w.fs, "data", o)
		r.put(shardlog.Shard{Stream: streamOf(3)}, "fills the memtable")
		<-written
	}
	r.stopped()
	return w
}

// A log whose journal needs a key that is not to be had does not open: it says
// which, and why, and changes nothing. With the key it opens.
func TestJournalWithoutItsKey(t *testing.T) {
	w := newLocked(t, false)
	before := w.content()
	for _, unwrap := range []shardlog.Unwrap{nil, refuse} {
		_, err := Open(w.fs, "data", Options{Unwrap: unwrap})
		if !errors.Is(err, shardlog.ErrKey) || !strings.Contains(err.Error(), "key 1 of stream "+streamOf(1).String()) || !strings.Contains(err.Error(), "start again") {
			t.Errorf("Open: %v", err)
		}
		if unwrap != nil && !errors.Is(err, errDisabled) {
			t.Errorf("Open: %v, which does not say why", err)
		}
		if w.content() != before {
			t.Error("the folder was changed")
		}
		report, err := Verify(w.fs, "data", unwrap)
		if err != nil || report.Locked != 1 || report.EncryptedSubFrames != 1 || report.UnflushedRecords != 5 || !errors.Is(report.LockedBy, shardlog.ErrKey) {
			t.Errorf("Verify: %+v, %v", report, err)
		}
	}
	r := start(t, w.fs, "data", opening)
	r.wantData(shardOf(1), "0 1 2")
}

// A provider that does not answer is waited for once, whatever the number of keys and
// of sub-frames.
func TestJournalWhoseKeysNobodyAnswersFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := crashfs.New()
		r := start(t, fs, "data", opening)
		const streams, each = 3, 5
		for n := range byte(streams) {
			r.encrypt(streamOf(n), n+1, shardlog.Settings{})
		}
		for range each {
			for n := range byte(streams) {
				r.put(shardlog.Shard{Stream: streamOf(n)}, "data")
			}
		}
		r.stopped()
		began := time.Now()
		asked := 0
		_, err := Open(fs, "data", Options{Unwrap: func(ctx context.Context, _ shardlog.WrappedKey) (shardlog.Secret, error) {
			asked++
			<-ctx.Done()
			return shardlog.Secret{}, ctx.Err()
		}})
		if !errors.Is(err, shardlog.ErrKey) || !strings.Contains(err.Error(), "key 3 of stream "+streamOf(2).String()) {
			t.Errorf("Open: %v", err)
		}
		if took := time.Since(began); asked != 1 || took != unwrapTimeout {
			t.Errorf("asked %d times, in %s", asked, took)
		}
		// One that refuses is asked once for each key.
		asked = 0
		report, err := Verify(fs, "data", func(context.Context, shardlog.WrappedKey) (shardlog.Secret, error) {
			asked++
			<-time.After(unwrapRetry)
			return shardlog.Secret{}, errDisabled
		})
		if err != nil || asked != streams || report.Locked != streams*each {
			t.Errorf("asked %d times: %+v, %v", asked, report, err)
		}
	})
}

// The key of a stream that was dropped is not missed.
func TestJournalOfADroppedStreamWithoutItsKey(t *testing.T) {
	w := newLocked(t, false)
	r := start(t, w.fs, "data", opening)
	if err := r.Drop(t.Context(), streamOf(1)); err != nil {
		t.Fatal(err)
	}
	r.stopped()
	r = start(t, w.fs, "data", Options{Unwrap: refuse, MemtableBytes: 64})
	r.wantData(shardlog.Shard{Stream: streamOf(2)}, "plain")
	r.put(shardlog.Shard{Stream: streamOf(2)}, "more")
	r.stopped()
	r = start(t, w.fs, "data", Options{})
	r.wantData(shardlog.Shard{Stream: streamOf(2)}, "plain more")
}

// What segments have that is encrypted cannot be read without its key, nor is
// anything appended to the stream under it; all others go on, and so does it when
// the key is back.
func TestSegmentWithoutItsKey(t *testing.T) {
	w := newLocked(t, true)
	unwrap := shardlog.Unwrap(refuse)
	r := start(t, w.fs, "data", Options{Unwrap: func(ctx context.Context, k shardlog.WrappedKey) (shardlog.Secret, error) {
		return unwrap(ctx, k)
	}})
	if _, err := r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 1, Bytes: 1}); !errors.Is(err, shardlog.ErrKey) || !errors.Is(err, errDisabled) {
		t.Errorf("Read: %v", err)
	}
	if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Key: 1}); err != nil {
		t.Fatal(err)
	}
	both := []shardlog.Entry{{Shard: shardOf(1), Data: []byte("not taken")}, {Shard: shardlog.Shard{Stream: streamOf(2)}, Data: []byte("taken")}}
	results, err := r.Append(t.Context(), both)
	if err != nil || !errors.Is(results[0].Err, shardlog.ErrKey) || results[1].Err != nil {
		t.Errorf("Append: %+v, %v", results, err)
	}
	if next := r.State(shardOf(1)).Next; next != 3 {
		t.Errorf("next offset %d", next)
	}
	r.wantData(shardlog.Shard{Stream: streamOf(2)}, "plain taken")
	// Retention goes on: a block is trimmed when all of it is too old.
	if err := r.Trim(t.Context(), streamOf(1), r.State(shardOf(1)).LastArrival+1); err != nil {
		t.Errorf("Trim: %v", err)
	}
	r.stopped()

	report, err := Verify(w.fs, "data", nil)
	if err != nil || report.Locked != 0 {
		t.Errorf("Verify: %+v, %v", report, err)
	}
	unwrap = shardlogtest.Unwrap
	r = start(t, w.fs, "data", opening)
	if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Key: 1}); err != nil {
		t.Fatal(err)
	}
	r.put(shardOf(1), "taken")
	r.wantData(shardOf(1), "taken")
}

// A block of which the key is not to be had is rewritten as it is.
func TestRewritingWithoutTheKey(t *testing.T) {
	w := newLocked(t, true)
	rewritten := make(chan SegmentRewritten, 100)
	o := tiny
	o.Unwrap = refuse
	o.Events.SegmentRewritten = func(e SegmentRewritten) { rewritten <- e }
	r := start(t, w.fs, "data", o)
	if err := r.Drop(t.Context(), streamOf(2)); err != nil {
		t.Fatal(err)
	}
	if err := r.Drop(t.Context(), streamOf(3)); err != nil {
		t.Fatal(err)
	}
	if e := <-rewritten; e.Read == 0 {
		t.Errorf("rewritten: %+v", e)
	}
	r.stopped()
	report, err := Verify(w.fs, "data", shardlogtest.Unwrap)
	if err != nil || report.Encrypted != 1 || report.Locked != 0 {
		t.Errorf("Verify: %+v, %v", report, err)
	}
	r = start(t, w.fs, "data", opening)
	r.wantData(shardOf(1), "0 1 2")
}
