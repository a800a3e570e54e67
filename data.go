package freshet

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
	"github.com/freshet/freshet/internal/server"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/vfs"
)

// Names in a data folder.
const (
	logName      = "log"
	manifestName = "manifest" // in the log
	metaName     = "meta.db"
	tokenName    = "token"

	rootCredentialsName = "root-credentials"
)

var (
	// ErrForeignFolder is returned for a folder that holds something, but no
	// data of ours: a slip of the hand must not fill it with our files.
	ErrForeignFolder = errors.New("the folder is not empty and is no data folder of Freshet")

	// ErrInUse is returned for a data folder that another server, of this
	// process or another, has open.
	ErrInUse = errors.New("another server uses it")

	// ErrStoreMissing is returned for a data folder that has a log and no
	// store. A new store would know none of the streams, and their records would
	// be lost without a word.
	ErrStoreMissing = errors.New("meta.db is missing, which says what streams there are, although the log of their records is there: " +
		"restore meta.db, or move the folder away to begin with an empty one")

	// ErrLogMissing is returned for a data folder that has a store in use and no
	// log. A new log would number the records of its streams from the beginning,
	// as if there had been none.
	ErrLogMissing = errors.New("the log is missing, which holds the records, although meta.db with their streams is there: " +
		"restore the folder log, or move the data folder away to begin with an empty one")
)

// openData opens log and store, and returns the token: the one of o, or the
// folder's, or without a folder a new one. What is open is the caller's.
func openData(o Options, provider keys.Provider, metrics *server.Metrics) (log shardlog.Log, store meta.Store, token string, err error) {
	if o.Durability == DurabilityMemory {
		return memlog.New(), memmeta.New(), cmp.Or(o.APIToken, newToken()), nil
	}
	if log, store, err = openFolder(o, provider, metrics); err != nil {
		return nil, nil, "", fmt.Errorf("data folder %s: %w", o.DataDir, err)
	}
	if token, err = placeToken(o.onDisk(), o.DataDir); err != nil {
		return nil, nil, "", errors.Join(fmt.Errorf("data folder %s: %w", o.DataDir, err), log.Close(), store.Close())
	}
	return log, store, cmp.Or(o.APIToken, token), nil
}

// onDisk is the file system that the data folder is on.
func (o Options) onDisk() vfs.FS {
	if o.disk == nil {
		return vfs.OS
	}
	return o.disk
}

func openFolder(o Options, provider keys.Provider, metrics *server.Metrics) (shardlog.Log, meta.Store, error) {
	disk := o.onDisk()
	if err := o.prepareFolder(disk); err != nil {
		return nil, nil, err
	}
	if err := placeStore(disk, o.DataDir); err != nil {
		return nil, nil, unwritable(err)
	}
	// The log comes first: its lock keeps other processes from the store too.
	log, err := disklog.Open(disk, filepath.Join(o.DataDir, logName), disklog.Options{
		SyncEvery: o.Durability.syncEvery(),
		Unwrap:    streams.Unwrap(provider),
		Events:    metrics.DiskEvents(o.Logger),
	})
	if errors.Is(err, vfs.ErrLocked) {
		return nil, nil, ErrInUse
	}
	if errors.Is(err, shardlog.ErrKey) {
		return nil, nil, fmt.Errorf("open the log: %w\nIf a key is lost for good, freshet log give-up deletes its stream", err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	if err := o.takeOver(disk); err != nil {
		return nil, nil, errors.Join(err, log.Close())
	}
	metrics.WatchDisk(log)
	store, err := sqlitemeta.Open(filepath.Join(o.DataDir, metaName))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open the store: %w", err), log.Close())
	}
	return log, store, nil
}

// CheckFolder reports why dir cannot be a data folder: ErrForeignFolder,
// ErrOtherFormat, ErrStoreMissing, ErrLogMissing, or what the file system says. A
// folder that is empty or not there can be. It writes nothing.
func CheckFolder(dir string) error {
	_, err := checkFolder(vfs.OS, dir)
	return err
}

// checkFolder reports whether dir bears our mark.
func checkFolder(disk vfs.FS, dir string) (marked bool, err error) {
	names, err := disk.List(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	foreign := ""
	for _, name := range names {
		switch {
		case name == formatName:
			if err := checkFormat(disk, dir); err != nil {
				return true, err
			}
			return true, checkParts(disk, dir)
		case strings.HasPrefix(name, formatName), strings.HasPrefix(name, "."), name == "lost+found", strings.HasPrefix(name, keyringName):
			// A mark that a crash left half-made, what file systems and
			// orchestrators keep in an empty volume, and keys that were put
			// there before the first start.
		case foreign == "":
			foreign = name
		}
	}
	if foreign != "" {
		return false, fmt.Errorf("%w: it holds %s", ErrForeignFolder, foreign)
	}
	return false, nil
}

// checkParts reports whether log or store is gone while the other is in use. A
// first start makes the store's file, empty, then the log's manifest, and fills
// the store last: wherever it was cut off, neither is missed.
func checkParts(disk vfs.FS, dir string) error {
	inLog, err := disk.List(filepath.Join(dir, logName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	log := slices.Contains(inLog, manifestName)
	size, err := vfs.SizeOf(disk, filepath.Join(dir, metaName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	store := err == nil
	switch {
	case log && !store:
		return ErrStoreMissing
	case len(inLog) == 0 && size > 0:
		return ErrLogMissing
	}
	return nil // what is wrong inside the log, its recovery will say
}

// placeStore makes the store's file, empty, if there is none. It comes before
// the log's manifest, so that a crash leaves no log without a store. Another
// process may be doing the same: who comes second finds the file.
func placeStore(disk vfs.FS, dir string) error {
	file, err := disk.Create(filepath.Join(dir, metaName), vfs.Buffered)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), disk.SyncDir(dir))
}

// prepareFolder makes the data folder, if need be, and marks it. The mark comes
// before anything else, so that a crash leaves no folder that we would refuse.
func (o Options) prepareFolder(disk vfs.FS) error {
	marked, err := checkFolder(disk, o.DataDir)
	if err != nil {
		return err
	}
	if marked {
		if err := o.checkOwner(disk); err != nil {
			return err
		}
		return o.checkPrivate()
	}
	if err := disk.MkdirAll(o.DataDir); err != nil {
		return err
	}
	if err := o.makePrivate(); err != nil {
		return err
	}
	if err := durable.WriteFile(disk, filepath.Join(o.DataDir, formatName), []byte(markOf(o.Production))); err != nil {
		return unwritable(err)
	}
	return nil
}

// unwritable says what the reader can do something about, and not at which of
// our steps it showed.
func unwritable(err error) error {
	var step *fs.PathError
	if errors.As(err, &step) {
		err = step.Err
	}
	return fmt.Errorf("it cannot be written: %w", err)
}
