package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
)

type logCommands struct {
	Dump   logDumpCommand   `cmd:"" help:"Show how the records of a data folder lie on the disk, without what they say."`
	Stat   logStatCommand   `cmd:"" help:"Show what takes the space of a data folder, by files and by streams."`
	Verify logVerifyCommand `cmd:"" help:"Read every byte of a data folder's log and check it."`
}

// logFolder is the folder that they look into.
type logFolder struct {
	Dir string `arg:"" help:"Data folder, or the folder log in it."`
}

// path is the log's folder: people know the data folder.
func (f logFolder) path() string {
	inside := filepath.Join(f.Dir, "log")
	if _, err := vfs.OS.List(inside); err == nil {
		return inside
	}
	return f.Dir
}

type logDumpCommand struct {
	logFolder
}

// Run takes no lock: it may look at a log that a server writes.
func (c logDumpCommand) Run(p *program) error {
	return noLog(c.Dir, disklog.Dump(vfs.OS, c.path(), p.stdout))
}

type logVerifyCommand struct {
	logFolder
}

// Run says no if anything that was durable is damaged.
func (c logVerifyCommand) Run(p *program) error {
	release, err := keepServersOut(c.path())
	if err != nil {
		return fmt.Errorf("%s: %w", c.Dir, err)
	}
	defer release()
	detail, err := verifyLog(c.path())
	if err != nil {
		return noLog(c.Dir, err)
	}
	fmt.Fprintln(p.stdout, detail)
	return nil
}

// noLog says what is missing, if that is what went wrong.
func noLog(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s holds no log: %w", dir, err)
	}
	return err
}

// verifyLog checks the log in dir and describes it.
func verifyLog(dir string) (detail string, err error) {
	began := time.Now()
	r, err := disklog.Verify(vfs.OS, dir)
	if err != nil {
		return "", err
	}
	detail = fmt.Sprintf("%d records in %d segments, %d in %d journal files; %s read in %d ms",
		r.SegmentRecords, r.Segments, r.UnflushedRecords, r.Journals, sizeText(r.Bytes), time.Since(began).Milliseconds())
	if r.Compressed > 0 {
		detail += fmt.Sprintf("; %d of %d blocks are compressed, which makes %s of %s",
			r.Compressed, r.Blocks, sizeText(r.StoredBytes), sizeText(r.RawBytes))
	}
	if r.TornTail {
		detail += "; a crash cut off the last write, which was not acknowledged"
	}
	return detail, nil
}
