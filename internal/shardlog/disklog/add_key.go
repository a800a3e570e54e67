package disklog

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/shardlog"
)

// keyRequest asks the flusher, whose the manifest is, to put a key there.
type keyRequest struct {
	key    savedKey // without its id
	secret shardlog.Secret
	answer chan keyAnswer // has room for one
}

type keyAnswer struct {
	id  shardlog.KeyID
	err error
}

// AddKey makes a data key known; see shardlog.Log. It waits for a flush that is
// under way.
func (l *Log) AddKey(ctx context.Context, stream shardlog.StreamID, k shardlog.WrappedKey, secret shardlog.Secret) (shardlog.KeyID, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(k.Wrapper) > shardlog.MaxKeyName || len(k.Bind) > shardlog.MaxKeyName || len(k.Wrapped) > shardlog.MaxWrapped {
		return 0, fmt.Errorf("wrapped key of %d bytes, wrapper of %d, bound to %d: too long", len(k.Wrapped), len(k.Wrapper), len(k.Bind))
	}
	if _, err := l.shards.stream(stream); err != nil {
		return 0, err
	}
	r := keyRequest{
		key: savedKey{stream: stream, WrappedKey: shardlog.WrappedKey{
			Wrapper: strings.Clone(k.Wrapper), Bind: strings.Clone(k.Bind), Wrapped: bytes.Clone(k.Wrapped),
		}},
		secret: secret, answer: make(chan keyAnswer, 1),
	}
	select {
	case l.keyRequests <- r:
		// The flusher answers whatever happens.
		a := <-r.answer
		return a.id, a.err
	case <-l.ended:
		return 0, shardlog.ErrClosed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// addKey is the flusher's part. An error ends the log; want of space does not.
func (l *Log) addKey(r keyRequest) error {
	for i := range l.manifest.keys {
		r.key.id = max(r.key.id, l.manifest.keys[i].id)
	}
	r.key.id++
	e := l.manifest.current()
	e.keys = []savedKey{r.key}
	err := l.manifest.commit(e, l.wholeEdit)
	switch {
	case err == nil:
		// From here on bodies may name the key: no crash loses it.
		l.keys.add(r.key, r.secret)
		r.answer <- keyAnswer{id: r.key.id}
		return nil
	case retry(err):
		r.answer <- keyAnswer{err: fmt.Errorf("%w: %w", shardlog.ErrNoSpace, err)}
		return nil
	}
	r.answer <- keyAnswer{err: shardlog.ErrClosed}
	return fmt.Errorf("add key: %w", err)
}

// answerRequests is for the flusher while it has much to do.
func (l *Log) answerRequests() error {
	for {
		select {
		case answer := <-l.cuts:
			answer <- l.takeCut()
		case r := <-l.keyRequests:
			if err := l.addKey(r); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}
