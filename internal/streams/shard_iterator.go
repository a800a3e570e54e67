package streams

import (
	"encoding/binary"
	"strings"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// shardIterator is a place in a shard to read on from. It is decided when the
// iterator is made: one of LATEST returns what was put since.
type shardIterator struct {
	stream shardlog.StreamID
	shard  uint32
	next   shardlog.Offset
	given  shardlog.Millis
	name   string // the stream's, for messages when it is gone
}

// iterator returns it as the client carries it: at most 288 characters, and
// another text each time.
func (t *tokens) iterator(it shardIterator) string {
	c := make([]byte, 0, 192)
	c = append(c, it.stream[:]...)
	c = binary.BigEndian.AppendUint32(c, it.shard)
	c = binary.BigEndian.AppendUint64(c, uint64(it.next))
	c = binary.BigEndian.AppendUint64(c, uint64(it.given))
	c = appendString(c, it.name)
	return t.seal(iteratorToken, c)
}

// openIterator reads an iterator at now. One that seems to be from the future is
// good, for clocks run back.
func (t *tokens) openIterator(s string, now shardlog.Millis) (shardIterator, error) {
	it, err := t.readIterator(s)
	if err != nil {
		return shardIterator{}, err
	}
	if now-it.given > shardlog.Millis(limits.IteratorLife.Milliseconds()) {
		return shardIterator{}, errIteratorExpired(it.given, now, limits.IteratorLife)
	}
	return it, nil
}

// readIterator reads an iterator of whatever age. Double quotes around it are
// tolerated, as AWS does: shells and JSON tools leave them there.
func (t *tokens) readIterator(s string) (shardIterator, error) {
	if len(s) > 2 && strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`) {
		s = s[1 : len(s)-1]
	}
	c, ok := t.open(iteratorToken, s)
	if !ok {
		return shardIterator{}, errIteratorInvalid()
	}
	it := shardIterator{
		stream: c.stream(),
		shard:  c.uint32(),
		next:   shardlog.Offset(c.uint64()),
		given:  c.millis(),
		name:   c.string(),
	}
	if c.short {
		return shardIterator{}, errIteratorInvalid()
	}
	return it, nil
}
