package streams

import (
	"context"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// cursor reads a shard forward. It is the one place that knows what a reader
// may see: nothing that arrived before the trim horizon, and nothing after the
// shard's end. It is used by one goroutine.
type cursor struct {
	log shardlog.Log
	st  *stream // a fresh one before each read, to notice that the shard has closed
	sh  *shard
	// horizon is st's trim horizon, a fresh one before each read too.
	horizon shardlog.Millis
	// next is the offset to go on from.
	next shardlog.Offset
}

// page is what one read returned.
type page struct {
	records []shardlog.Record
	// behind is how far the reader is behind the present: 0 if there is nothing
	// newer, else now less the arrival of the last record (API, GetRecords,
	// MillisBehindLatest).
	behind shardlog.Millis
	// ended says that the shard is closed and no record follows.
	ended bool
}

// read returns the next records, at most limit.Records and with data and keys
// of at most limit.Bytes together, a single record excepted. It goes on until
// the limit or the tail is reached, and does not wait there. An error is
// returned when it meets the first record of the page; later it ends the page, so
// that damage costs no more than the reads that begin at it.
func (c *cursor) read(ctx context.Context, limit shardlog.Limit) (page, error) {
	var p page
	now := now()
	for !c.atEnd() {
		batch, err := c.readBatch(ctx, limit)
		switch {
		case err != nil && len(p.records) == 0:
			return page{}, fmt.Errorf("read %s of stream %s: %w", c.sh.id, c.st.name, err)
		case err != nil || len(p.records) > 0 && exceeds(batch.Records, limit):
			return page{records: p.records, behind: behind(now, p.records)}, nil
		}
		p.records = join(p.records, batch.Records)
		if c.next = batch.Next; len(batch.Records) == 0 {
			// What offsets follow, no record has. And beyond the end lies only what
			// a power cut has taken from durability interval: who waited there would
			// miss the records that get those offsets now.
			c.next = batch.State.Next
		}
		if c.next >= batch.State.Next {
			break
		}
		limit.Records -= len(batch.Records)
		limit.Bytes -= sizeOf(batch.Records...)
		if limit.Records <= 0 || limit.Bytes <= 0 {
			p.behind = behind(now, p.records)
			return p, nil
		}
	}
	p.ended = c.atEnd()
	return p, nil
}

// exceeds reports whether the first of records is beyond limit: the log gives a
// first record whatever its size, but on a page it may not be the first.
func exceeds(records []shardlog.Record, limit shardlog.Limit) bool {
	return len(records) > 0 && sizeOf(records[0]) > limit.Bytes
}

// readBatch reads once from c.next, or from the trim horizon if that is later.
// Arrival never decreases, so only the first record need be looked at; to ask
// the log for the horizon's offset each time would cost a search.
func (c *cursor) readBatch(ctx context.Context, limit shardlog.Limit) (shardlog.Batch, error) {
	batch, err := c.log.Read(ctx, c.st.ref(c.sh), c.next, limit)
	if err != nil || len(batch.Records) == 0 || batch.Records[0].Arrival >= c.horizon {
		return batch, err
	}
	from, err := c.log.Find(ctx, c.st.ref(c.sh), c.horizon)
	if err != nil {
		return shardlog.Batch{}, err
	}
	return c.log.Read(ctx, c.st.ref(c.sh), from, limit)
}

// atEnd reports whether the shard is closed and all of it has been read. The
// catalog must say so, not only the log: then the children are there.
func (c *cursor) atEnd() bool {
	return c.sh.State == closed && c.next >= c.sh.End
}

// behind returns how old the last record is, at least 1: there is a newer one.
func behind(now shardlog.Millis, records []shardlog.Record) shardlog.Millis {
	return max(1, now-records[len(records)-1].Arrival)
}

// join appends, without a copy for the first batch, which mostly is the only.
func join(records, more []shardlog.Record) []shardlog.Record {
	if records == nil {
		return more[:len(more):len(more)] // the log's: appending must copy
	}
	return append(records, more...)
}

// sizeOf is what records count against a limit of bytes.
func sizeOf(records ...shardlog.Record) int {
	n := 0
	for _, r := range records {
		n += len(r.Data) + len(r.Key)
	}
	return n
}
