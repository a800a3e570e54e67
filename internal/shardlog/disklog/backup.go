package disklog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// A backup is a folder like any other: it has a manifest, segments and a
// journal, and recovery opens it. It is made of a cut (cut.go) while the log runs
// on. Segments never change, so a second name for the same bytes will do where
// the file system gives one; the journal is copied, frame by frame, up to the
// last frame of the cut; the manifest is written anew. It comes last: a folder
// without one is no backup, whatever else is in it.
//
// Meanwhile journal files are not recycled, and segments that die stay: a backup
// costs the disk what is appended and removed while it is made.

// BackupReport says how a backup or a restored folder came about.
type BackupReport struct {
	// Segments hold the records; LinkedBytes of them are a second name of the
	// same bytes, CopiedBytes took space anew.
	Segments                 int
	LinkedBytes, CopiedBytes int64
	// JournalBytes were copied besides.
	JournalBytes int64
	// LastFrame is the LSN of the last frame that is in it.
	LastFrame uint64
}

// ErrNotEmpty is returned by CopyTo and Restore for a target that holds something.
var ErrNotEmpty = errors.New("the folder is not empty")

// CopyTo makes target, which must be empty or not there, a log that holds what the
// cut holds. It takes as long as the disk; appends and reads go on. The copy is
// durable when it returns nil, and not verified: Verify does that.
//
// When it returns an error target holds no manifest, so it is no log, and may be
// removed. Errors: ErrNotEmpty, ErrClosed when the log ends, that of ctx, a
// *CorruptionError if the journal cannot be read, and what the file system says.
// The log itself goes on in any case.
func (c *Cut) CopyTo(ctx context.Context, target string) (BackupReport, error) {
	p := &placer{ctx: ctx, fs: c.log.fs, target: target, ended: c.log.ended}
	if err := p.cut(c); err != nil {
		return p.report, fmt.Errorf("back up the log to %s: %w", target, err)
	}
	return p.report, nil
}

func (p *placer) cut(c *Cut) error {
	if err := p.begin(); err != nil {
		return err
	}
	p.report.LastFrame = c.whole.reached
	for _, s := range c.version.segments {
		if err := p.segment(s.path, s.number); err != nil {
			return err
		}
	}
	first, err := p.journal(c)
	if err != nil {
		return err
	}
	whole := *c.whole
	whole.firstJournal = first
	return p.finish(c.log.id, &whole)
}

// placer fills a folder with the files of a log.
type placer struct {
	ctx    context.Context
	fs     vfs.FS
	target string
	// ended, if not nil, is closed when what is copied from is there no more.
	ended <-chan struct{}
	// copies says that a link was refused: the next would be as well.
	copies bool
	report BackupReport
}

// begin makes the target, and refuses one that holds something.
func (p *placer) begin() error {
	names, err := p.fs.List(p.target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("%w: it holds %s", ErrNotEmpty, names[0])
	}
	return durable.MkdirAll(p.fs, p.target)
}

// going returns why there is no going on, if so.
func (p *placer) going() error {
	select {
	case <-p.ended:
		return shardlog.ErrClosed
	case <-p.ctx.Done():
		return p.ctx.Err()
	default:
		return nil
	}
}

// segment gives a segment a second name in the target, or copies it where that
// cannot be.
func (p *placer) segment(path string, number uint64) error {
	if err := p.going(); err != nil {
		return err
	}
	to := segmentPath(p.target, number)
	p.report.Segments++
	if !p.copies {
		err := p.fs.Link(path, to)
		if err == nil {
			size, err := vfs.SizeOf(p.fs, to)
			p.report.LinkedBytes += size
			return err
		}
		if !errors.Is(err, vfs.ErrOtherDevice) && !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("link segment: %w", err)
		}
		p.copies = true
	}
	n, err := p.copy(path, to)
	p.report.CopiedBytes += n
	if err != nil {
		return fmt.Errorf("copy segment: %w", err)
	}
	return nil
}

// copy makes the file to with the bytes of from, durable but for its name.
func (p *placer) copy(from, to string) (n int64, err error) {
	in, err := p.fs.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	size, err := in.Size()
	if err != nil {
		return 0, err
	}
	out, err := p.fs.Create(to, vfs.Buffered)
	if err != nil {
		return 0, err
	}
	buf := make([]byte, min(size, writeChunk))
	for n < size && err == nil {
		n, err = p.copyPart(in, out, buf[:min(int64(len(buf)), size-n)], n)
	}
	if err == nil {
		err = out.Sync()
	}
	return n, errors.Join(err, out.Close())
}

func (p *placer) copyPart(in, out vfs.File, part []byte, at int64) (next int64, err error) {
	if err := p.going(); err != nil {
		return at, err
	}
	if err := readFull(in, part, at); err != nil {
		return at, err
	}
	if _, err := out.WriteAt(part, at); err != nil {
		return at, err
	}
	next = at + int64(len(part))
	if next/maxUnsynced != at/maxUnsynced {
		err = out.Sync()
	}
	return next, err
}

// finish makes the files of the target durable, and a log of it. A crash before
// its end leaves a folder without a manifest.
func (p *placer) finish(id uint64, whole *edit) error {
	if err := p.going(); err != nil {
		return err
	}
	if err := p.fs.SyncDir(p.target); err != nil {
		return err
	}
	m := &manifest{fs: p.fs, dir: p.target, content: content{id: id}}
	err := m.rewrite(whole)
	return errors.Join(err, m.close())
}
