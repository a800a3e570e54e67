package disklog

import (
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
)

// TestDifferential lets logs of several sizes live through power cuts, failing
// calls and full disks, and compares them with a ledger of what is certain.
func TestDifferential(t *testing.T) {
	var met shardlogtest.Outcome
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			o := Options{
				MemtableBytes: 16 << 10 << (seed % 6),
				JournalMin:    16 << 10 << (seed % 4),
				JournalMax:    256 << 10,
				Reserve:       64 << 10,
			}
			more := shardlogtest.Differential(t, shardlogtest.Simulation{
				Open:   func(disk vfs.FS) (shardlog.Log, error) { return Open(disk, "data", o) },
				Seed:   seed,
				Rounds: 20,
			})
			met.Acked += more.Acked
			met.Doubtful += more.Doubtful
			met.PowerCut += more.PowerCut
			met.Faults += more.Faults
		})
	}
	t.Logf("met %+v", met)
	if met.Acked == 0 || met.Doubtful == 0 || met.PowerCut == 0 || met.Faults == 0 {
		t.Errorf("the simulation missed something: %+v", met)
	}
}

// FINDINGS for the owner of this room, to be taken out with their fixes:
//
// 1. flush.go, flushTable: a table whose stream was dropped by a frame *above* the
//    checkpoint leaves its states out of the edit, and its id too (t.dropped has
//    only drops within the table). Recovery then replays frames between checkpoint
//    and drop against the older states: "shard X goes on at offset 21, and its next
//    is 19". Name the stream in e.dropped where its states are skipped: the drop
//    was published, so it is durable.
// 2. Recovery, frame torn in the *next* file: its header may survive there while the
//    writer goes on in the current file and uses its LSN again. If the first write
//    to the next file then fails or is lost, the old header (same generation, lower
//    LSN) is met behind the current file: "frame 1 follows frame 6". Give the file
//    that becomes mu.next a new generation (or clear its first block) in
//    adoptJournals.
