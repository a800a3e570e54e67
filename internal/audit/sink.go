package audit

import (
	"context"
	"io"
)

// Sink keeps events. A lane has one, calls it from one goroutine, and closes nothing.
type Sink interface {
	// Name tells sinks apart in logs and metrics: file, stdout, webhook, stream.
	Name() string

	// Write keeps lines, which are events with their newlines, and returns when they
	// are kept as the sink promises. It may take part of them and fail: then it is
	// called again with all of them, and an event may be there twice; its eventID is
	// the same. It looks at lines no more once it has returned, and changes none.
	Write(ctx context.Context, lines [][]byte) error

	io.Closer
}

// Writer is a sink that hands events to w, stdout for instance. What w does with them
// is w's promise.
type Writer struct {
	name string
	w    io.Writer
}

// NewWriter makes the sink of that name.
func NewWriter(name string, w io.Writer) *Writer { return &Writer{name, w} }

// Name is the name it was given.
func (s *Writer) Name() string { return s.name }

// Write hands each event to w at once, so that lines do not mix with others'.
func (s *Writer) Write(_ context.Context, lines [][]byte) error {
	for _, line := range lines {
		if _, err := s.w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// Close leaves w open: whoever opened it closes it.
func (s *Writer) Close() error { return nil }
