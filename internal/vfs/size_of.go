package vfs

import "errors"

// SizeOf returns the length of name in bytes.
func SizeOf(fsys FS, name string) (int64, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return 0, err
	}
	size, err := f.Size()
	return size, errors.Join(err, f.Close())
}
