package disklog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// TestEveryFaultWhileSpaceIsGivenBack lets each call to the disk fail once in a
// life that rewrites a segment, merges three, punches a hole and shrinks the
// journal. Afterwards, with and without a power cut, everything acknowledged is
// there.
func TestEveryFaultWhileSpaceIsGivenBack(t *testing.T) {
	rules := []struct {
		name string
		rule faultfs.Rule
	}{
		{"IO", faultfs.Rule{}},
		{"ShortWrite", faultfs.Rule{Match: faultfs.Kind(vfs.OpWrite), Short: 512}},
		{"NoSpace", faultfs.Rule{Match: takesSpace, Err: vfs.ErrNoSpace}},
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disk, g := halfDead(t)
				for n := 0; ; n++ {
					rule := r.rule
					rule.After = n
					var met reclaimed
					failed, err := faultInTidying(uint64(n), disk.CrashClone(nil), g.clone(), rule, &met)
					if err != nil {
						t.Fatalf("call %d: %v", n, err)
					}
					if !failed {
						t.Logf("%d calls: %s", n, &met)
						if met.rewritten.Load() == 0 || met.merged.Load() == 0 || met.punched.Load() == 0 || met.shrunk.Load() == 0 {
							t.Error("the life missed a way of giving space back")
						}
						return
					}
				}
			})
		})
	}
}

// halfDead returns a disk with segments that wait for a trim or a drop, or for
// being merged, and a journal that is large.
func halfDead(t *testing.T) (*crashfs.FS, *ledger) {
	t.Helper()
	fs, g := crashfs.New(), newLedger()
	o, _ := noting()
	o.JournalMin, o.JournalMax, o.tidy.idleJournal = 16<<10, 256<<10, 1<<30
	o.tidy.merge = 100
	r := start(t, fs, "data", o)
	r.kept(7*day, 4)
	put := func(entries ...shardlog.Entry) {
		t.Helper()
		if _, err := g.append(r.Log, entries); err != nil {
			t.Fatal(err)
		}
		settle()
	}
	put(g.sized(firstOf(1), 10<<10), g.sized(firstOf(2), 60<<10))
	put(g.sized(firstOf(1), 60<<10), g.sized(firstOf(3), 20<<10))
	for range 3 {
		put(g.sized(firstOf(4), 2000))
	}
	r.stopped()
	return fs, g
}

// sized is entry with a size that is asked for.
func (g *ledger) sized(s shardlog.Shard, size int) shardlog.Entry {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.nextID++
	g.pageLocked(s).attempts[g.nextID] = &attempt{id: g.nextID, size: size, answer: unknown}
	return shardlog.Entry{Shard: s, Key: fmt.Sprint("key ", g.nextID), Data: payload(g.nextID, size)}
}

// faultInTidying lives once with the fault and checks what is left. It reports
// whether the fault was met.
func faultInTidying(seed uint64, disk *crashfs.FS, g *ledger, rule faultfs.Rule, met *reclaimed) (failed bool, err error) {
	faulty := faultfs.New(disk)
	fault := faulty.Inject(rule)
	o, _ := noting()
	o = tellingOf(o, met)
	o.JournalMin, o.JournalMax = 16<<10, 256<<10
	o.Events.JournalRotated = func(j JournalRotated) {
		if j.Size == o.JournalMin { // the life begins in a larger one
			met.shrunk.Add(1)
		}
	}
	if err := tidyingLife(faulty, g, o); err != nil {
		return false, err
	}
	rng := rand.New(rand.NewPCG(seed, 3))
	for range 2 {
		l, err := Open(disk, "data", o)
		if err != nil {
			return false, fmt.Errorf("recover: %w", err)
		}
		if err := errors.Join(g.check(l), l.Close()); err != nil {
			return false, err
		}
		if _, err := Verify(disk, "data", shardlogtest.Unwrap); err != nil {
			return false, fmt.Errorf("verify: %w", err)
		}
		disk = disk.Crash(rng)
	}
	return fault.Failed() > 0, nil
}

func tidyingLife(fs vfs.FS, g *ledger, o Options) error {
	l, err := Open(fs, "data", o)
	if err != nil {
		return nil //nolint:nilerr // the fault
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- l.Run(ctx) }()
	g.drop(l, streamOf(2))
	g.drop(l, streamOf(3))
	settle()
	_, err = g.append(l, []shardlog.Entry{g.sized(firstOf(1), 3000)})
	if errors.Is(err, shardlog.ErrClosed) || errors.Is(err, shardlog.ErrNoSpace) {
		err = nil
	}
	settle()
	cancel()
	<-ran         // with an error, if the fault was one that ends the log
	_ = l.Close() // a fault in closing costs nothing
	return err
}
