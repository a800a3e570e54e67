package durable

import (
	"slices"
	"testing"

	"github.com/freshet/freshet/internal/vfs/crashfs"
)

func TestMkdirAllSyncsWhatHoldsIt(t *testing.T) {
	f := crashfs.New()
	check(t, f.MkdirAll("var"))
	check(t, f.SyncDir("."))
	f.StartTrace()
	check(t, MkdirAll(f, "var/lib/freshet"))
	check(t, MkdirAll(f, "var/lib/freshet"))
	want := []string{"mkdir var/lib/freshet", "syncdir var/lib", "syncdir var", "mkdir var/lib/freshet"}
	if got := f.Trace(); !slices.Equal(got, want) {
		t.Errorf("calls %q, want %q", got, want)
	}
	if _, err := f.Crash(nil).List("var/lib/freshet"); err != nil {
		t.Errorf("after a power cut: %v", err)
	}
}
