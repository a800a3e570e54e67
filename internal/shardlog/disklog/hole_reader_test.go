package disklog

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// A reader is about to read a block when the floor passes it and its place becomes
// a hole: that is no damage, and the reader goes on at the floor.
func TestAHoleIsPunchedUnderAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := holdCalls(crashfs.New(), func(op vfs.Op) bool {
			return op.Kind == vfs.OpRead && strings.Contains(op.Name, segmentPrefix) && op.Length > 100<<10
		})
		o, d := noting()
		o.MemtableBytes, o.JournalMin, o.JournalMax = 1<<20, 4<<20, 4<<20
		o.BlockCache = 1
		r := start(t, held, "data", o)
		var arrivals []shardlog.Millis
		for range 6 { // a block each
			arrivals = append(arrivals, r.put(firstOf(1), strings.Repeat("x", 200<<10))[0].Arrival)
			time.Sleep(time.Minute)
		}
		// The newest memtable stays readable in memory until the next one comes.
		r.put(firstOf(2), strings.Repeat("y", 1100<<10))
		d.want(t, "written 1, written 2")
		held.hold()
		read := make(chan shardlog.Batch, 1)
		go func() {
			batch, err := r.Read(context.Background(), firstOf(1), 0, shardlog.Limit{Records: 100, Bytes: 1})
			if err != nil {
				t.Error(err)
			}
			read <- batch
		}()
		<-held.reached
		if err := r.Trim(t.Context(), streamOf(1), arrivals[2]); err != nil {
			t.Fatal(err)
		}
		d.want(t, "punched 1")
		held.release()
		if batch := <-read; len(batch.Records) != 1 || batch.Records[0].Offset != 2 || batch.State.Floor != 2 {
			t.Errorf("read %d records, next %d, state %+v", len(batch.Records), batch.Next, batch.State)
		}
		d.want(t, "")
		r.stopped()
	})
}
