package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/vfs"
)

// syncTimes is what one write of a block and its sync take on a disk.
type syncTimes struct {
	p50, p99 time.Duration
}

// syncFileBytes is large enough that a drive's small write cache does not hold
// the whole file.
const syncFileBytes = 16 << 20

// measureSync writes blocks of 4 KiB, one after the other and each with its sync,
// over a file in dir that was written before: what the engine's journal does,
// and the least that a durable record can take. It removes the file.
func measureSync(fs vfs.FS, dir string, duration time.Duration) (s syncTimes, err error) {
	name := filepath.Join(dir, "sync-probe.tmp")
	_ = fs.Remove(name) // left by a probe that was killed
	file, err := fs.Create(name, vfs.Direct)
	if err != nil {
		return s, fmt.Errorf("measure the disk: %w", err)
	}
	defer func() {
		err = errors.Join(err, file.Close(), fs.Remove(name))
	}()
	if _, err := file.WriteAt(vfs.AlignedBuffer(syncFileBytes), 0); err != nil {
		return s, fmt.Errorf("measure the disk: %w", err)
	}
	if err := file.Sync(); err != nil {
		return s, fmt.Errorf("measure the disk: %w", err)
	}
	return timeSyncs(file, duration)
}

func timeSyncs(file vfs.File, duration time.Duration) (syncTimes, error) {
	block := vfs.AlignedBuffer(vfs.BlockSize)
	var took []time.Duration
	begin := time.Now()
	for at := int64(0); time.Since(begin) < duration || len(took) == 0; at = (at + vfs.BlockSize) % syncFileBytes {
		start := time.Now()
		if _, err := file.WriteAt(block, at); err != nil {
			return syncTimes{}, fmt.Errorf("measure the disk: %w", err)
		}
		if err := file.Sync(); err != nil {
			return syncTimes{}, fmt.Errorf("measure the disk: %w", err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return syncTimes{p50: took[len(took)/2], p99: took[len(took)*99/100]}, nil
}

func (s syncTimes) String() string {
	return fmt.Sprintf("p50 %s  p99 %s", s.p50.Round(time.Microsecond), s.p99.Round(time.Microsecond))
}
