package disklog

import (
	"fmt"
	"os"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
)

// seeds returns how many logs the test lets live: 1,000 under make torture.
func seeds() uint64 {
	if os.Getenv("FRESHET_TORTURE") != "" {
		return 1000
	}
	return 100
}

// TestDifferential lets logs of several sizes live through power cuts, failing
// calls and full disks, and compares them with a ledger of what is certain.
func TestDifferential(t *testing.T) {
	var met shardlogtest.Outcome
	for seed := range seeds() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			o := Options{
				Unwrap:        shardlogtest.Unwrap,
				MemtableBytes: 16 << 10 << (seed % 6),
				JournalMin:    16 << 10 << (seed % 4),
				JournalMax:    256 << 10,
				Reserve:       64 << 10,
				ownSegment:    4 << 10 << (seed % 6),
				slabBytes:     1 << 20,
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
