package freshet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/freshet/freshet/internal/vfs"
)

// fileSum is a file's length and checksum.
type fileSum struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func sumOf(disk vfs.FS, name string) (fileSum, error) {
	file, err := disk.Open(name)
	if err != nil {
		return fileSum{}, err
	}
	defer file.Close()
	size, err := file.Size()
	if err != nil {
		return fileSum{}, err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, size)); err != nil {
		return fileSum{}, err
	}
	return fileSum{size, hex.EncodeToString(sum.Sum(nil))}, nil
}

// checkEmpty refuses a folder that holds something, but for what file systems
// and orchestrators keep in an empty volume.
func checkEmpty(disk vfs.FS, dir string) error {
	names, err := disk.List(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, ".") && name != "lost+found" {
			return fmt.Errorf("%w: it is not empty, it holds %s", ErrBackupTarget, name)
		}
	}
	return nil
}

// within reports whether dir is above, or lies in it, whatever links lead there.
func within(dir, above string) (bool, error) {
	dir, err := resolved(dir)
	if err != nil {
		return false, err
	}
	if above, err = resolved(above); err != nil {
		return false, err
	}
	rel, err := filepath.Rel(above, dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}

// resolved is the absolute path of dir; of what is not there yet the links are
// followed as far as there are any.
func resolved(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	rest := ""
	for at := dir; ; at = filepath.Dir(at) {
		if found, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(found, rest), nil
		}
		if at == filepath.Dir(at) {
			return dir, nil
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
