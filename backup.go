package freshet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/vfs"
)

// A backup is a folder with
//
//	log/     a log, as disklog copies it: segments under a second name where that
//	         can be, what the journal holds besides
//	meta.db  the store
//	BACKUP   what a backup must hold; written last, when the rest was verified
//
// It has no FORMAT, so that no server takes it for its data folder, and neither
// token nor authority: secrets lie in no backup, and a restored folder gets its
// own. Its clients are told to trust another authority then.

// backupName is the file that makes a folder a backup.
const backupName = "BACKUP"

// Backup describes a backup that was made or restored.
type Backup = extapi.BackupResult

// backupMark is what the file BACKUP holds.
type backupMark struct {
	// Format is that of the data folder.
	Format string `json:"format"`
	// Production says that only Options.Production may open what is restored.
	Production bool `json:"production,omitempty"`

	Taken   time.Time `json:"taken"`
	Version string    `json:"version"`
	// Log and Store say what a restore must find.
	Log struct {
		LastFrame uint64 `json:"lastFrame"`
		Records   uint64 `json:"records"`
		Segments  int    `json:"segments"`
		Bytes     int64  `json:"bytes"`
	} `json:"log"`
	Store fileSum `json:"store"`
}

var (
	// ErrInMemory is returned by Server.Backup when nothing is on the disk.
	ErrInMemory = errors.New("the server keeps everything in memory: there is nothing on the disk to back up")

	// ErrBackupTarget is returned by Server.Backup and Restore for a folder that
	// may not be filled: it holds something, or lies in what is copied.
	ErrBackupTarget = errors.New("it cannot be used")

	// ErrNoBackup is returned by Restore for a folder that is no backup, or one
	// that was cut short.
	ErrNoBackup = errors.New("it is no complete backup")

	// ErrBackupDamaged is returned by Restore for a backup that is not what was
	// made, and by Server.Backup for one that was not written well.
	ErrBackupDamaged = errors.New("the backup is damaged")
)

// Backup makes dir, which must be empty or not there, a backup of the data
// folder: everything that was acknowledged before the call, and of what comes
// meanwhile the beginning, consistent to one point. It reads the backup again and
// checks it. Requests go on; changes of streams wait for a moment. It waits until
// the server is ready, and ends when the server does.
//
// A backup on the same file system takes little space: what does not change any
// more is there once, under two names. So it is no help when the disk fails.
//
// With an error, that of ctx among them, what dir holds is no backup and may be
// removed.
func (s *Server) Backup(ctx context.Context, dir string) (Backup, error) {
	b, err := s.backup(ctx, dir)
	if err != nil {
		return Backup{}, fmt.Errorf("back up to %s: %w", dir, err)
	}
	return b, nil
}

func (s *Server) backup(ctx context.Context, dir string) (Backup, error) {
	log, onDisk := s.log.(*disklog.Log)
	store, sqlite := s.store.(*sqlitemeta.Store)
	if !onDisk || !sqlite {
		return Backup{}, ErrInMemory
	}
	select {
	case <-s.Ready():
	case <-ctx.Done():
		return Backup{}, ctx.Err()
	}
	if err := s.prepareTarget(dir); err != nil {
		return Backup{}, err
	}
	mark := backupMark{Format: strings.TrimSpace(format), Production: s.production, Taken: time.Now().UTC(), Version: s.version}
	report, err := s.copyData(ctx, log, store, dir)
	if err != nil {
		return Backup{}, err
	}
	if err := mark.describe(s.disk, dir, streams.Unwrap(s.keys)); err != nil {
		return Backup{}, fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	content, err := json.MarshalIndent(mark, "", "  ")
	if err != nil {
		return Backup{}, err
	}
	// From here on it is a backup.
	if err := durable.WriteFile(s.disk, filepath.Join(dir, backupName), append(content, '\n')); err != nil {
		return Backup{}, err
	}
	return mark.result(dir, report), nil
}

// prepareTarget makes dir, and refuses one that holds something or lies in the
// data folder.
func (s *Server) prepareTarget(dir string) error {
	if lies, err := within(dir, s.dir); err != nil {
		return err
	} else if lies {
		return fmt.Errorf("%w: it lies in the data folder", ErrBackupTarget)
	}
	if err := checkEmpty(s.disk, dir); err != nil {
		return err
	}
	return durable.MkdirAll(s.disk, dir)
}

// copyData copies the store and then cuts the log while no stream changes; the
// log is copied afterwards. streams.Service.Hold says why that is one point.
func (s *Server) copyData(ctx context.Context, log *disklog.Log, store *sqlitemeta.Store, dir string) (disklog.BackupReport, error) {
	var cut *disklog.Cut
	err := s.inner.Hold(ctx, func() (err error) {
		if err := store.Backup(ctx, filepath.Join(dir, metaName)); err != nil {
			return err
		}
		cut, err = log.Cut(ctx)
		return err
	})
	if err != nil {
		return disklog.BackupReport{}, err
	}
	defer cut.Release()
	return cut.CopyTo(ctx, filepath.Join(dir, logName))
}

// describe reads the whole backup in dir, checks it, and fills in what it holds.
// What is encrypted is opened if unwrap is not nil and gives the key.
func (m *backupMark) describe(disk vfs.FS, dir string, unwrap shardlog.Unwrap) error {
	r, err := disklog.Verify(disk, filepath.Join(dir, logName), unwrap)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	m.Log.LastFrame, m.Log.Records, m.Log.Segments, m.Log.Bytes = r.LastFrame, r.SegmentRecords+r.UnflushedRecords, r.Segments, r.Bytes
	store := filepath.Join(dir, metaName)
	if m.Store, err = sumOf(disk, store); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := sqlitemeta.Check(store); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (m *backupMark) result(dir string, r disklog.BackupReport) Backup {
	return Backup{
		Target: dir, Taken: m.Taken, Version: m.Version,
		Records: m.Log.Records, Segments: m.Log.Segments,
		Bytes: m.Log.Bytes + m.Store.Bytes, LinkedBytes: r.LinkedBytes,
	}
}
