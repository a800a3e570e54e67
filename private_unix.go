//go:build unix

package freshet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/freshet/freshet/internal/certificate"
	"github.com/freshet/freshet/internal/vfs"
)

// ErrReadable is returned in Production for a data folder, or a secret in it, that
// other users of the machine may read or write.
var ErrReadable = errors.New("other users of this machine may open it")

// others are the bits of a file's mode for who is neither its owner nor of its
// group. A group's are let be: orchestrators give volumes to a group.
const others = 0o007

// secretNames are what nobody else may read in a data folder. The keyring sees to
// itself.
var secretNames = []string{".", tokenName, rootCredentialsName, filepath.Join(tlsName, certificate.KeyName)}

// checkPrivate refuses a data folder in which others may read the secrets of
// Production.
func (o Options) checkPrivate() error {
	if !o.Production || o.onDisk() != vfs.OS {
		return nil
	}
	for _, name := range secretNames {
		path := filepath.Join(o.DataDir, name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&others != 0 {
			return fmt.Errorf("%w: %s has mode %04o: chmod o= %s, "+
				"or where that may not be done, as in the root of a volume, use a folder below it", ErrReadable, path, mode, path)
		}
	}
	return nil
}

// makePrivate closes to others a folder that is to become a data folder in
// Production. It holds nothing yet.
func (o Options) makePrivate() error {
	if !o.Production || o.onDisk() != vfs.OS {
		return nil
	}
	if o.checkPrivate() == nil {
		return nil
	}
	if err := os.Chmod(o.DataDir, 0o700); err != nil { // it is not ours to change
		return o.checkPrivate()
	}
	return nil
}
