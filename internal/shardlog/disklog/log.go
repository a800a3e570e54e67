package disklog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// Log is a shardlog.Log on one disk. It is made by Open.
type Log struct {
	fs   vfs.FS
	dir  string
	o    Options
	id   uint64 // of the folder
	lock io.Closer

	shards   directory
	keys     *keyring
	locked   lockedRuns
	segments segments
	space    space

	// mu guards what joining decides. It is held for a few microseconds and
	// never across a wait or I/O; no other lock is taken under it.
	mu struct {
		sync.Mutex
		// open is the group that may be joined; nil, there is none yet.
		open *group
		// taken is the group that was open before.
		taken   *group
		nextLSN uint64
		slab    *slab
		changes []change // for the next group, emptied

		// current is the file that frames go to, next the one after it, nil
		// until it is prepared. old are those before it that the manifest does
		// not let go yet, spares those that it does.
		current, next *journalFile
		old, spares   []*journalFile
		sequence      uint64 // of the newest file
		written       int64  // what frames took since the log was opened
		// want is the size of a file that a waiting append needs; 0, none.
		want int64

		// sealed memtables wait for the flusher, oldest first. full says that
		// the active one waits for a place among them.
		sealed []*memtable
		full   bool

		// cuts counts the backups that read journal files: while there is one no
		// file of old becomes a spare.
		cuts int

		closed bool
		// changed is closed when an append that waits may try again. It is made
		// by the first that waits.
		changed chan struct{}
	}

	// spare is the next slab, refilling says that someone makes it.
	spare     atomic.Pointer[slab]
	refilling atomic.Bool

	// turn holds a value while Run is under way and nobody commits. failed gets
	// why an append that led could not; it keeps the turn.
	turn   chan struct{}
	failed chan error

	// writer is owned by who has the turn, and by recovery before.
	writer struct {
		active *memtable
		prev   uint32 // checksum of the last frame's header
		last   uint64 // its LSN
		synced uint64 // frames up to this LSN are durable
		warmed int    // what warm returned; nobody reads it
		// unsynced is the one file that holds frames above synced; nil, there
		// are none. due tells when it must be synced at the latest.
		unsynced *journalFile
		due      <-chan time.Time
		// unchecked is what was written since the free space was looked at.
		unchecked int64
	}
	// tail is the flusher's.
	tail tail
	// written is writer.last and durable writer.synced for others to read.
	written, durable atomic.Uint64

	// manifest is the flusher's.
	manifest *manifest
	// segmentNumber is that of the newest segment; takeSegmentNumber counts it.
	segmentNumber atomic.Uint64

	// shrinking says that the journal's files are to become small again.
	shrinking atomic.Bool

	collection collection
	rewriting  rewriting

	kicks struct{ writer, preparer, flusher chan struct{} }
	// cuts takes requests for the flusher, which answers each at once.
	cuts chan chan<- *Cut
	// keyRequests is how AddKey asks the flusher, which answers each.
	keyRequests chan keyRequest
	// ended is closed when Run returns, or by Close.
	ended   chan struct{}
	endOnce sync.Once
	// released says that Close was called.
	released atomic.Bool
}

var _ shardlog.Log = (*Log)(nil)

func newLog(fs vfs.FS, dir string, o Options) *Log {
	l := &Log{fs: fs, dir: dir, o: o, shards: newDirectory(), keys: newKeyring(o.Unwrap), ended: make(chan struct{})}
	l.segments.open(fs, dir, o)
	l.turn = make(chan struct{}, 1)
	l.failed = make(chan error, 1)
	l.kicks.writer = make(chan struct{}, 1)
	l.kicks.preparer = make(chan struct{}, 1)
	l.kicks.flusher = make(chan struct{}, 1)
	l.rewriting.jobs, l.rewriting.results = make(chan *job, 1), make(chan *job, 1)
	l.collection.trimmed = map[shardlog.StreamID]shardlog.Millis{}
	l.cuts = make(chan chan<- *Cut)
	l.keyRequests = make(chan keyRequest)
	l.writer.active = &memtable{first: 1}
	return l
}

// Run commits groups, flushes memtables, prepares journal files and rewrites
// segments until ctx ends or one of the four fails; see shardlog.Log. Whichever
// way it ends, the writer first commits what has joined, unless it was the one that failed.
func (l *Log) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return l.write(ctx) })
	g.Go(func() error { return l.flush(ctx) })
	g.Go(func() error { return l.prepare(ctx) })
	g.Go(func() error { return l.rewrite(ctx) })
	err := g.Wait()
	l.end()
	if err != nil {
		return err
	}
	return l.markReached()
}

// markReached tells the manifest how far the journal goes, so that damage to its
// end cannot pass for a torn tail after a stop in good order. On a full disk it
// is left out.
func (l *Log) markReached() error {
	e := l.manifest.current()
	e.reached = l.durable.Load()
	if e.reached == l.manifest.reached {
		return nil
	}
	if err := l.manifest.commit(e, l.wholeEdit); err != nil && !retry(err) {
		return err
	}
	return nil
}

// end lets nobody join any more, and answers those who joined a group that will
// not be written.
func (l *Log) end() {
	l.mu.Lock()
	l.mu.closed = true
	g := l.mu.open
	l.mu.open = nil
	l.broadcastLocked()
	l.mu.Unlock()
	if g != nil {
		g.end(shardlog.ErrUnknown)
	}
	l.endOnce.Do(func() { close(l.ended) })
}

// Close gives back the files and the lock; see shardlog.Log.
func (l *Log) Close() error {
	l.end()
	l.released.Store(true)
	var errs []error
	l.mu.Lock()
	files := []*journalFile{l.mu.current, l.mu.next}
	l.mu.current, l.mu.next = nil, nil
	l.mu.Unlock()
	for _, f := range files {
		if f != nil {
			errs = append(errs, f.close())
		}
	}
	if l.manifest != nil {
		errs = append(errs, l.manifest.close())
		l.manifest = nil
	}
	l.segments.close()
	if l.lock != nil {
		errs = append(errs, l.lock.Close())
		l.lock = nil
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close log: %w", err)
	}
	return nil
}

// State returns what is known of a shard; see shardlog.Log.
func (l *Log) State(id shardlog.Shard) shardlog.State {
	s, err := l.shards.find(id)
	if s == nil || err != nil {
		return shardlog.State{}
	}
	state, dropped := s.published()
	if dropped {
		return shardlog.State{}
	}
	return state
}

// readable returns why nothing can be read any more, if so.
func (l *Log) readable(ctx context.Context) error {
	if l.released.Load() {
		return shardlog.ErrClosed
	}
	return ctx.Err()
}

// changeable returns ErrClosed if nothing can be changed any more. Who joins is
// told anyway; it is for those who may find nothing to join for.
func (l *Log) changeable() error {
	select {
	case <-l.ended:
		return shardlog.ErrClosed
	default:
		return nil
	}
}

// changedLocked returns what is closed when something changes for appends that
// wait.
func (l *Log) changedLocked() <-chan struct{} {
	if l.mu.changed == nil {
		l.mu.changed = make(chan struct{})
	}
	return l.mu.changed
}

func (l *Log) broadcastLocked() {
	if l.mu.changed != nil {
		close(l.mu.changed)
		l.mu.changed = nil
	}
}

func (l *Log) broadcast() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broadcastLocked()
}

// signal wakes a goroutine that has one thing to look at, however often.
func signal(kick chan struct{}) {
	select {
	case kick <- struct{}{}:
	default:
	}
}
