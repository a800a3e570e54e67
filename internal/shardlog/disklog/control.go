package disklog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// control is a sub-frame that holds no entries, on its way into a group.
type control struct {
	kind       kind
	id         shardlog.Shard // its number is 0 for trim and drop
	generation uint32
	stream     *stream
	shard      *shard // nil for trim and drop
	floors     []floor

	// decideLocked is called when the control joins the frame lsn: it marks what
	// later joiners must see, and returns the offset that the control names.
	decideLocked func(lsn uint64) shardlog.Offset

	offset shardlog.Offset
	at     shardlog.Millis
	// refused is ErrDropped if the stream was dropped before c could join.
	refused error
}

// commitControl makes c durable and published. It returns why c could not join,
// ErrDropped, or ErrUnknown if the log failed underway.
func (l *Log) commitControl(ctx context.Context, c *control) error {
	p, err := l.join(ctx, c)
	if err != nil {
		return err
	}
	if c.refused != nil {
		return c.refused
	}
	return l.await(p, c.write(p.region))
}

func (c *control) urgent() bool { return true }

func (c *control) sizeLocked() (n int, refusedBy uint64) {
	if c.stream.dropped && c.kind != kindDrop {
		c.refused = shardlog.ErrDropped
		return 0, c.stream.droppedBy
	}
	return subHeaderSize + len(c.floors)*floorSize, 0
}

func (c *control) assignLocked(g *group, region []byte) {
	c.at = now()
	c.offset = c.decideLocked(g.lsn)
	g.fence = true
	g.changes = append(g.changes, change{
		kind:       c.kind,
		stream:     c.stream,
		shard:      c.shard,
		generation: c.generation,
		offset:     c.offset,
		at:         c.at,
		count:      uint32(len(c.floors)),
		body:       region[subHeaderSize:],
	})
}

func (c *control) write(region []byte) uint64 {
	putFloors(region[subHeaderSize:], c.floors)
	header := subFrame{
		kind: c.kind, shard: c.id, generation: c.generation,
		offset: c.offset, at: c.at, count: uint32(len(c.floors)),
	}
	return uint64(header.putHeader(region))
}
