package disklog

import (
	"testing"

	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// A data folder below folders that are made with it is durable as a whole.
func TestFolderInNewFolders(t *testing.T) {
	disk := crashfs.New()
	r := start(t, disk, "a/b/data", tiny)
	r.put(shardOf(1), "kept")
	crashed := disk.CrashClone(nil)
	r.stopped()
	r = start(t, crashed, "a/b/data", tiny)
	r.wantData(shardOf(1), "kept")
	r.stopped()
}
