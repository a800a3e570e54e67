package freshet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
)

// Restore makes dir, which must be empty or not there, a data folder that holds
// what backup holds. It reads the whole backup first and what it made
// afterwards, and changes nothing in the backup: what does not change any more
// may be there once, under two names. The server of dir makes a token of its own.
//
// With an error dir is no data folder and may be removed.
func Restore(ctx context.Context, backup, dir string) (Backup, error) {
	b, err := restore(ctx, vfs.OS, backup, dir)
	if err != nil {
		return Backup{}, fmt.Errorf("restore %s to %s: %w", backup, dir, err)
	}
	return b, nil
}

func restore(ctx context.Context, disk vfs.FS, backup, dir string) (Backup, error) {
	mark, err := readMark(disk, backup)
	if err != nil {
		return Backup{}, err
	}
	if err := mark.check(disk, backup); err != nil {
		return Backup{}, err
	}
	if lies, err := within(dir, backup); err != nil {
		return Backup{}, err
	} else if lies {
		return Backup{}, fmt.Errorf("%w: it lies in the backup", ErrBackupTarget)
	}
	if err := checkEmpty(disk, dir); err != nil {
		return Backup{}, err
	}
	if err := durable.MkdirAll(disk, dir); err != nil {
		return Backup{}, err
	}
	store, err := vfs.ReadFile(disk, filepath.Join(backup, metaName))
	if err != nil {
		return Backup{}, err
	}
	if err := durable.WriteFile(disk, filepath.Join(dir, metaName), store); err != nil {
		return Backup{}, err
	}
	report, err := disklog.Restore(ctx, disk, filepath.Join(backup, logName), filepath.Join(dir, logName))
	if err != nil {
		return Backup{}, err
	}
	if err := mark.check(disk, dir); err != nil {
		return Backup{}, err
	}
	// From here on it is a data folder; before, no server takes it for one.
	if err := durable.WriteFile(disk, filepath.Join(dir, formatName), []byte(markOf(mark.Production))); err != nil {
		return Backup{}, err
	}
	return mark.result(dir, report), nil
}

// readMark reads what the backup must hold.
func readMark(disk vfs.FS, backup string) (*backupMark, error) {
	content, err := vfs.ReadFile(disk, filepath.Join(backup, backupName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: it has no file %s, which is written last", ErrNoBackup, backupName)
	}
	if err != nil {
		return nil, err
	}
	var mark backupMark
	if err := json.Unmarshal(content, &mark); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBackupDamaged, backupName, err)
	}
	if mark.Format != strings.TrimSpace(format) {
		return nil, fmt.Errorf("%w: %.80q", ErrOtherFormat, mark.Format)
	}
	return &mark, nil
}

// check reads everything in dir and compares it with m.
func (m *backupMark) check(disk vfs.FS, dir string) error {
	found := *m
	if err := found.describe(disk, dir, nil); err != nil {
		return fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	if found.Store != m.Store {
		return fmt.Errorf("%w: %s is not the one that was backed up", ErrBackupDamaged, metaName)
	}
	found.Log.Bytes = m.Log.Bytes // of the manifest, which is written anew
	if found.Log != m.Log {
		return fmt.Errorf("%w: the log has %d records up to frame %d, and had %d up to frame %d",
			ErrBackupDamaged, found.Log.Records, found.Log.LastFrame, m.Log.Records, m.Log.LastFrame)
	}
	return nil
}
