package keyfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// maxSize bounds a keyring, in bytes: more than 10,000 keys.
const maxSize = 4 << 20

// readPrivate returns the content of a regular file that is its owner's alone.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	about, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := private(path, about); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxSize {
		return nil, fmt.Errorf("%s: is larger than %d bytes", path, maxSize)
	}
	return content, nil
}

// private looks at the open file itself: by its name it might be another's by now.
func private(path string, about fs.FileInfo) error {
	if !about.Mode().IsRegular() {
		return fmt.Errorf("%s: is no regular file", path)
	}
	if runtime.GOOS == "windows" {
		return nil // its modes say nothing of who may read
	}
	if mode := about.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s: %w: its mode is %#o, so that others than its owner have the keys; if none had them, chmod 600 it, else put other keys in its place",
			path, errTooOpen, mode)
	}
	return nil
}

// errTooOpen is returned for a file that others may read or write.
var errTooOpen = errors.New("must be its owner's alone")
