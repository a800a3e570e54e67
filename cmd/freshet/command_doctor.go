package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/vfs"
)

type doctorCommand struct {
	where
}

// Run looks at the machine, not at the data (that is check). A warning is
// something to know; a failure keeps a server from running here.
func (c doctorCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	d := doctor{dir: nearestFolder(s.Server.DataDir), listen: s.Server.Listen}
	checks := []check{
		{"data folder", func() finding { return d.folder(s.Server.DataDir) }},
		{"free space", d.space},
		{"direct I/O", d.direct},
		{"sync latency", d.sync},
		{"open files", openFiles},
		{"port", d.port},
		{"clock", clock},
	}
	if s.Server.Durability == freshet.DurabilityMemory {
		checks = slices.Replace(checks, 0, 4, check{"data", func() finding { return found(fine, "in memory, no disk is needed") }})
	}
	sick := false
	for _, check := range checks {
		f := check.look()
		sick = sick || f.mark == failed
		fmt.Fprintf(p.stdout, "%-5s %-13s %s\n", f.mark, check.name, f.text)
	}
	if sick {
		return errSaidNo
	}
	return nil
}

// check is one look, and at what.
type check struct {
	name string
	look func() finding
}

// finding is what one look found.
type finding struct {
	mark string
	text string
}

const (
	fine   = "ok"
	warned = "warn"
	failed = "FAIL"
)

func found(mark, format string, args ...any) finding {
	return finding{mark, fmt.Sprintf(format, args...)}
}

type doctor struct {
	dir    string // a folder that exists: the data folder, or where it will be
	listen string
}

// nearestFolder is dir, or the nearest folder above it that exists.
func nearestFolder(dir string) string {
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return dir
		}
		dir = above
	}
}

func (d doctor) folder(dir string) finding {
	if err := freshet.CheckFolder(dir); err != nil {
		return found(failed, "%s: %v", dir, err)
	}
	probe, err := os.CreateTemp(d.dir, ".freshet-probe-*")
	if err != nil {
		return found(failed, "cannot be written: %v", err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return found(failed, "cannot be written: %v", err)
	}
	return found(fine, "%s can be written", dir)
}

// littleSpace is where a server should not begin: the journal alone may grow to
// a few files of 128 MiB.
const littleSpace = 2 << 30

func (d doctor) space() finding {
	free, err := vfs.OS.Free(d.dir)
	if err != nil {
		return found(warned, "unknown: %v", err)
	}
	gib := float64(free) / (1 << 30)
	if free < littleSpace {
		return found(warned, "%.1f GiB; writes are refused when the disk is full", gib)
	}
	return found(fine, "%.1f GiB", gib)
}

// Outside of these a disk does not do what a log needs of it.
const (
	suspiciouslyQuick = 15 * time.Microsecond
	painfullySlow     = 20 * time.Millisecond
	syncProbeTime     = 300 * time.Millisecond
)

func (d doctor) sync() finding {
	times, err := measureSync(vfs.OS, d.dir, syncProbeTime)
	switch {
	case err != nil:
		return found(failed, "%v", err)
	case times.p50 < suspiciouslyQuick:
		return found(warned, "%s: so quick that it may not reach a disk (a memory file system?)", times)
	case times.p50 > painfullySlow:
		return found(warned, "%s: every acknowledgement waits for one", times)
	}
	return found(fine, "%s", times)
}

func (d doctor) port() finding {
	if d.listen == freshet.NoListener {
		return found(fine, "none is wanted")
	}
	listener, err := net.Listen("tcp", d.listen)
	if err == nil {
		if err = listener.Close(); err == nil {
			return found(fine, "%s is free", d.listen)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if askReady(ctx, endpointOf(d.listen)) == nil {
		return found(warned, "%s is in use by a server of ours that is ready", d.listen)
	}
	return found(failed, "%v", err)
}

// clock looks for a machine that does not know the date: retention and sequence
// numbers go by it.
func clock() finding {
	now := time.Now().UTC()
	if now.Year() < 2026 || now.Year() > 2100 {
		return found(failed, "%s: retention and sequence numbers go by it", now.Format(time.RFC3339))
	}
	return found(fine, "%s", now.Format(time.RFC3339))
}
