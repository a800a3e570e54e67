package disklog

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// Open locks the data folder dir, makes it if need be, and recovers what is in
// it. It returns vfs.ErrLocked if another log has it open, a *FormatError for a
// folder of a newer program, a *CorruptionError for one that is damaged, and ErrKey
// if the journal has records whose data key is not to be had; the folder is as it
// was then. The log takes appends when Run runs.
func Open(fsys vfs.FS, dir string, o Options) (*Log, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	l := newLog(fsys, dir, o)
	if err := l.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("open log in %s: %w", dir, err), l.Close())
	}
	return l, nil
}

// recover is FORMAT.md, section 10, from top to bottom.
func (l *Log) recover() error {
	// 1. The lock, and what is there.
	err := durable.MkdirAll(l.fs, l.dir)
	if err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if l.lock, err = l.fs.Lock(l.path(lockName)); err != nil {
		return fmt.Errorf("lock data folder: %w", err)
	}
	names, err := l.fs.List(l.dir)
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}

	// 2. The manifest, or a new folder.
	saved, err := readManifest(l.fs, l.dir)
	if errors.Is(err, fs.ErrNotExist) {
		saved, err = l.beginFolder()
	}
	if err != nil {
		return err
	}
	l.id = saved.id
	if err := checkSegments(l.fs, l.dir, saved.segments); err != nil {
		return err
	}

	// 3. Shards as they were at the checkpoint.
	l.restore(saved)

	// 4. to 6. The journal.
	r := &replay{log: l, checkpoint: saved.checkpoint, last: saved.checkpoint}
	files, err := openJournals(l.fs, l.dir, names, saved)
	if err != nil {
		return err
	}
	if err := r.files(files, saved.reached); err != nil {
		return err
	}
	if err := l.checkUnlocked(); err != nil {
		return err
	}
	l.shards.each(func(s *shard) { s.join() })

	// 7. Up to here nothing was written. From here on each step may be cut short
	// by a crash and is done again by the next recovery. If a process ended between
	// a rename and the sync of the folder, the name is there and not durable.
	if !saved.fresh {
		if err := l.fs.SyncDir(l.dir); err != nil {
			return fmt.Errorf("sync data folder: %w", err)
		}
	}
	if err := l.mendEnd(&r.end, files); err != nil {
		return err
	}
	if err := l.adoptJournals(files, r); err != nil {
		return err
	}

	// 8. The manifest that the flusher goes on with.
	if err := l.adoptManifest(saved); err != nil {
		return err
	}
	if saved.firstJournal == 0 {
		if err := l.beginJournal(); err != nil {
			return err
		}
	}

	// 9. Garbage.
	return l.removeGarbage(names)
}

// beginFolder makes an empty folder durable, and says what is in it.
func (l *Log) beginFolder() (*savedFolder, error) {
	// The folder itself must be durable before anything in it is. It may be there
	// because somebody made it and came no further.
	if err := l.fs.SyncDir(filepath.Dir(l.dir)); err != nil {
		return nil, fmt.Errorf("sync folder above: %w", err)
	}
	return &savedFolder{content: content{id: newGeneration()}, fresh: true}, nil
}

// checkSegments looks whether the segments are there. What is in them is checked
// when it is read, so that a damaged block costs no more than itself.
func checkSegments(fsys vfs.FS, dir string, segments []segmentMeta) error {
	for _, m := range segments {
		path := segmentPath(dir, m.number)
		size, err := vfs.SizeOf(fsys, path)
		if errors.Is(err, fs.ErrNotExist) {
			return &CorruptionError{File: path, Reason: fmt.Sprintf("it is missing, and the manifest says that it holds %d records", m.records)}
		}
		if err != nil {
			return fmt.Errorf("size of segment: %w", err)
		}
		if size != m.size {
			return &CorruptionError{File: path, Offset: size, Reason: fmt.Sprintf("file has %d bytes of %d", size, m.size)}
		}
	}
	return nil
}

// restore makes the shards and segments that the manifest names.
func (l *Log) restore(saved *savedFolder) {
	l.writer.active.first, l.writer.active.last = saved.checkpoint+1, saved.checkpoint
	l.keys.addAll(saved.keys)
	for id := range saved.dropped {
		l.shards.dropped[id] = struct{}{}
	}
	for id, state := range saved.states {
		s, err := l.shards.make(id)
		if err != nil {
			continue // readManifest forgets the states of dropped streams
		}
		s.state, s.saved = state, state
	}
	var segments []*segment
	for _, m := range saved.segments {
		segments = append(segments, l.newSegment(m))
		l.skipSegmentNumber(m.number)
	}
	l.segments.install(segments, nil)
}

// adoptJournals makes the files the journal that the writer goes on with.
func (l *Log) adoptJournals(files []*journalFile, r *replay) error {
	l.writer.prev, l.writer.last, l.writer.synced = r.prev, r.last, r.last
	l.written.Store(r.last)
	l.durable.Store(r.last)
	l.mu.nextLSN = r.last + 1
	if len(files) == 0 {
		return nil
	}
	for _, f := range files {
		l.mu.sequence = max(l.mu.sequence, f.sequence)
	}
	at := lastWithFrames(files)
	l.mu.old = slices.Clone(files[:at])
	l.mu.current = files[at]
	for _, f := range files[at+1:] {
		if l.mu.next == nil {
			l.mu.next = f
		} else if err := l.fs.Remove(f.path); err != nil {
			return fmt.Errorf("remove journal file: %w", err)
		}
	}
	for _, f := range []*journalFile{l.mu.current, l.mu.next} {
		if f == nil {
			continue
		}
		file, err := l.fs.OpenWrite(f.path, vfs.Direct)
		if err != nil {
			return fmt.Errorf("open journal file: %w", err)
		}
		f.file = file
	}
	return nil
}

// adoptManifest makes the manifest that the flusher goes on with: the file as it
// is, or a new one if that is torn, large, or not there.
func (l *Log) adoptManifest(saved *savedFolder) error {
	m := &manifest{
		fs: l.fs, dir: l.dir, content: saved.content,
		size: saved.size, number: saved.number, compact: saved.size,
	}
	l.manifest = m
	if saved.fresh || saved.torn || m.size > rewriteAbove {
		return m.rewrite(l.wholeEdit())
	}
	file, err := l.fs.OpenWrite(l.path(manifestName), vfs.Buffered)
	if err != nil {
		return fmt.Errorf("open manifest: %w", err)
	}
	m.file = file
	return m.rewriteLast(saved.last)
}

// beginJournal makes the first journal file, and announces it. A file that is
// there already was made by a recovery that did not come to announce it.
func (l *Log) beginJournal() error {
	l.mu.sequence++
	if err := removeIfThere(l.fs, journalPath(l.dir, l.mu.sequence)); err != nil {
		return err
	}
	f, err := l.createJournal(l.mu.sequence, l.o.JournalMin)
	if err != nil {
		return err
	}
	f.began = time.Now()
	l.mu.current = f
	e := l.manifest.current()
	e.firstJournal = f.sequence
	return l.manifest.commit(e, l.wholeEdit)
}

// removeGarbage removes what a crash may have left: files that are being made,
// journal files that are not needed, segments that no manifest names.
func (l *Log) removeGarbage(names []string) error {
	keep := map[string]bool{}
	for _, f := range append(slices.Clone(l.mu.old), l.mu.current, l.mu.next) {
		if f != nil {
			keep[filepath.Base(f.path)] = true
		}
	}
	for _, s := range l.manifest.segments {
		keep[filepath.Base(segmentPath(l.dir, s.number))] = true
	}
	for _, name := range names {
		n, isSegment := parseName(name, segmentPrefix)
		if isSegment {
			// Its number is not used again, should the removal be undone.
			l.skipSegmentNumber(n)
		}
		_, isJournal := parseName(name, journalPrefix)
		ours := isSegment || isJournal || name == manifestTemp || name == journalTemp
		if !ours || keep[name] {
			continue
		}
		if err := removeIfThere(l.fs, l.path(name)); err != nil {
			return fmt.Errorf("remove %s: %w", name, err)
		}
	}
	return nil
}
