package disklog

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// endingContext ends at the second look at it; before is called then.
type endingContext struct {
	context.Context
	looks  int
	before func()
}

func (c *endingContext) Err() error {
	if c.looks++; c.looks < 2 {
		return nil
	}
	if c.before != nil {
		c.before()
		c.before = nil
	}
	return context.Canceled
}

func (c *endingContext) Done() <-chan struct{} {
	_ = c.Err()
	done := make(chan struct{})
	close(done)
	return done
}

// What joined a group before the log was told to end is committed, also if it
// joined just after the writer had found no group, and somebody had the turn.
func TestWhatJoinedBeforeTheEndIsCommitted(t *testing.T) {
	l, err := Open(crashfs.New(), "data", tiny)
	if err != nil {
		t.Fatal(err)
	}
	joined := make(chan []shardlog.Result, 1)
	r := &rig{TB: t, Log: l}
	ctx := &endingContext{Context: t.Context(), before: func() {
		<-l.turn
		go func() { joined <- appendAll(t, l, batchOf(1, 1, 0)) }()
		r.waitJoined(1)
		l.turn <- struct{}{}
	}}
	if err := l.write(ctx); err != nil {
		t.Fatal(err)
	}
	l.end()
	if results := <-joined; results == nil {
		t.Error("the append was not committed")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// A sync of the manifest that fails while the log is told to end is not hidden,
// and nothing is written any more.
func TestManifestFailsAtTheEnd(t *testing.T) {
	disk := crashfs.New()
	held := holdCalls(disk, func(op vfs.Op) bool { return op.Kind == vfs.OpSync && strings.HasSuffix(op.Name, manifestName) })
	o, _ := flushed(1 << 10)
	r := start(t, held, "data", o)
	held.Inject(faultfs.Rule{Match: func(op vfs.Op) bool {
		return op.Kind == vfs.OpSync && strings.HasSuffix(op.Name, manifestName)
	}})
	writes := held.Inject(faultfs.Rule{After: faultfs.Never, Match: func(op vfs.Op) bool {
		return op.Kind == vfs.OpWrite && strings.HasSuffix(op.Name, manifestName)
	}})
	held.hold()
	r.put(shardOf(1), strings.Repeat("x", 1100))
	<-held.reached
	r.end()
	r.waitClosed()
	held.release()
	if err := <-r.ran; !errors.Is(err, faultfs.ErrIO) {
		t.Errorf("Run: %v", err)
	}
	r.ran <- nil
	if writes.Seen() != 1 {
		t.Errorf("the manifest was written %d times", writes.Seen())
	}
	r.stopped()
}

// waitClosed waits until the writer lets nobody join any more.
func (r *rig) waitClosed() {
	closed := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.mu.closed
	}
	for !closed() {
		runtime.Gosched()
	}
}
