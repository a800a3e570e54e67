package disklog

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// whatIsMissing lets a test take the only segment of the first shard away from a
// reader whose view is from before.
func whatIsMissing(t *testing.T, test func(r *rig, d *diary, newest shardlog.Result, read func() (shardlog.Batch, error))) {
	synctest.Test(t, func(t *testing.T) {
		o, d := noting()
		o.MemtableBytes, o.JournalMin, o.JournalMax, o.TailBytes = 1<<20, 4<<20, 4<<20, 1
		r := start(t, crashfs.New(), "data", o)
		r.put(firstOf(1), strings.Repeat("x", 1100<<10), "y")
		d.want(t, "written 1")
		time.Sleep(time.Minute)
		newest := r.put(firstOf(1), "new")[0]
		s, err := r.shards.find(firstOf(1))
		if err != nil {
			t.Fatal(err)
		}
		view, err := s.view()
		if err != nil {
			t.Fatal(err)
		}
		test(r, d, newest, func() (shardlog.Batch, error) {
			batch, err := r.readView(t.Context(), firstOf(1), view, 0, shardlog.Limit{Records: 100, Bytes: 10 << 20})
			if err != nil && r.judge(s, err) {
				return r.Read(t.Context(), firstOf(1), 0, shardlog.Limit{Records: 100, Bytes: 10 << 20})
			}
			return unlessEmpty(batch, err)
		})
		r.stopped()
	})
}

// A segment that dies after a reader has looked at its shard leaves no gap: the
// reader looks again.
func TestASegmentDiesUnderAReader(t *testing.T) {
	whatIsMissing(t, func(r *rig, d *diary, newest shardlog.Result, read func() (shardlog.Batch, error)) {
		if err := r.Trim(t.Context(), streamOf(1), newest.Arrival); err != nil {
			r.Fatal(err)
		}
		d.want(t, "removed 1")
		batch, err := read()
		if err != nil || len(batch.Records) != 1 || batch.State.Floor != 2 {
			r.Errorf("%d records, state %+v, %v", len(batch.Records), batch.State, err)
		}
		d.want(t, "")
	})
	whatIsMissing(t, func(r *rig, d *diary, _ shardlog.Result, read func() (shardlog.Batch, error)) {
		if err := r.Drop(t.Context(), streamOf(1)); err != nil {
			r.Fatal(err)
		}
		d.want(t, "removed 1")
		if batch, err := read(); !errors.Is(err, shardlog.ErrDropped) {
			r.Errorf("%d records, %v", len(batch.Records), err)
		}
	})
}

// The directory knows of a drop before the stream's shards do, and what is dead goes by
// the directory: a reader in between is not told of damage, but that the stream is gone.
func TestASegmentDiesWhileItsStreamIsDropped(t *testing.T) {
	whatIsMissing(t, func(r *rig, d *diary, _ shardlog.Result, read func() (shardlog.Batch, error)) {
		r.shards.drop(streamOf(1)) // as applyDrop begins
		r.segments.install(nil, r.segments.current.segments)
		if batch, err := read(); !errors.Is(err, shardlog.ErrDropped) {
			r.Errorf("%d records, %v", len(batch.Records), err)
		}
		d.want(t, "")
	})
}

// Records that are nowhere are damage, and no gap.
func TestMissingRecordsAreDamage(t *testing.T) {
	whatIsMissing(t, func(r *rig, d *diary, _ shardlog.Result, read func() (shardlog.Batch, error)) {
		r.segments.install(nil, r.segments.current.segments)
		batch, err := read()
		if _, ok := errors.AsType[*CorruptionError](err); !ok || len(batch.Records) > 0 {
			r.Errorf("%d records, %v", len(batch.Records), err)
		}
		d.want(t, "damage in data/manifest")
	})
}
