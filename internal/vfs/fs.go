package vfs

import (
	"errors"
	"io"
	"unsafe"
)

// FS is a file system. Paths are those of the platform. Errors satisfy
// errors.Is for fs.ErrNotExist, fs.ErrExist, ErrNoSpace and ErrOtherDevice.
type FS interface {
	// Create makes a new, empty file for reading and writing; it fails with
	// fs.ErrExist if name exists. Files have mode 0600.
	Create(name string, mode Mode) (File, error)

	// Open opens a file for reading only.
	Open(name string) (File, error)

	// OpenWrite opens an existing file for reading and writing.
	OpenWrite(name string, mode Mode) (File, error)

	// Rename gives a file another name in the same folder, replacing what bears
	// it. One SyncDir makes it durable as a whole.
	Rename(from, to string) error

	// Link gives a file one more name, in any folder; to's SyncDir makes it
	// durable, as with Create. It fails with fs.ErrExist if to exists, with
	// ErrOtherDevice if to lies on another file system, and with
	// errors.ErrUnsupported where there are no further names to be had.
	Link(from, to string) error

	// Remove takes a file's name. The last one takes the file with it, once it
	// is open nowhere.
	Remove(name string) error

	// MkdirAll makes a folder and those above it, mode 0700.
	MkdirAll(dir string) error

	// List returns the names in dir, sorted.
	List(dir string) ([]string, error)

	// SyncDir makes creations, links, renames and removals in dir durable.
	SyncDir(dir string) error

	// Free returns the bytes that may still be written to dir's file system.
	Free(dir string) (uint64, error)

	// Lock takes an exclusive lock on name, making the file if need be. It
	// fails at once with ErrLocked if another process, or another Lock of this
	// one, holds it. Closing gives it back; so does the process's end.
	Lock(name string) (io.Closer, error)
}

// File is an open file. ReadAt and WriteAt may be called at once from several
// goroutines.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer

	// Sync makes the file's data, and the size that is needed to read it,
	// durable (fdatasync). After an error the state of what was written since
	// the last success is unknown for good: a second Sync proves nothing.
	Sync() error

	// Size returns the file's length in bytes.
	Size() (int64, error)

	// Links returns how many names the file has, or errors.ErrUnsupported where
	// that cannot be known: there may be others then.
	Links() (int, error)

	// Direct reports whether writes bypass the page cache: the file was opened
	// Direct, and the platform has not refused so far. On Linux it may turn
	// false with the first write, and each call asks the kernel.
	Direct() bool

	// Truncate sets the length.
	Truncate(size int64) error

	// PunchHole gives back the disk space of a range, which then reads as
	// zeros, or returns errors.ErrUnsupported.
	PunchHole(offset, length int64) error
}

// Mode says how a file is written.
type Mode uint8

const (
	// Buffered writes through the page cache.
	Buffered Mode = iota
	// Direct bypasses the page cache where platform and file system can, and
	// is Buffered where they cannot. Offsets, lengths and the addresses of
	// buffers of WriteAt must be multiples of BlockSize.
	Direct
)

// BlockSize is the alignment that Direct asks for.
const BlockSize = 4096

// AlignedBuffer returns n zero bytes whose address is a multiple of BlockSize.
func AlignedBuffer(n int) []byte {
	raw := make([]byte, n+BlockSize)
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % BlockSize); rest != 0 {
		skip = BlockSize - rest
	}
	return raw[skip : skip+n : skip+n]
}

var (
	// ErrLocked is returned by Lock when the lock is held.
	ErrLocked = errors.New("file is locked")

	// ErrNoSpace is what errors of a full disk or quota match.
	ErrNoSpace = errors.New("no space left on device")

	// ErrOtherDevice is what errors of Link between two file systems match.
	ErrOtherDevice = errors.New("not on the same device")
)
