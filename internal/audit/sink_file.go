package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// FileOptions say where a File keeps events, and how many.
type FileOptions struct {
	// Dir is the folder, made if need be; nothing else lies in it.
	Dir string
	// A file that has reached Size bytes, or whose first event is older than Age, is
	// put aside before the next is written: Count of them are kept besides, and the
	// disk they take is bounded by Size and Count. What is put aside is compressed if
	// Gzip says so.
	Size  int64
	Age   time.Duration
	Count int
	Gzip  bool
	// Untidy is told why a file that was put aside could not be compressed or removed.
	// It is tried again with the next one. The events are safe.
	Untidy func(error)
}

// current is the file that is written.
const current = "audit.jsonl"

// File keeps events in a file of lines, mode 0600 in a folder of mode 0700. Write
// returns when the disk has them: a power cut takes those that were waiting, and no
// others. After one, or the end of the process, the events that were being written
// may be there, once or, when they are written anew, twice.
//
// Write, Close: one goroutine at a time.
type File struct {
	fsys vfs.FS
	o    FileOptions

	f vfs.File // nil after a failure that left it of no use
	// kept is the length of what is durable: the next event is written there.
	kept int64
	// began is when the first event of f was written, zero if there is none.
	began time.Time
}

// OpenFile opens the folder. A line at the end that a crash has torn is cut off.
func OpenFile(fsys vfs.FS, o FileOptions) (*File, error) {
	if err := durable.MkdirAll(fsys, o.Dir); err != nil {
		return nil, fmt.Errorf("audit: make the folder: %w", err)
	}
	s := &File{fsys: fsys, o: o}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("audit: open %s: %w", s.path(current), err)
	}
	s.tidy()
	return s, nil
}

// Name is file.
func (s *File) Name() string { return "file" }

func (s *File) path(name string) string { return filepath.Join(s.o.Dir, name) }

// open opens the current file, or makes one.
func (s *File) open() error {
	f, err := s.fsys.OpenWrite(s.path(current), vfs.Buffered)
	if errors.Is(err, fs.ErrNotExist) {
		return s.create()
	}
	if err != nil {
		return err
	}
	s.kept, s.began, err = intact(f)
	if err == nil {
		err = f.Truncate(s.kept)
	}
	if err == nil {
		// What the process before wrote and did not sync is durable from here on.
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.f = f
	return nil
}

func (s *File) create() error {
	f, err := s.fsys.Create(s.path(current), vfs.Buffered)
	if err != nil {
		return err
	}
	if err := s.fsys.SyncDir(s.o.Dir); err != nil {
		return errors.Join(err, f.Close())
	}
	s.f, s.kept, s.began = f, 0, time.Time{}
	return nil
}

// Write appends lines with one write and one sync.
func (s *File) Write(_ context.Context, lines [][]byte) error {
	if err := s.ready(); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	batch := bytes.Join(lines, nil)
	if _, err := s.f.WriteAt(batch, s.kept); err != nil {
		// The part that was written is cut off, so that no reader meets half a line.
		if cut := s.f.Truncate(s.kept); cut != nil {
			err = errors.Join(err, cut, s.abandon())
		}
		return fmt.Errorf("audit: write: %w", err)
	}
	if err := s.f.Sync(); err != nil {
		// What the disk has is not known for good, and a second sync would prove
		// nothing: the batch is written anew, to another file, and this one ends
		// before it.
		return fmt.Errorf("audit: %w", errors.Join(err, s.f.Truncate(s.kept), s.abandon()))
	}
	// From here on the events survive a power cut.
	s.kept += int64(len(batch))
	if s.began.IsZero() {
		s.began = time.Now()
	}
	return nil
}

func (s *File) abandon() error {
	err := s.f.Close()
	s.f = nil
	return err
}

// ready sees to it that there is a file to write to: it puts the current one aside
// if it is full, or old, or of no use.
func (s *File) ready() error {
	usable := s.f != nil
	due := s.kept > 0 && (s.kept >= s.o.Size || time.Since(s.began) >= s.o.Age)
	if usable && !due {
		return nil
	}
	if usable {
		if err := s.abandon(); err != nil {
			return err
		}
	}
	if s.kept > 0 {
		if err := s.putAside(); err != nil {
			return err
		}
		defer s.tidy()
	} else if err := s.fsys.Remove(s.path(current)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // it holds nothing that was kept
	}
	return s.create()
}

// Close closes the file. Nothing waits to be written.
func (s *File) Close() error {
	if s.f == nil {
		return nil
	}
	return s.abandon()
}

// intact returns the length of f up to the first line that is none, and when its
// first event was. Only the end is looked at: what is before the last batch was synced
// before that was written.
func intact(f vfs.File) (length int64, began time.Time, err error) {
	size, err := f.Size()
	if err != nil || size == 0 {
		return 0, time.Time{}, err
	}
	const window = batchBytes + 2*MaxEvent
	from := max(0, size-window)
	tail := make([]byte, size-from)
	if _, err := f.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, time.Time{}, err
	}
	at := 0
	if from > 0 {
		at = bytes.IndexByte(tail, '\n') + 1
	}
	for {
		end := bytes.IndexByte(tail[at:], '\n')
		if end < 0 || !json.Valid(tail[at:at+end]) {
			break
		}
		at += end + 1
	}
	if length = from + int64(at); length == 0 {
		return 0, time.Time{}, nil
	}
	return length, firstTime(f, size), nil
}

// firstTime is the time of f's first event, and now if that cannot be read.
func firstTime(f vfs.File, size int64) time.Time {
	head := make([]byte, min(size, MaxEvent))
	_, err := f.ReadAt(head, 0)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var e struct {
		EventTime time.Time `json:"eventTime"`
	}
	if err != nil && !errors.Is(err, io.EOF) || json.Unmarshal(line, &e) != nil || e.EventTime.IsZero() || e.EventTime.After(time.Now()) {
		return time.Now()
	}
	return e.EventTime
}
