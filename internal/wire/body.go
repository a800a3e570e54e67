package wire

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/freshet/freshet/internal/wire/scratch"
)

const (
	// firstStep is the room that a body gets when its first byte arrives. It is
	// small, because ten thousand clients that send a byte each must not take the
	// budget from those who send.
	firstStep = 4 << 10
	// leap is how many times what has arrived a claimed length is believed, so
	// that a body of 1 MiB is moved twice. Without a claim room doubles.
	leap = 16
)

// maxRefused is how much is read of the body of a request that is refused already:
// so much that it can be refused for its body instead, if that comes first.
const maxRefused = 64 << 10

var (
	// errTooLarge is returned when a body is longer than Options.MaxBody.
	errTooLarge = errors.New("body too large")
	// errEnough is returned when a body is longer than maxRefused, if that was asked
	// for.
	errEnough = errors.New("body longer than it is worth")
)

// body is a request's body and the room it holds.
type body struct {
	buf   scratch.Buffer
	share share
	hasher
	// refused says that the body is not worth more than maxRefused.
	refused bool
}

// bodyReader reads bodies within the budget and in bounded time.
type bodyReader struct {
	budget *budget
	max    int64
	pace   pace
}

// read reads the whole body of r into b. A body that sends nothing holds no room.
// Then room is taken from the budget before it is filled, little at first and
// more as the body arrives: a client that only claims a length keeps nobody out.
// Its time does not run while we wait for room.
//
// An error is errTooLarge, errEnough, the context's, or the connection's, of which
// os.ErrDeadlineExceeded says that the client was too slow; the connection then
// has whatever deadline it has.
func (br *bodyReader) read(w http.ResponseWriter, r *http.Request, b *body) error {
	if r.ContentLength == 0 {
		return nil
	}
	if r.ContentLength > br.max {
		return errTooLarge
	}
	if b.refused && r.ContentLength > maxRefused {
		return errEnough
	}
	clock := patience{pace: br.pace, rc: http.NewResponseController(w)}
	clock.allow(0)
	if err := br.readAll(r, b, &clock); err != nil {
		return err
	}
	clock.stop()
	return nil
}

func (br *bodyReader) readAll(r *http.Request, b *body, clock *patience) error {
	for {
		ended, err := b.fill(r.Body)
		if err != nil {
			return err
		}
		have := int64(len(b.buf.B))
		if have > br.max {
			return errTooLarge
		}
		if ended {
			return nil
		}
		next, more, err := probe(r.Body)
		if !more {
			return err
		}
		switch {
		case have == br.max:
			return errTooLarge
		case b.refused && have >= maxRefused:
			return errEnough
		}
		if err := br.makeRoom(r.Context(), b, br.enough(r.ContentLength, have), clock); err != nil {
			return err
		}
		b.buf.B = append(b.buf.B, next)
	}
}

// enough is how much room a body gets of which so many bytes have arrived and
// more is coming. claimed is -1 if it claims no length.
func (br *bodyReader) enough(claimed, have int64) int64 {
	size := 2 * have
	if claimed > have {
		size = leap * have
	}
	size = max(size, firstStep)
	if claimed > have {
		size = min(size, claimed)
	}
	return min(size, br.max)
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

// fill reads until the buffer is full or the body ends.
func (b *body) fill(from io.Reader) (ended bool, err error) {
	buf := &b.buf
	for len(buf.B) < cap(buf.B) {
		n, err := from.Read(buf.B[len(buf.B):cap(buf.B)])
		buf.B = buf.B[:len(buf.B)+n]
		b.absorb(buf.B)
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
