package disklog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// TestEveryFault lets each call to the disk fail once, with several errors, in a
// load that opens, appends, seals, trims, drops, flushes, rotates and recovers.
// Afterwards, with and without a power cut, everything acknowledged is there.
//
// Calls are counted by site (see faultSites), since goroutines mix those of
// several sites in any order.
func TestEveryFault(t *testing.T) {
	met := sites{}
	for seed := range uint64(10) { // each with other crashes
		if _, err := oneFault(seed, met.counting()); err != nil {
			t.Fatalf("no fault, seed %d: %v", seed, err)
		}
	}
	met.compare(t, faultSites)
	rules := []struct {
		name string
		rule faultfs.Rule
	}{
		{"IO", faultfs.Rule{}},
		{"ShortWrite", faultfs.Rule{Match: faultfs.Kind(vfs.OpWrite), Short: 512}},
		{"WholeWrite", faultfs.Rule{Match: faultfs.Kind(vfs.OpWrite), Short: 1 << 30}},
		{"NoSpace", faultfs.Rule{Match: takesSpace, Err: vfs.ErrNoSpace}},
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			faults, ended := 0, 0
			for _, site := range slices.Sorted(maps.Keys(met)) {
				f, e := everyFaultAt(t, site, r.rule)
				faults += f
				ended += e
			}
			t.Logf("%d faults, after %d of which the log ended", faults, ended)
		})
	}
}

// everyFaultAt lets the calls of a site fail that the rule matches, one after the
// other, until there is none left in two runs: the first 40, or all, with and
// without a power cut before, under make torture.
func everyFaultAt(t *testing.T, site string, r faultfs.Rule) (faults, ended int) {
	t.Helper()
	calls, runs := 40, 1
	if os.Getenv("FRESHET_TORTURE") != "" {
		calls, runs = 10_000, 2
	}
	for run, unmet := 0, 0; unmet < 2*runs && run < calls*runs; run++ {
		n := run / runs
		rule := r
		failed := false
		rule.Match = nthAt(site, n, r.Match, &failed)
		stopped, err := oneFault(uint64(run), rule)
		if err != nil {
			t.Fatalf("%s, call %d: %v", site, n, err)
		}
		switch {
		case !failed:
			unmet++
		case stopped:
			ended++
			fallthrough
		default:
			faults++
		}
	}
	return faults, ended
}

// takesSpace matches the calls that a full disk fails. The journal's own writes
// are not among them: its blocks are there.
func takesSpace(op vfs.Op) bool {
	switch op.Kind {
	case vfs.OpCreate, vfs.OpSyncDir, vfs.OpRename:
		return true
	case vfs.OpWrite, vfs.OpSync:
		return !strings.Contains(op.Name, journalPrefix)
	}
	return false
}

// oneFault runs the load in two lives with one fault and checks what is left. In
// every other run the power is cut in the first life. It reports whether the log
// ended by the fault.
func oneFault(seed uint64, rule faultfs.Rule) (ended bool, err error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	disk, g := crashfs.New(), newLedger()
	for life := range byte(2) {
		if life == 0 && seed%2 == 1 {
			disk.CrashAfter(50 + rng.IntN(150))
		}
		faulty := faultfs.New(disk)
		faulty.Inject(rule)
		stopped, err := faultyLife(rng, faulty, g, life, tiny)
		if err != nil {
			return false, err
		}
		if disk.Dead() {
			disk = disk.Crash(rng)
		} else {
			ended = ended || stopped
			disk.CrashWhen(nil)
		}
	}
	for range 2 {
		if _, err := Verify(disk, "data", shardlogtest.Unwrap); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("verify: %w", err)
		}
		l, err := Open(disk, "data", tiny)
		if err != nil {
			return false, fmt.Errorf("recover: %w", err)
		}
		if err := errors.Join(g.check(l), l.Close()); err != nil {
			return false, err
		}
		disk = disk.Crash(rng)
	}
	return ended, nil
}

// faultyLife runs the load until it is done or has met its fault.
func faultyLife(rng *rand.Rand, disk vfs.FS, g *ledger, life byte, o Options) (ended bool, err error) {
	healed := make(chan struct{}, 100)
	o.MemtableBytes = 3 << 10
	o.Retry = 1
	o.Events.NoSpace = func(err error) {
		if err == nil {
			healed <- struct{}{}
		}
	}
	l, err := Open(disk, "data", o)
	if err != nil {
		return false, nil //nolint:nilerr // the fault; the next life meets none
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- l.Run(ctx) }()
	err = faultyLoad(rng, l, g, life, healed)
	cancel()
	ended = <-ran != nil
	_ = l.Close() // a fault in closing costs nothing
	return ended, err
}

func faultyLoad(rng *rand.Rand, l *Log, g *ledger, life byte, healed chan struct{}) error {
	shard := func() shardlog.Shard {
		return shardlog.Shard{Stream: shardlog.StreamID{9, life, byte(rng.IntN(2))}, Number: uint32(rng.IntN(3))}
	}
	for i := range 24 {
		entries := []shardlog.Entry{g.entry(rng, 0, shard()), g.entry(rng, 0, shard())}
		_, err := g.append(l, entries)
		switch {
		case errors.Is(err, shardlog.ErrNoSpace):
			select {
			case <-healed:
			case <-l.ended:
			}
		case errors.Is(err, shardlog.ErrClosed):
			return nil
		case err != nil:
			return err
		}
		switch i {
		case 6:
			// From here on a flush makes two segments. An error says that the log
			// has ended.
			_ = l.Configure(context.Background(), shardlog.StreamID{9, life}, shardlog.Settings{Retention: 7 * day, Compression: shardlog.S2})
		case 8:
			g.trim(rng, l, shard().Stream)
		case 12:
			g.seal(l, shard())
		case 20:
			g.drop(l, shard().Stream)
		}
		for s := range uint32(6) {
			if _, err := g.read(l, shardlog.Shard{Stream: shardlog.StreamID{9, life, byte(s / 3)}, Number: s % 3}, 0); err != nil && !errors.Is(err, faultfs.ErrIO) {
				return err
			}
		}
	}
	return nil
}

// A failed sync is final: it is not tried again, whoever waits is told that the
// outcome is unknown, and nothing is taken any more. Reads go on.
func TestFailedSyncEndsTheLog(t *testing.T) {
	f := func(name string, kind vfs.Kind) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			disk := crashfs.New()
			faulty := faultfs.New(disk)
			r := start(t, faulty, "data", Options{})
			r.put(shardOf(1), "durable")
			faulty.Inject(faultfs.Rule{Match: func(op vfs.Op) bool {
				return op.Kind == kind && strings.Contains(op.Name, journalPrefix)
			}})
			results, err := r.Append(t.Context(), []shardlog.Entry{{Shard: shardOf(1), Data: []byte("unknown")}})
			if err != nil || !errors.Is(results[0].Err, shardlog.ErrUnknown) {
				t.Errorf("Append in the failed group: %+v, %v", results, err)
			}
			if err := <-r.ran; !errors.Is(err, faultfs.ErrIO) {
				t.Errorf("Run: %v", err)
			}
			r.ran <- nil
			if _, err := r.Append(t.Context(), batchOf(1, 1, 0)); !errors.Is(err, shardlog.ErrClosed) {
				t.Errorf("Append afterwards: %v", err)
			}
			if err := r.Wait(t.Context(), shardOf(1), 1); !errors.Is(err, shardlog.ErrClosed) {
				t.Errorf("Wait afterwards: %v", err)
			}
			r.wantData(shardOf(1), "durable")
			r.stopped()
		})
	}
	f("sync", vfs.OpSync)
	f("write", vfs.OpWrite)
}

// TestFullDisk: appends are refused before anything is damaged, reads go on, and
// all is well again when there is room.
func TestFullDisk(t *testing.T) {
	f := func(name string, memtable int64, makeRoom func(r *rig, disk *crashfs.FS)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			other := shardlog.Shard{Stream: streamOf(2), Number: 1}
			disk := crashfs.New()
			disk.SetQuota(1 << 20)
			healed := make(chan struct{}, 100)
			o := tiny
			o.MemtableBytes = memtable
			o.Reserve = 128 << 10
			o.Retry = 1
			o.Events.NoSpace = func(err error) {
				if err == nil {
					healed <- struct{}{}
				}
			}
			r := start(t, disk, "data", o)
			n := fillDisk(r)
			r.wantNumbered(0, n)
			before := r.State(shardOf(1))
			makeRoom(r, disk)
			<-healed
			for {
				results, err := r.Append(t.Context(), []shardlog.Entry{{Shard: other, Data: []byte("more")}})
				if err == nil && results[0].Err == nil {
					break
				}
				if !errors.Is(err, shardlog.ErrNoSpace) {
					t.Fatal(results, err)
				}
				<-healed
			}
			if after := r.State(shardOf(1)); after.Next != before.Next && after.Next != 0 {
				t.Errorf("the state moved from %+v to %+v", before, after)
			}
			r.stopped()
			r = start(t, disk, "data", o)
			r.wantData(other, "more")
			r.stopped()
		})
	}
	larger := func(_ *rig, disk *crashfs.FS) { disk.SetQuota(8 << 20) }
	drop := func(r *rig, _ *crashfs.FS) {
		if err := r.Drop(r.Context(), streamOf(1)); err != nil {
			r.Fatal(err)
		}
	}
	f("made larger", tiny.MemtableBytes, larger)
	f("emptied by a drop", tiny.MemtableBytes, drop)
	// All that the drop frees is in the memtable and the journal.
	f("emptied by a drop before the first flush", 8<<20, drop)
}

// fillDisk appends until the log refuses, and returns how many it took.
func fillDisk(r *rig) int {
	r.Helper()
	for n := 0; ; n++ {
		entries := []shardlog.Entry{{Shard: shardOf(1), Key: fmt.Sprint(n), Data: make([]byte, 2000)}}
		results, err := r.Append(r.Context(), entries)
		if errors.Is(err, shardlog.ErrNoSpace) {
			return n
		}
		if err != nil || results[0].Err != nil {
			r.Fatalf("append %d: %v, %v", n, results, err)
		}
	}
}

// wantNumbered demands the records that fillDisk made.
func (r *rig) wantNumbered(from, to int) {
	r.Helper()
	records, _, err := readShard(r.Log, shardOf(1))
	if err != nil || len(records) != to-from {
		r.Fatalf("%d records, %v; want %d", len(records), err, to-from)
	}
	for i, rec := range records {
		if rec.Key != fmt.Sprint(from+i) {
			r.Fatalf("record %d is %s", from+i, rec.Key)
		}
	}
}
