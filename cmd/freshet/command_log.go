package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/freshet/freshet/internal/keys/keyfile"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/vfs"
)

type logCommands struct {
	Dump   logDumpCommand   `cmd:"" help:"Show how the records of a data folder lie on the disk, without what they say."`
	Stat   logStatCommand   `cmd:"" help:"Show what takes the space of a data folder, by files and by streams."`
	Verify logVerifyCommand `cmd:"" help:"Read every byte of a data folder's log and check it."`
	GiveUp logGiveUpCommand `cmd:"" name:"give-up" help:"Delete an encrypted stream whose key is lost, for good, so that the server starts again."`
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
	Keyring string `help:"File with the keys of what is encrypted; the file keyring of the data folder by default. Without the keys the checksums are checked." type:"path"`
}

// keyring is the file with the keys.
func (c logVerifyCommand) keyring() string {
	if c.Keyring != "" {
		return c.Keyring
	}
	return filepath.Join(filepath.Dir(c.path()), "keyring")
}

// Run says no if anything that was durable is damaged.
func (c logVerifyCommand) Run(p *program) error {
	release, err := keepServersOut(c.path())
	if err != nil {
		return fmt.Errorf("%s: %w", c.Dir, err)
	}
	defer release()
	detail, err := verifyLog(c.path(), c.keyring())
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

// verifyLog checks the log in dir and describes it. keyring is the file with the
// keys of what is encrypted, "" if there is none.
func verifyLog(dir, keyring string) (detail string, err error) {
	began := time.Now()
	var unwrap shardlog.Unwrap
	if keyring != "" {
		unwrap = streams.Unwrap(keyfile.New(keyfile.Options{Path: keyring, Disk: vfs.OS}))
	}
	r, err := disklog.Verify(vfs.OS, dir, unwrap)
	if err != nil {
		return "", err
	}
	detail = fmt.Sprintf("%d records in %d segments, %d in %d journal files; %s read in %d ms",
		r.SegmentRecords, r.Segments, r.UnflushedRecords, r.Journals, sizeText(r.Bytes), time.Since(began).Milliseconds())
	if r.Compressed > 0 {
		detail += fmt.Sprintf("; %d of %d blocks are compressed, which makes %s of %s",
			r.Compressed, r.Blocks, sizeText(r.StoredBytes), sizeText(r.RawBytes))
	}
	if n := r.Encrypted + r.EncryptedSubFrames; n > 0 {
		detail += fmt.Sprintf("; %d blocks and parts of the journal are encrypted", n)
	}
	if r.Locked > 0 {
		detail += fmt.Sprintf(", key not available for %d of them, of which only the checksums were checked (%v)", r.Locked, r.LockedBy)
	}
	if r.TornTail {
		detail += "; a crash cut off the last write, which was not acknowledged"
	}
	return detail, nil
}
