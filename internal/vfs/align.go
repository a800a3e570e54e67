package vfs

import (
	"errors"
	"unsafe"
)

// ErrMisaligned is returned by WriteAt of a file opened Direct when offset,
// length or address of the buffer is no multiple of BlockSize. Every FS checks
// it, also where the platform would not, so that the fault shows everywhere.
var ErrMisaligned = errors.New("direct write is not aligned")

// CheckAligned returns ErrMisaligned unless p may be written at off directly.
func CheckAligned(p []byte, off int64) error {
	if len(p) == 0 {
		return nil
	}
	address := uintptr(unsafe.Pointer(unsafe.SliceData(p)))
	if off%BlockSize != 0 || len(p)%BlockSize != 0 || address%BlockSize != 0 {
		return ErrMisaligned
	}
	return nil
}
