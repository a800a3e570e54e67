package streams

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// bundle is what one call receives, while it is put together. Who does has the turn of
// its lane: nobody else moves progress.read, or hands out what is in its lane.
type bundle struct {
	*receiving
	records []kinesis.QueueRecord
	left    int // bytes, by which a first record is not bound
	visible time.Time
}

func (b *bundle) full() bool { return len(b.records) >= b.most || b.left <= 0 }

// fits reports whether rec may be of b.
func (b *bundle) fits(rec shardlog.Record) bool { return len(b.records) == 0 || sizeOf(rec) <= b.left }

// again hands out letters that are visible. One whose record is not kept any more is
// forgotten.
func (b *bundle) again(ctx context.Context, state letterState, now time.Time) error {
	if b.full() {
		return nil
	}
	b.d.mu.Lock()
	due := b.d.pickLocked(state, b.most-len(b.records), now, b.visible)
	picked := make([]letter, len(due)) // as they are now: others may acknowledge them
	for i, l := range due {
		picked[i] = *l
	}
	b.d.mu.Unlock()
	for i, l := range picked {
		rec, ok, err := b.record(ctx, l.shard, l.offset)
		if err != nil || ok && !b.fits(rec) {
			b.unpick(due[i:], picked[i:], now)
			return err
		}
		if !ok {
			b.drop(due[i])
			continue
		}
		b.add(rec, receipt{b.q.id, state == dead, l.shard, l.offset, l.handed}, l)
	}
	return nil
}

// record reads the record of a letter; false if it is not kept any more.
func (b *bundle) record(ctx context.Context, shard uint32, offset shardlog.Offset) (shardlog.Record, bool, error) {
	sh := b.st.shard(shard)
	if sh == nil {
		return shardlog.Record{}, false, nil
	}
	c := cursor{log: b.s.log, st: b.st, sh: sh, horizon: b.s.horizon(b.st), next: offset}
	p, err := c.read(ctx, shardlog.Limit{Records: 1, Bytes: 1})
	if err != nil {
		return shardlog.Record{}, false, errRead(b.st, shard, err)
	}
	if len(p.records) == 0 || p.records[0].Offset != offset {
		return shardlog.Record{}, false, nil
	}
	return p.records[0], true, nil
}

// unpick leaves letters that were picked for another time.
func (b *bundle) unpick(due []*letter, picked []letter, now time.Time) {
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	for i, l := range due {
		b.d.unpickLocked(l, picked[i].handed, now)
	}
}

// drop forgets a letter, if nobody has yet.
func (b *bundle) drop(l *letter) {
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	if b.d.letterLocked(l.shard, l.offset) == l {
		b.d.removeLocked(l)
	}
	b.s.deliveries.note(b.d, b.s.deliveries.soon)
}

// unseen hands out records that nobody has received, at most room, of one shard after
// the other; turn says which is the first.
func (b *bundle) unseen(ctx context.Context, turn, room int) (failed error) {
	shards := b.st.shards
	for i := range shards {
		sh := shards[(turn+i)%len(shards)]
		if sh.State == pending {
			continue
		}
		if b.full() || room <= 0 {
			break
		}
		n, err := b.unseenOf(ctx, sh, room)
		room -= n
		if err != nil {
			failed = errRead(b.st, sh.number, err)
		}
	}
	return failed
}

func (b *bundle) unseenOf(ctx context.Context, sh *shard, room int) (n int, err error) {
	b.d.mu.Lock()
	read := b.d.progressLocked(b.q, sh.number).read
	b.d.mu.Unlock()
	if read >= b.s.log.State(b.st.ref(sh)).Next {
		return 0, nil
	}
	c := cursor{log: b.s.log, st: b.st, sh: sh, horizon: b.s.horizon(b.st), next: read}
	p, err := c.read(ctx, shardlog.Limit{Records: min(b.most-len(b.records), room), Bytes: b.left})
	if err != nil {
		return 0, err
	}
	end := c.next
	if i := slices.IndexFunc(p.records, func(rec shardlog.Record) bool { return !b.fits(rec) }); i >= 0 {
		end, p.records = p.records[i].Offset, p.records[:i]
	}
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	progress := b.d.progressLocked(b.q, sh.number)
	progress.read, progress.readChanged = end, true
	for _, rec := range p.records {
		l := &letter{shard: sh.number, offset: rec.Offset, receives: 1, handed: 1, first: now(), visible: b.visible}
		b.d.addLocked(progress, l)
		b.d.touchLocked(l)
		b.add(rec, receipt{b.q.id, false, sh.number, rec.Offset, 1}, *l)
	}
	return len(p.records), nil
}

// add describes rec, whose letter is l.
func (b *bundle) add(rec shardlog.Record, handed receipt, l letter) {
	b.left -= sizeOf(rec)
	out := kinesis.QueueRecord{
		ReceiptHandle:               new(b.s.tokens.receipt(handed)),
		RecordId:                    new(recordID(l.shard, l.offset)),
		Data:                        rec.Data,
		ApproximateArrivalTimestamp: new(rec.Arrival.Time()),
		FirstReceiveTimestamp:       new(l.first.Time()),
		ReceiveCount:                new(l.receives),
	}
	if rec.Key != "" {
		out.PartitionKey = new(strings.Clone(rec.Key))
	}
	b.records = append(b.records, out)
}
