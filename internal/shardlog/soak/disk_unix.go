//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// diskSize returns what a file takes on the disk, without its holes.
func diskSize(info fs.FileInfo) int64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Blocks * 512
	}
	return info.Size()
}
