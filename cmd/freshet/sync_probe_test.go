package main

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

func TestMeasureSyncLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	times, err := measureSync(vfs.OS, dir, time.Millisecond)
	if err != nil || times.p50 <= 0 || times.p99 < times.p50 {
		t.Errorf("%s, %v", times, err)
	}
	disk := faultfs.New(vfs.OS)
	disk.Inject(faultfs.Rule{Match: faultfs.Kind(vfs.OpSync)})
	if _, err := measureSync(disk, dir, time.Millisecond); !errors.Is(err, faultfs.ErrIO) {
		t.Errorf("a sync failed: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
