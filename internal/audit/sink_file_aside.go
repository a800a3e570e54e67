package audit

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// A file that was put aside is named by the time, so that names sort by age:
// audit-20261124T183000.000Z.jsonl, and .gz if it is compressed.
const (
	asidePrefix = "audit-"
	asideTime   = "20060102T150405.000Z"
	asideSuffix = ".jsonl"
	gzipSuffix  = ".gz"
)

// putAside gives the current file its last name.
func (s *File) putAside() error {
	names, err := s.fsys.List(s.o.Dir)
	if err != nil {
		return err
	}
	at := time.Now().UTC().Format(asideTime)
	name := asidePrefix + at + asideSuffix
	for n := 2; slices.Contains(names, name) || slices.Contains(names, name+gzipSuffix); n++ {
		name = fmt.Sprintf("%s%s_%02d%s", asidePrefix, at, n, asideSuffix) // sorts after the first
	}
	if err := s.fsys.Rename(s.path(current), s.path(name)); err != nil {
		return err
	}
	// From here on there is no current file until create has made one; a start makes it
	// as well. create syncs the folder.
	s.kept = 0
	return nil
}

// tidy removes the oldest of the files put aside, compresses the others, and finishes
// what a crash has left half done.
func (s *File) tidy() {
	if err := s.tidyUp(); err != nil && s.o.Untidy != nil {
		s.o.Untidy(err)
	}
}

func (s *File) tidyUp() error {
	names, err := s.fsys.List(s.o.Dir)
	if err != nil {
		return err
	}
	var aside []string
	for _, name := range names {
		switch {
		case strings.HasSuffix(name, durable.TempSuffix):
			if err := s.fsys.Remove(s.path(name)); err != nil {
				return err
			}
		case strings.HasPrefix(name, asidePrefix) && !(strings.HasSuffix(name, asideSuffix) && slices.Contains(names, name+gzipSuffix)):
			aside = append(aside, name)
		case strings.HasPrefix(name, asidePrefix): // compressed, and not removed yet
			if err := s.fsys.Remove(s.path(name)); err != nil {
				return err
			}
		}
	}
	for len(aside) > s.o.Count {
		if err := s.fsys.Remove(s.path(aside[0])); err != nil {
			return err
		}
		aside = aside[1:]
	}
	for _, name := range aside {
		if s.o.Gzip && strings.HasSuffix(name, asideSuffix) {
			if err := s.compress(name); err != nil {
				return fmt.Errorf("compress %s: %w", name, err)
			}
		}
	}
	return s.fsys.SyncDir(s.o.Dir)
}

// compress puts name.gz in the place of name. At every moment one of them is whole.
func (s *File) compress(name string) error {
	from, err := s.fsys.Open(s.path(name))
	if err != nil {
		return err
	}
	temp := s.path(name + gzipSuffix + durable.TempSuffix)
	err = s.writeCompressed(temp, from)
	if err = errors.Join(err, from.Close()); err != nil {
		if gone := s.fsys.Remove(temp); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return err
	}
	if err := s.fsys.Rename(temp, s.path(name+gzipSuffix)); err != nil {
		return err
	}
	if err := s.fsys.SyncDir(s.o.Dir); err != nil {
		return err
	}
	return s.fsys.Remove(s.path(name))
}

func (s *File) writeCompressed(temp string, from vfs.File) error {
	size, err := from.Size()
	if err != nil {
		return err
	}
	to, err := s.fsys.Create(temp, vfs.Buffered)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(io.NewOffsetWriter(to, 0))
	_, err = io.Copy(z, io.NewSectionReader(from, 0, size))
	err = errors.Join(err, z.Close())
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}
