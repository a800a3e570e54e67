package streams

import (
	"encoding/binary"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// shardPage is the page of ListShards that a NextToken asks for: of which
// stream, of which listing, and after which shard.
type shardPage struct {
	stream shardlog.StreamID
	name   string // the stream's, for messages when it is gone
	listing
	after uint32
}

// nextShards returns the token of a page.
func (t *tokens) nextShards(p shardPage, now shardlog.Millis) string {
	c := binary.BigEndian.AppendUint64(nil, uint64(now))
	c = append(c, p.stream[:]...)
	c = append(c, byte(p.scope))
	c = binary.BigEndian.AppendUint64(c, uint64(p.at))
	c = binary.BigEndian.AppendUint64(c, uint64(p.asOf))
	c = binary.BigEndian.AppendUint32(c, p.after)
	c = appendString(c, p.name)
	return t.seal(listShardsToken, c)
}

// openShards reads what nextShards wrote.
func (t *tokens) openShards(token string, now shardlog.Millis) (shardPage, error) {
	c, ok := t.open(listShardsToken, token)
	given := c.millis()
	p := shardPage{
		stream:  c.stream(),
		listing: listing{scope: scope(c.byte()), at: c.millis(), asOf: c.millis()},
		after:   c.uint32(),
		name:    c.string(),
	}
	return p, checkToken(c, ok, given, now)
}

// nextStreams returns the token of ListStreams's page after name.
func (t *tokens) nextStreams(name string, now shardlog.Millis) string {
	c := binary.BigEndian.AppendUint64(nil, uint64(now))
	return t.seal(listStreamsToken, appendString(c, name))
}

// openStreams reads what nextStreams wrote.
func (t *tokens) openStreams(token string, now shardlog.Millis) (name string, err error) {
	c, ok := t.open(listStreamsToken, token)
	given := c.millis()
	name = c.string()
	return name, checkToken(c, ok, given, now)
}

// checkToken says what is wrong with a token whose content was read as c.
func checkToken(c content, ok bool, given, now shardlog.Millis) error {
	switch {
	case !ok || c.short:
		return errTokenInvalid()
	case now-given > shardlog.Millis(limits.TokenLife.Milliseconds()):
		return errTokenExpired(given, now, limits.TokenLife)
	}
	return nil
}
