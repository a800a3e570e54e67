package wire

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/freshet/freshet/internal/wire/scratch"
)

const (
	// firstStep is the most that a body's claimed length is believed before
	// anything of it arrived; PutRecords of 500 records of 1 KiB fits.
	firstStep = 1 << 20
	// unclaimedStep is where a body begins that claims no length.
	unclaimedStep = 64 << 10
)

// errTooLarge is returned when a body is longer than Options.MaxBody.
var errTooLarge = errors.New("body too large")

// body is a request's body and the room it holds.
type body struct {
	buf   scratch.Buffer
	share share
}

// bodyReader reads bodies within the budget and in bounded time.
type bodyReader struct {
	budget *budget
	max    int64
	pace   pace
}

// read reads the whole body of r into b. Room is taken from the budget before
// it is filled: at first the claimed length, if modest, and then twice what
// there was. The client's time does not run while we wait for room.
//
// An error is errTooLarge, the context's, or the connection's, of which
// os.ErrDeadlineExceeded says that the client was too slow; the connection then
// has whatever deadline it has.
func (br *bodyReader) read(w http.ResponseWriter, r *http.Request, b *body) error {
	if r.ContentLength == 0 {
		return nil
	}
	if r.ContentLength > br.max {
		return errTooLarge
	}
	size := r.ContentLength
	if size < 0 {
		size = min(unclaimedStep, br.max)
	}
	clock := patience{pace: br.pace, rc: http.NewResponseController(w)}
	if err := br.makeRoom(r.Context(), b, min(size, firstStep), &clock); err != nil {
		return err
	}
	if err := br.readAll(r, b, &clock); err != nil {
		return err
	}
	clock.stop()
	return nil
}

func (br *bodyReader) readAll(r *http.Request, b *body, clock *patience) error {
	for {
		ended, err := fill(r.Body, &b.buf)
		if err != nil {
			return err
		}
		if int64(len(b.buf.B)) > br.max {
			return errTooLarge
		}
		if ended {
			return nil
		}
		next, more, err := probe(r.Body)
		if !more {
			return err
		}
		if int64(len(b.buf.B)) == br.max {
			return errTooLarge
		}
		if err := br.makeRoom(r.Context(), b, min(2*int64(cap(b.buf.B)), br.max), clock); err != nil {
			return err
		}
		b.buf.B = append(b.buf.B, next)
	}
}

// makeRoom gives b a buffer of size bytes or more, with what it holds already.
// While that is moved, the old buffer is not counted.
func (br *bodyReader) makeRoom(ctx context.Context, b *body, size int64, clock *patience) error {
	more := int64(scratch.Size(int(size)) - cap(b.buf.B))
	if !br.budget.tryGrow(&b.share, more) {
		clock.stop()
		if err := br.budget.grow(ctx, &b.share, more); err != nil {
			return err
		}
	}
	clock.allow(more)
	var larger scratch.Buffer
	larger.Get(int(size))
	larger.B = append(larger.B, b.buf.B...)
	b.buf.Release()
	b.buf = larger // moved, not copied: larger is not used again
	return nil
}

// fill reads until buf is full or the body ends.
func fill(from io.Reader, buf *scratch.Buffer) (ended bool, err error) {
	for len(buf.B) < cap(buf.B) {
		n, err := from.Read(buf.B[len(buf.B):cap(buf.B)])
		buf.B = buf.B[:len(buf.B)+n]
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// probe reads one byte more, if there is one: a body that filled its buffer may
// have ended there.
func probe(from io.Reader) (next byte, more bool, err error) {
	var one [1]byte
	for {
		n, err := from.Read(one[:])
		if n == 1 {
			return one[0], true, nil // an error comes again with the next read
		}
		if err == io.EOF {
			return 0, false, nil
		}
		if err != nil {
			return 0, false, err
		}
	}
}
