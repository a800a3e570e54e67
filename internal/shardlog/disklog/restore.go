package disklog

import (
	"context"
	"fmt"

	"github.com/freshet/freshet/internal/vfs"
)

// Restore makes target, which must be empty or not there, a log of its own that
// holds what the log in backup holds. backup is only read: segments get a second
// name in target where the file system gives one, and are copied elsewhere;
// everything that recovery may write to is copied. Nobody may use backup as a log
// meanwhile. It checks what it must understand; Verify checks the rest, before
// and after.
//
// Two logs of one backup are twins: they have one log id, and must not be mixed.
//
// With an error target is as CopyTo leaves it then.
func Restore(ctx context.Context, fsys vfs.FS, backup, target string) (BackupReport, error) {
	p := &placer{ctx: ctx, fs: fsys, target: target}
	if err := p.restore(backup); err != nil {
		return p.report, fmt.Errorf("restore the log to %s: %w", target, err)
	}
	return p.report, nil
}

func (p *placer) restore(backup string) error {
	saved, err := readManifest(p.fs, backup)
	if err != nil {
		return err
	}
	names, err := p.fs.List(backup)
	if err != nil {
		return err
	}
	if err := p.begin(); err != nil {
		return err
	}
	for _, m := range saved.segments {
		if err := p.segment(segmentPath(backup, m.number), m.number); err != nil {
			return err
		}
	}
	for _, n := range numbersOf(names, journalPrefix) {
		if n < saved.firstJournal {
			continue
		}
		size, err := p.copy(journalPath(backup, n), journalPath(p.target, n))
		p.report.JournalBytes += size
		if err != nil {
			return fmt.Errorf("copy journal: %w", err)
		}
	}
	p.report.LastFrame = saved.reached
	return p.finish(saved.id, saved.whole())
}

// whole says everything that s says.
func (s *savedFolder) whole() *edit {
	e := s.current()
	e.added = s.segments
	e.keys = s.keys
	for id := range s.dropped {
		e.dropped = append(e.dropped, id)
	}
	for id, state := range s.states {
		e.states = append(e.states, savedState{id, state})
	}
	return e
}
