package disklog

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// lookAtOnce bounds the footers that are read before the flusher looks after the
// memtables again.
const lookAtOnce = 16

// removeDead removes the segments among the suspects in which every record is
// below its shard's floor or of a dropped stream.
func (l *Log) removeDead() error {
	l.collect()
	dead := l.findDead()
	if err := l.removeSegments(dead); err != nil {
		return err // the rest waits as well: on a full disk it would find the same
	}
	if len(l.collection.suspects) > 0 {
		signal(l.kicks.flusher)
	}
	return nil
}

// removeSegments lets go of segments in which nothing is alive. If the manifest
// cannot say so they are suspects again.
func (l *Log) removeSegments(dead []*segment) error {
	if len(dead) == 0 {
		return nil
	}
	e := l.manifest.current()
	for _, s := range dead {
		e.removed = append(e.removed, s.number)
	}
	if err := l.manifest.commit(e, l.wholeEdit); err != nil {
		for _, s := range dead {
			l.suspect(s)
		}
		return fmt.Errorf("remove segments: %w", err)
	}
	// From here on the files are garbage; each goes when its last reader has
	// left, or recovery removes it.
	l.segments.install(nil, dead)
	l.cancelJobOf(dead)
	for _, s := range dead {
		if fn := l.o.Events.SegmentRemoved; fn != nil {
			fn(s.number)
		}
	}
	return nil
}

// findDead returns suspects without a record that may be read, and takes those it
// looked at from the list. Only the flusher changes what there is, so it holds no
// version of it.
func (l *Log) findDead() (dead []*segment) {
	c := &l.collection
	for read := 0; len(c.suspects) > 0 && read < lookAtOnce; {
		s := c.suspects[0]
		c.suspects = c.suspects[1:]
		s.upkeep.suspect = false
		if s.upkeep.known && l.isAlive(s.upkeep.witness) {
			l.touch(s)
			continue
		}
		read++
		f, err := l.upkeepFooter(s)
		if err != nil {
			continue // damage was told, and the segment stays
		}
		w, found := l.findWitness(f)
		s.upkeep.known, s.upkeep.witness = found, w
		if found {
			l.touch(s)
		} else {
			dead = append(dead, s)
		}
	}
	return dead
}

// upkeepFooter is footerOf for the flusher: damage is met, and told, once, and then
// remembered.
func (l *Log) upkeepFooter(s *segment) (*footer, error) {
	if s.upkeep.damage != nil {
		return nil, s.upkeep.damage
	}
	f, err := l.footerOf(s)
	if damage, ok := errors.AsType[*CorruptionError](err); ok {
		s.upkeep.damage = damage
	}
	return f, err
}

// findWitness returns the record that is likely to live longest of those that are
// alive, by the retention of its stream; found is false if all are dead.
func (l *Log) findWitness(f *footer) (w witness, found bool) {
	latest := shardlog.Millis(-1)
	for i := range f.shardCount() {
		sh, from, to := l.aliveBlocks(f, i)
		if from == to {
			continue
		}
		last := f.block(to - 1)
		if until := sh.stream.expiry(last.lastArrival); until > latest {
			latest, w, found = until, witness{sh.id(), last.lastOffset}, true
		}
	}
	return w, found
}

// isAlive reports whether the record may be read.
func (l *Log) isAlive(w witness) bool {
	sh, floor := l.aliveFrom(w.shard)
	return sh != nil && w.offset >= floor
}
