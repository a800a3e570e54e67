package disklog

import (
	"context"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
)

// Cut is the log at one moment: what recovery would find if the power went then.
// Until it is released no file that it names is removed, used again, or given
// other bytes; the journal's last file goes on growing behind the cut.
type Cut struct {
	log *Log
	// whole says everything that the manifest does. Its reached is the last frame
	// of the cut: all that was acknowledged before it was asked for is in it.
	whole *edit
	// version holds the segments.
	version *version
	// journals are the files that recovery would read, oldest first.
	journals []journalName
}

// journalName is what of a journal file never changes.
type journalName struct {
	sequence uint64
	path     string
}

// Cut returns the log as it is now; the caller must release it. Everything that
// was acknowledged before the call is in it, and of what is appended meanwhile
// the beginning, up to one frame. It waits for a flush that is under way, and
// returns ErrClosed when the log ends.
func (l *Log) Cut(ctx context.Context) (*Cut, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answer := make(chan *Cut, 1)
	select {
	case l.cuts <- answer:
		// The flusher has taken the request and answers at once: waiting for
		// ctx too would lose a cut that nobody releases.
		return <-answer, nil
	case <-l.ended:
		return nil, shardlog.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// takeCut is called by the flusher between two changes of the manifest: then
// manifest, version and saved states say the same.
func (l *Log) takeCut() *Cut {
	c := &Cut{log: l, whole: l.wholeEdit(), version: l.segments.acquire()}
	// Looked at last: a stream that is in whole as dropped was dropped by a frame
	// that is in the cut. With SyncEvery the newest frames may not be durable
	// here; they can be read, and the copy is synced.
	c.whole.reached = l.written.Load()
	// wholeEdit shares the manifest's list, which the next flush sorts in place.
	c.whole.added = slices.Clone(c.whole.added)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.cuts++
	for _, f := range append(slices.Clone(l.mu.old), l.mu.current) {
		if f.sequence >= c.whole.firstJournal {
			c.journals = append(c.journals, journalName{f.sequence, f.path})
		}
	}
	return c
}

// Release lets the files go. It is called once.
func (c *Cut) Release() {
	l := c.log
	l.mu.Lock()
	l.mu.cuts--
	l.mu.Unlock()
	l.segments.release(c.version)
	signal(l.kicks.flusher) // which recycles what had to stay
}
