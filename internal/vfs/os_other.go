//go:build !linux

package vfs

import (
	"errors"
	"os"
)

// syncData relies on os.File.Sync, which is F_FULLFSYNC on macOS (a plain fsync
// leaves data in the drive's cache there) and FlushFileBuffers on Windows.
func syncData(f *os.File) error { return f.Sync() }

// F_NOCACHE has no rules of alignment and refuses no write later, and Windows
// buffers.

func readDirect(f *os.File, p []byte, off int64) (int, error) { return f.ReadAt(p, off) }

func writeDirect(f *os.File, p []byte, off int64) (int, error) { return f.WriteAt(p, off) }

func stillDirect(*os.File) bool { return true }

func punchHole(*os.File, int64, int64) error { return errors.ErrUnsupported }
