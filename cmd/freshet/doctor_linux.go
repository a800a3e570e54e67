package main

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/freshet/freshet/internal/vfs"
)

// direct tries to write past the page cache: what it cannot, the journal does
// through the cache, with longer waits when others write.
func (d doctor) direct() finding {
	name := filepath.Join(d.dir, ".freshet-direct.tmp")
	fd, err := unix.Open(name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_DIRECT|unix.O_CLOEXEC, 0o600)
	if err == nil {
		_, err = unix.Pwrite(fd, vfs.AlignedBuffer(vfs.BlockSize), 0)
		err = errors.Join(err, unix.Close(fd))
	}
	_ = os.Remove(name) // if it was made
	if err != nil {
		return found(warned, "not possible here (%v): writes go through the page cache", err)
	}
	return found(fine, "possible")
}
