package disklog

import (
	"fmt"
	"io"
)

// windowReader reads a file from front to back in large pieces. What it returned
// stays as it is.
type windowReader struct {
	file  io.ReaderAt
	size  int64
	start int64
	buf   []byte
}

const windowSize = 1 << 20

// at returns n bytes at pos, nil if the file ends before.
func (w *windowReader) at(pos int64, n int) ([]byte, error) {
	if pos+int64(n) > w.size {
		return nil, nil
	}
	if pos < w.start || pos+int64(n) > w.start+int64(len(w.buf)) {
		if err := w.move(pos, n); err != nil {
			return nil, fmt.Errorf("read journal at byte %d: %w", pos, err)
		}
	}
	at := int(pos - w.start)
	return w.buf[at : at+n : at+n], nil
}

// move makes the window begin at pos and have at least n bytes. What it has of
// them is not read again.
func (w *windowReader) move(pos int64, n int) error {
	buf := make([]byte, min(max(int64(n), windowSize), w.size-pos))
	have := 0
	if pos >= w.start && pos < w.start+int64(len(w.buf)) {
		have = copy(buf, w.buf[pos-w.start:])
	}
	w.start, w.buf = pos, buf
	return readFull(w.file, buf[have:], pos+int64(have))
}
