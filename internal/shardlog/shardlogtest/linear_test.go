package shardlogtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
	"github.com/freshet/freshet/internal/vfs"
)

func TestTheReferenceIsLinearizable(t *testing.T) {
	calls := 0
	for seed := range uint64(50) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			calls += Linear(t, Linearity{
				Open:  func(vfs.FS) (shardlog.Log, error) { return memlog.New(), nil },
				Seed:  seed,
				Lives: 1,
			}).Calls
		})
	}
	t.Logf("%d calls", calls)
}

// faulty is a log in memory that outlives its end, with a fault of a kind that
// Linear must notice.
type faulty struct {
	shardlog.Log
	read   func(s shardlog.Shard, from shardlog.Offset, b *shardlog.Batch)
	append func(entries []shardlog.Entry, results []shardlog.Result)
	find   func(found *shardlog.Offset)
	reopen func(log shardlog.Log)
}

func (f *faulty) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (f *faulty) Close() error { return nil }

func (f *faulty) Read(ctx context.Context, s shardlog.Shard, from shardlog.Offset, limit shardlog.Limit) (shardlog.Batch, error) {
	b, err := f.Log.Read(ctx, s, from, limit)
	if f.read != nil && err == nil {
		f.read(s, from, &b)
	}
	return b, err
}

func (f *faulty) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	results, err := f.Log.Append(ctx, entries)
	if f.append != nil && err == nil {
		f.append(entries, results)
	}
	return results, err
}

func (f *faulty) Find(ctx context.Context, s shardlog.Shard, t shardlog.Millis) (shardlog.Offset, error) {
	found, err := f.Log.Find(ctx, s, t)
	if f.find != nil && err == nil {
		f.find(&found)
	}
	return found, err
}

// TestLinearNotices: a check that cannot fail shows nothing.
func TestLinearNotices(t *testing.T) {
	f := func(name string, fault func() *faulty, want string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				var l *faulty
				_, err := TryLinear(t, Linearity{Seed: seed, Lives: 3, Open: func(vfs.FS) (shardlog.Log, error) {
					if l == nil {
						l = fault()
						l.Log = memlog.New()
					} else if l.reopen != nil {
						l.reopen(l.Log)
					}
					return l, nil
				}})
				if want == "" && err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if want != "" && err != nil {
					if !strings.Contains(err.Error(), want) {
						t.Fatalf("seed %d: %v, want %q", seed, err, want)
					}
					return // noticed
				}
			}
			if want != "" {
				t.Error("nothing was noticed")
			}
		})
	}
	f("nothing is wrong", func() *faulty { return &faulty{} }, "")
	f("the last record is lost on reopening", losing, "Illegal")
	f("reads are of the past", stale, "Illegal")
	f("an offset is given twice", func() *faulty {
		return &faulty{append: func(_ []shardlog.Entry, results []shardlog.Result) {
			if r := &results[0]; r.Err == nil && r.Offset > 5 {
				r.Offset--
			}
		}}
	}, "Illegal")
	f("a record is passed over", func() *faulty {
		return &faulty{read: func(_ shardlog.Shard, _ shardlog.Offset, b *shardlog.Batch) {
			if n := len(b.Records); n > 3 {
				b.Records = slices.Delete(slices.Clone(b.Records), n/2, n/2+1)
			}
		}}
	}, "Illegal")
	f("a sealed shard looks open", func() *faulty {
		return &faulty{read: func(_ shardlog.Shard, _ shardlog.Offset, b *shardlog.Batch) { b.State.Sealed = false }}
	}, "Illegal")
	f("a floor moves back", func() *faulty {
		return &faulty{read: func(_ shardlog.Shard, _ shardlog.Offset, b *shardlog.Batch) { b.State.Floor = 0 }}
	}, "Illegal")
	f("an entry is refused for no reason", func() *faulty {
		return &faulty{append: func(_ []shardlog.Entry, results []shardlog.Result) {
			if r := &results[0]; r.Offset == 7 {
				*r = shardlog.Result{Err: shardlog.ErrSealed}
			}
		}}
	}, "Illegal")
	f("a time is found one record late", func() *faulty {
		return &faulty{find: func(found *shardlog.Offset) { *found++ }}
	}, "Illegal")
}

// losing forgets the last record of each shard when it is opened again.
func losing() *faulty {
	hidden := map[shardlog.Shard]shardlog.Offset{}
	var mu sync.Mutex
	known := map[shardlog.Shard]bool{}
	return &faulty{
		reopen: func(log shardlog.Log) {
			for s := range known {
				if state := log.State(s); state.Next > state.Floor {
					hidden[s] = state.Next - 1
				}
			}
		},
		append: func(entries []shardlog.Entry, _ []shardlog.Result) {
			mu.Lock()
			defer mu.Unlock()
			for _, e := range entries {
				known[e.Shard] = true
			}
		},
		read: func(s shardlog.Shard, _ shardlog.Offset, b *shardlog.Batch) {
			if at, ok := hidden[s]; ok {
				b.Records = slices.DeleteFunc(slices.Clone(b.Records), func(r shardlog.Record) bool { return r.Offset == at })
			}
		},
	}
}

// stale answers a read as it answered an earlier one that began at the same
// offset, in one of three cases.
func stale() *faulty {
	type read struct {
		s    shardlog.Shard
		from shardlog.Offset
	}
	var mu sync.Mutex
	earlier := map[read]shardlog.Batch{}
	n := 0
	return &faulty{read: func(s shardlog.Shard, from shardlog.Offset, b *shardlog.Batch) {
		mu.Lock()
		defer mu.Unlock()
		at := read{s, from}
		n++
		if old, ok := earlier[at]; ok && n%3 == 0 {
			*b = old
			return
		}
		earlier[at] = *b
	}}
}
