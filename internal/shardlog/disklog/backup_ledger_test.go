package disklog

import (
	"fmt"
	"maps"

	"github.com/freshet/freshet/internal/shardlog"
)

// clone returns g as it is now.
func (g *ledger) clone() *ledger {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := newLedger()
	c.nextID, c.drops = g.nextID, maps.Clone(g.drops)
	for s, p := range g.shards {
		page := *p
		page.attempts = map[uint64]*attempt{}
		for id, a := range p.attempts {
			attempt := *a
			page.attempts[id] = &attempt
		}
		c.shards[s] = &page
	}
	return c
}

// checkBackup checks a log that was opened from a backup. before is what was
// known when Backup was called, and after, once the load has ended: what had an
// answer before must be there, the rest may be. Of what one worker appended, one
// after the other, it must be the beginning.
func checkBackup(l shardlog.Log, before, after *ledger) error {
	doubt := after.clone()
	for s, p := range doubt.shards {
		known := before.shards[s]
		if known == nil {
			known = &shardLedger{}
		}
		p.seal, p.end = earlier(p.seal, known.seal), known.end
		for id, a := range p.attempts {
			if was := known.attempts[id]; was == nil || was.answer != answered {
				a.answer, a.trimmed = unknown, false
			} else {
				a.trimmed = was.trimmed
			}
		}
	}
	for id := range doubt.drops {
		doubt.drops[id] = earlier(doubt.drops[id], before.drops[id])
	}
	if err := doubt.check(l); err != nil {
		return err
	}
	return checkBeginning(l, doubt, after)
}

// earlier is what was known of a thing that has happened by now.
func earlier(now, before outcome) outcome {
	if now == answered && before != answered {
		return unknown
	}
	return now
}

// checkBeginning checks that what found has of each worker, and at which offsets,
// is the beginning of what all has.
func checkBeginning(l shardlog.Log, found, all *ledger) error {
	newest := map[int]uint64{}
	for _, p := range found.shards {
		for _, a := range p.attempts {
			if a.answer == answered {
				newest[a.worker] = max(newest[a.worker], a.id)
			}
		}
	}
	for s, p := range all.shards {
		floor := l.State(s).Floor
		for id, want := range p.attempts {
			got := found.shards[s].attempts[id]
			switch {
			case want.answer != answered || found.drops[s.Stream] == answered:
			case got.answer == answered && (got.offset != want.offset || got.arrival != want.arrival):
				return fmt.Errorf("%v: entry %d is at %d (%d) in the backup, and at %d (%d)", s, id, got.offset, got.arrival, want.offset, want.arrival)
			case got.lost && id < newest[want.worker] && want.offset >= floor:
				return fmt.Errorf("%v: entry %d is missing, and entry %d of the same worker is there", s, id, newest[want.worker])
			}
		}
	}
	return nil
}
