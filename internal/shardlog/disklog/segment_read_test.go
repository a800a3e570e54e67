package disklog

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// segmented returns a disk with the segments 1 to 4, a minute apart. Segment n+1
// has the records "n" and "n+", a second apart, of a shard, and segment 2 one of
// another stream. The results are those of the shard's records.
func segmented(t *testing.T) (*crashfs.FS, []shardlog.Result) {
	disk := crashfs.New()
	o, written := flushed(1 << 10)
	r := start(t, disk, "data", o)
	var results []shardlog.Result
	for n := range 4 {
		results = append(results, r.put(shardOf(1), fmt.Sprint(n))...)
		time.Sleep(time.Second)
		entries := []shardlog.Entry{{Shard: shardOf(1), Data: fmt.Appendf(nil, "%d+", n)}, {Shard: shardOf(9), Data: make([]byte, 1100)}}
		if n == 1 {
			entries = append(entries, shardlog.Entry{Shard: shardlog.Shard{Stream: streamOf(2)}, Data: []byte("other")})
		}
		results = append(results, appendAll(t, r.Log, entries)[0])
		<-written
		time.Sleep(time.Minute)
	}
	r.stopped()
	return disk, results
}

// Readers who come to a block at once read it once, and those who come later not
// at all; footers likewise.
func TestABlockIsReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk, _ := segmented(t)
		held := holdCalls(disk, func(op vfs.Op) bool {
			return op.Kind == vfs.OpRead && strings.HasSuffix(op.Name, segment1) && op.Offset == headerSize
		})
		var reads atomic.Int32
		held.Inject(faultfs.Rule{Match: func(op vfs.Op) bool {
			return op.Kind == vfs.OpRead && strings.HasSuffix(op.Name, segment1)
		}, After: faultfs.Never, Before: func(vfs.Op) { reads.Add(1) }})
		r := start(t, held, "data", tiny)
		synctest.Wait() // what the log itself reads at the beginning is read
		reads.Store(0)
		held.hold()
		read := func() {
			batch, err := r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 1, Bytes: 1})
			if err != nil || dataOf(batch.Records) != "0" {
				t.Errorf("Read: %q, %v", dataOf(batch.Records), err)
			}
		}
		for range 5 {
			go read()
		}
		synctest.Wait()
		held.release()
		synctest.Wait()
		read()
		if n := reads.Load(); n > 2 {
			t.Errorf("a footer and a block were read in %d reads", n)
		}
		r.stopped()
	})
}

// Segments that have nothing of a stream cost its readers nothing.
func TestSegmentsOfOthersAreNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk, _ := segmented(t)
		l, err := Open(disk, "data", tiny)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := l.Read(t.Context(), shardlog.Shard{Stream: streamOf(2)}, 0, shardlog.Limit{Records: 1, Bytes: 1})
		if err != nil || dataOf(batch.Records) != "other" {
			t.Errorf("Read: %q, %v", dataOf(batch.Records), err)
		}
		if n := len(l.segments.footers.entries); n != 1 {
			t.Errorf("%d footers were read", n)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Caches that are smaller than what is read only cost time, and what belonged to
// a segment goes with it.
func TestCachesOfSegments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk, _ := segmented(t)
		o := tiny
		o.FooterCache, o.BlockCache = 1, 1
		r := start(t, disk, "data", o)
		r.wantData(shardOf(1), "0 0+ 1 1+ 2 2+ 3 3+")
		if g := &r.segments; g.footers.size+g.blocks.size != 0 {
			t.Errorf("caches of 1 byte hold %d and %d", g.footers.size, g.blocks.size)
		}
		r.stopped()
		removed := make(chan uint64, 10)
		o = tiny
		o.Events.SegmentRemoved = func(n uint64) { removed <- n }
		r = start(t, disk, "data", o)
		r.wantData(shardOf(1), "0 0+ 1 1+ 2 2+ 3 3+")
		if g := &r.segments; len(g.footers.entries) != 4 || len(g.blocks.entries) != 4 {
			t.Errorf("%d footers and %d blocks in the caches", len(g.footers.entries), len(g.blocks.entries))
		}
		for _, n := range []byte{1, 2} {
			if err := r.Drop(t.Context(), streamOf(n)); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			<-removed
		}
		synctest.Wait()
		if g := &r.segments; g.footers.size+g.blocks.size != 0 {
			t.Errorf("%d and %d bytes of removed segments are in the caches", g.footers.size, g.blocks.size)
		}
		r.stopped()
	})
}

// A block that is dead may be gone from the disk. A reader that has begun before
// it died goes on from the floor, or is told that the stream was dropped; a block
// that is alive and cannot be read is damage.
func TestBlocksThatDieWhileTheyAreRead(t *testing.T) {
	// die is done while a read from record 2 and a look-up of the time of record
	// 3 are under way, and their block is destroyed.
	f := func(name string, die func(l *Log, at []shardlog.Result) error, wantRead, wantFound string, damage bool) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disk, results := segmented(t)
				held := holdCalls(disk, func(op vfs.Op) bool {
					return op.Kind == vfs.OpRead && strings.HasSuffix(op.Name, segment2) && op.Offset == headerSize
				})
				var told atomic.Int32
				o := tiny
				o.Events.Corruption = func(c *CorruptionError) {
					told.Add(1)
					if filepath.Base(c.File) != segment2 || c.Offset != headerSize || !strings.Contains(c.Reason, shardOf(1).String()+", offsets 2 to 3") {
						t.Errorf("told of %v", c)
					}
				}
				r := start(t, held, "data", o)
				synctest.Wait()
				held.hold()
				read, found := make(chan string, 1), make(chan string, 1)
				go func() {
					batch, err := r.Read(context.Background(), shardOf(1), 2, shardlog.Limit{Records: 9, Bytes: 1 << 20})
					read <- outcomeOf(dataOf(batch.Records), err)
				}()
				go func() {
					offset, err := r.Find(context.Background(), shardOf(1), results[3].Arrival)
					found <- outcomeOf(fmt.Sprint(offset), err)
				}()
				synctest.Wait()
				if err := die(r.Log, results); err != nil {
					t.Fatal(err)
				}
				w := &wreck{T: t, fs: disk}
				w.zero(segment2, headerSize, headerSize)
				held.release()
				if got := <-read; got != wantRead {
					t.Errorf("Read: %s, want %s", got, wantRead)
				}
				if got := <-found; got != wantFound {
					t.Errorf("Find: %s, want %s", got, wantFound)
				}
				r.stopped()
				if n := told.Load(); (n > 0) != damage {
					t.Errorf("damage was told %d times", n)
				}
			})
		})
	}
	trim := func(n int) func(l *Log, at []shardlog.Result) error {
		return func(l *Log, at []shardlog.Result) error {
			return l.Trim(context.Background(), streamOf(1), at[n].Arrival)
		}
	}
	f("trimmed", trim(4), "2 2+ 3 3+", "4", false)
	f("trimmed wholly", trim(7), "3+", "7", false)
	f("dropped", func(l *Log, _ []shardlog.Result) error { return l.Drop(context.Background(), streamOf(1)) }, "dropped", "dropped", false)
	f("alive", trim(1), "damaged", "damaged", true)
}

// outcomeOf says what a reader has got.
func outcomeOf(got string, err error) string {
	switch _, damaged := errors.AsType[*CorruptionError](err); {
	case damaged:
		return "damaged"
	case errors.Is(err, shardlog.ErrDropped):
		return "dropped"
	case err != nil:
		return err.Error()
	}
	return got
}
