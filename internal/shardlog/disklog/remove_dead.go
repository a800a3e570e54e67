package disklog

import (
	"fmt"
)

// removeDead removes the segments in which every record is below its shard's
// floor or of a dropped stream. The flusher calls it after trims and drops,
// which are durable in the journal by then.
func (l *Log) removeDead() error {
	dead := l.findDead()
	if len(dead) == 0 {
		return nil
	}
	e := l.manifest.current()
	for _, s := range dead {
		e.removed = append(e.removed, s.number)
	}
	if err := l.manifest.commit(e, l.wholeEdit); err != nil {
		l.collect.Store(true)
		return fmt.Errorf("remove segments: %w", err)
	}
	// From here on the files are garbage; each goes when its last reader has
	// left, or recovery removes it.
	l.segments.install(nil, dead)
	for _, s := range dead {
		if fn := l.o.Events.SegmentRemoved; fn != nil {
			fn(s.number)
		}
	}
	return nil
}

// findDead returns the segments without a record that may be read. Only the
// flusher changes what there is, so it holds no version of it afterwards.
func (l *Log) findDead() (dead []*segment) {
	v := l.segments.acquire()
	defer l.segments.release(v)
	for _, s := range v.segments {
		alive, err := l.isAlive(s)
		if err == nil && !alive { // a damaged footer: readers are told, and it stays
			dead = append(dead, s)
		}
	}
	return dead
}

// isAlive reports whether s has a record that may be read. The shard that kept it
// alive the last time is asked first: mostly it still does.
func (l *Log) isAlive(s *segment) (bool, error) {
	f, err := l.footerOf(s)
	if err != nil {
		return false, err
	}
	for range f.shardCount() {
		if l.isShardAlive(f, s.alive) {
			return true, nil
		}
		s.alive = (s.alive + 1) % f.shardCount()
	}
	return false, nil
}

func (l *Log) isShardAlive(f *footer, i int) bool {
	_, to := f.blocksOf(i)
	sh, err := l.shards.find(f.shard(i))
	if err != nil {
		return false // dropped
	}
	if sh == nil {
		panic(fmt.Sprintf("BUG: shard %s has records in a segment and no state", f.shard(i)))
	}
	state, dropped := sh.published()
	return !dropped && state.Floor <= f.block(to-1).lastOffset
}
