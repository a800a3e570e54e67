package disklog

import "context"

// Who commits. There is one turn, and who has it is the writer: it alone takes
// groups, writes the journal and publishes. While groups follow each other it
// stays with the writer's goroutine. On an idle log that would cost more than all
// else but the disk: the append wakes the writer, and the writer the append. So
// where appends come alone, a small one that opened its group and finds the turn
// free commits the group itself. What joins meanwhile is for the writer's goroutine.
//
// An open group has always somebody who sees to it:
//
//	who opened it and leads     when the region is written: it takes the turn, or
//	                            calls the writer's goroutine if another has it
//	who opened it and does not  calls the writer's goroutine at once, which wakes
//	                            up while the region is written
//
// The call stays until the writer's goroutine has had the turn after it, so none
// is lost.

// leadMost is the largest region with which an append leads. With a larger one it
// has better things to do than to wait for the disk, such as making the next slab.
const leadMost = 32 << 10

// leadsLocked reports whether an append that opens a group with a region of n
// bytes leads: if the group before had nobody else in it. Where appends come
// together the writer's goroutine is about to have the turn again.
func (l *Log) leadsLocked(n int) bool {
	return n <= leadMost && (l.mu.taken == nil || l.mu.taken.appends == 1)
}

// lead commits the open group if the turn is free.
func (l *Log) lead() {
	select {
	case <-l.turn:
	default:
		signal(l.kicks.writer)
		return
	}
	due := l.writer.due
	if _, err := l.commitOpen(false); err != nil {
		l.end()
		l.failed <- err // Run returns it
		return
	}
	// A sync that is due some time, and a flush, are for the writer's goroutine.
	more := l.writer.due != due || l.wantsFlush(l.writer.active)
	l.turn <- struct{}{}
	if more {
		signal(l.kicks.writer)
	}
}

// idle gives the turn away until the writer's goroutine has something to do. It
// has the turn again when it returns nil. The journal's sync may have become due.
func (l *Log) idle(ctx context.Context) error {
	due := l.writer.due
	l.turn <- struct{}{}
	expired := false
	select {
	case <-l.kicks.writer:
	case <-ctx.Done():
	case <-due:
		expired = true
	case err := <-l.failed:
		return err
	}
	select {
	case <-l.turn:
	case err := <-l.failed:
		return err
	}
	if expired && l.writer.due == due {
		return l.syncJournal()
	}
	return nil
}
