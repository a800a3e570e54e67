package disklog

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
)

// histories returns how many the test checks: 1,000 under make torture.
func histories() uint64 {
	if os.Getenv("FRESHET_TORTURE") != "" {
		return 1000
	}
	return 60
}

// TestLinearizable records what clients of a log were answered over power cuts,
// and looks for an order of their calls that explains it.
func TestLinearizable(t *testing.T) {
	var met shardlogtest.LinearOutcome
	for seed := range histories() {
		o := tiny
		o.MemtableBytes = 2 << 10 << (seed % 5)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			more := shardlogtest.Linear(t, shardlogtest.Linearity{
				Open:  func(disk vfs.FS) (shardlog.Log, error) { return Open(disk, "data", o) },
				Seed:  seed,
				Lives: 6,
			})
			met.Calls += more.Calls
			met.PowerCut += more.PowerCut
			met.Doubtful += more.Doubtful
			met.Found += more.Found
		})
	}
	t.Logf("met %+v", met)
	if met.PowerCut == 0 || met.Doubtful == met.Found || met.Found == 0 {
		t.Errorf("the histories missed something: %+v", met)
	}
}

// TestLinearNoticesALostSync: on a disk whose syncs of the journal do nothing a
// power cut loses what was acknowledged.
func TestLinearNoticesALostSync(t *testing.T) {
	var noticed []error
	for seed := range uint64(20) {
		_, err := shardlogtest.TryLinear(t, shardlogtest.Linearity{
			Open:  func(disk vfs.FS) (shardlog.Log, error) { return Open(lazyFS{disk}, "data", tiny) },
			Seed:  seed,
			Lives: 4,
		})
		if err != nil {
			noticed = append(noticed, err)
		}
	}
	if len(noticed) == 0 {
		t.Error("nothing was noticed")
	}
}

// lazyFS does not sync journal files.
type lazyFS struct{ vfs.FS }

func (l lazyFS) OpenWrite(name string, mode vfs.Mode) (vfs.File, error) {
	f, err := l.FS.OpenWrite(name, mode)
	if strings.Contains(name, journalPrefix) && err == nil {
		f = lazyFile{f}
	}
	return f, err
}

type lazyFile struct{ vfs.File }

func (lazyFile) Sync() error { return nil }
