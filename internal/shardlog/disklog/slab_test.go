package disklog

import (
	"runtime"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// Many appenders find the spare slab gone at once: one of them makes another.
func TestOneSpareSlabIsMade(t *testing.T) {
	l, err := Open(crashfs.New(), "data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var all sync.WaitGroup
	begin := make(chan struct{})
	for range 64 {
		all.Go(func() {
			<-begin
			l.refillSpare()
		})
	}
	close(begin)
	all.Wait()
	runtime.ReadMemStats(&after)
	if made := (after.TotalAlloc - before.TotalAlloc) / maxFrame; made != 1 {
		t.Errorf("%d slabs were made", made)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
