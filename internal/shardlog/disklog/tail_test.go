package disklog

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// lagging is a log that has flushed two records of shard 1 and holds a third one
// in the active memtable. Its tail has room for one of the two. reads counts the
// reads of segments.
func lagging(t *testing.T) (r *rig, reads func() int, records [3]string) {
	fs := faultfs.New(crashfs.New())
	fault := fs.Inject(faultfs.Rule{After: faultfs.Never, Match: func(op vfs.Op) bool {
		return op.Kind == vfs.OpRead && strings.Contains(op.Name, segmentPrefix)
	}})
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 1<<20, 1<<20
	r = start(t, fs, "data", o)
	records = [3]string{strings.Repeat("a", 1100), strings.Repeat("b", 1100), "c"}
	for _, data := range records {
		r.put(shardOf(1), data)
		if len(data) > 1 {
			<-written
		}
	}
	return r, fault.Seen, records
}

func (r *rig) readFrom(from shardlog.Offset) string {
	r.Helper()
	batch, err := r.Read(r.Context(), shardOf(1), from, shardlog.Limit{Records: 10, Bytes: 1 << 20})
	if err != nil {
		r.Fatal(err)
	}
	return dataOf(batch.Records)
}

func TestAReaderThatLagsALittleTouchesNoDisk(t *testing.T) {
	r, reads, records := lagging(t)
	if got := r.readFrom(1); got != records[1]+" "+records[2] || reads() > 0 {
		t.Errorf("%d reads of segments for %.100q", reads(), got)
	}
	if state := r.State(shardOf(1)); state.LastArrival > 0 {
		if at, err := r.Find(t.Context(), shardOf(1), state.LastArrival+1); at != 3 || err != nil || reads() > 0 {
			t.Errorf("%d reads of segments to find %d, %v", reads(), at, err)
		}
	}
	r.wantData(shardOf(1), strings.Join(records[:], " "))
	if reads() == 0 {
		t.Error("what the tail has no room for is read from memory")
	}
	r.stopped()
}

// A log that nothing is appended to keeps no tail; one that is used keeps it.
func TestTheTailOfALogThatRestsIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, reads, records := lagging(t)
		for range 5 {
			time.Sleep(tailRest / 2)
			r.put(shardOf(1), "d")
		}
		if r.readFrom(1); reads() > 0 {
			t.Errorf("%d reads of segments while the log is used", reads())
		}
		time.Sleep(2*tailRest + time.Second)
		if got := r.readFrom(1); !strings.HasPrefix(got, records[1]) || reads() == 0 {
			t.Errorf("%d reads of segments for %.100q after a rest", reads(), got)
		}
		r.stopped()
	})
}

// A stream that is dropped is no reason to keep memory, whichever table has it.
func TestADropLetsGoOfMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, _ := lagging(t)
		if err := r.Drop(t.Context(), streamOf(1)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.stopped()
		if n := len(r.tail.tables); n > 0 || r.tail.bytes != 0 {
			t.Errorf("the tail keeps %d tables, %d bytes", n, r.tail.bytes)
		}
		for _, ms := range r.writer.active.shards {
			if ms.runs != nil {
				t.Error("the active memtable keeps the records")
			}
		}
	})
}
