package streams

import (
	"encoding/binary"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

// receipt is what a receipt handle says: which delivery of which record. It is good
// until the record is received again, restored or acknowledged, also when the record
// is visible again, and after a restart.
type receipt struct {
	queue  queueID
	dead   bool // from ReceiveDeadLetterQueueRecords
	shard  uint32
	offset shardlog.Offset
	handed uint32
}

// receipt returns the handle of r.
func (t *tokens) receipt(r receipt) string {
	c := append(make([]byte, 0, 256), r.queue.stream[:]...)
	c = binary.BigEndian.AppendUint64(c, r.queue.number)
	kind := byte(0)
	if r.dead {
		kind = 1
	}
	c = append(c, kind)
	c = binary.BigEndian.AppendUint32(c, r.shard)
	c = binary.BigEndian.AppendUint64(c, uint64(r.offset))
	return t.seal(receiptToken, binary.BigEndian.AppendUint32(c, r.handed))
}

// openReceipt reads what receipt wrote, and false if it did not.
func (t *tokens) openReceipt(handle string) (receipt, bool) {
	c, ok := t.open(receiptToken, handle)
	r := receipt{
		queue:  queueID{c.stream(), c.uint64()},
		dead:   c.byte() == 1,
		shard:  c.uint32(),
		offset: shardlog.Offset(c.uint64()),
		handed: c.uint32(),
	}
	return r, ok && !c.short
}

// recordID is the same in every delivery and in every queue of a stream.
func recordID(shard uint32, offset shardlog.Offset) string {
	return fmt.Sprintf("%08x%016x", shard, uint64(offset))
}
