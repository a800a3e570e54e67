package keyfile

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

var testTime = time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)

// A power cut in a change leaves the ring of before or the new one.
func TestPowerCutLeavesAKeyring(t *testing.T) {
	before := &ring{}
	before.add("alias/a")
	after := before.copy()
	after.add("alias/b")
	for n := range 6 {
		for seed := range uint64(20) {
			disk := crashfs.New()
			s := onDisk{disk, "data/keyring"}
			unlock, err := s.lock()
			check(t, err)
			check(t, disk.SyncDir("."))
			check(t, s.save(encode(before)))
			disk.CrashAfter(n)
			_ = s.save(encode(after)) // the power is cut in it
			_ = unlock.Close()
			content, err := vfs.ReadFile(disk.Crash(rand.New(rand.NewPCG(seed, 0))), "data/keyring")
			check(t, err)
			if r, err := decode(content); err != nil || len(r.keys) == 0 {
				t.Fatalf("power cut in call %d: %v", n, err)
			}
		}
	}
}

// A disk that fails is no reason to go on with a key that it has not.
func TestKeyThatCannotBeKeptIsNotUsed(t *testing.T) {
	f := open(t)
	broken := faultfs.New(vfs.OS)
	f.kept = onDisk{broken, f.o.Path}
	broken.Inject(faultfs.Rule{Match: func(op vfs.Op) bool { return op.Kind == vfs.OpSync }, Err: vfs.ErrNoSpace})
	_, err := f.Generate(t.Context(), keys.DefaultAlias, nil)
	keystest.Only(t, err, keys.ErrUnavailable)
	if !errors.Is(err, vfs.ErrNoSpace) {
		t.Errorf("error %v does not say that the disk is full", err)
	}
	if names, err := filepath.Glob(f.o.Path + ".tmp"); err != nil || len(names) > 0 {
		t.Errorf("left %q, %v", names, err)
	}
}

func TestTwoProcessesDoNotChangeAtOnce(t *testing.T) {
	f := open(t)
	unlock, err := f.kept.lock()
	check(t, err)
	_, err = New(f.o).Create(t.Context(), "")
	keystest.Only(t, err, keys.ErrUnavailable)
	if !strings.Contains(err.Error(), "try again") {
		t.Errorf("error %v", err)
	}
	check(t, unlock.Close())
	_, err = New(f.o).Create(t.Context(), "")
	check(t, err)
}

func TestWhatStaysAsItIsIsNotWritten(t *testing.T) {
	f := open(t)
	e, err := f.Create(t.Context(), "alias/a")
	check(t, err)
	_, err = f.Disable(t.Context(), e.ID)
	check(t, err)
	before, err := os.Stat(f.o.Path)
	check(t, err)
	again, err := f.Disable(t.Context(), e.ID)
	check(t, err)
	after, err := os.Stat(f.o.Path)
	check(t, err)
	if again.State != keys.Disabled || !os.SameFile(before, after) {
		t.Errorf("disabled again it is %+v, another file: %v", again, !os.SameFile(before, after))
	}
}

func TestListHoldsNoSecret(t *testing.T) {
	f := open(t)
	_, err := f.Create(t.Context(), "alias/a")
	check(t, err)
	e, err := f.Rotate(t.Context(), "alias/a")
	check(t, err)
	_, err = f.Create(t.Context(), "alias/a")
	if !errors.Is(err, ErrTaken) {
		t.Errorf("the alias again: %v", err)
	}
	_, err = f.Create(t.Context(), "a")
	if !errors.Is(err, errAlias) {
		t.Errorf("an alias that is none: %v", err)
	}
	all, err := f.List(t.Context())
	check(t, err)
	if len(all) != 1 || all[0].ID != e.ID || all[0].Versions != 2 || len(all[0].Aliases) != 1 {
		t.Errorf("the list is %+v", all)
	}
}
