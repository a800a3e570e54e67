package streams

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// What the store keeps of deliveries:
//
//	streams/delivered/<stream id>/<queue, 16 hex>/<shard, 8 hex>                   progressDocument
//	streams/delivered/<stream id>/<queue, 16 hex>/<shard, 8 hex>/<block, 16 hex>   []letterDocument
//
// A block has the letters of lettersPerBlock offsets; one without letters has no
// document. So to write a change costs as much as its neighbourhood, and not as much
// as all that the queue remembers. That a record was received and that it is a letter
// are written by one transaction: else a crash between would lose it.
const deliveredPrefix = "streams/delivered/"

const lettersPerBlock = 256

func blockOf(offset shardlog.Offset) uint64 { return uint64(offset) / lettersPerBlock }

// delivered is where the documents of a queue's delivery lie.
func (id queueID) delivered() string {
	return fmt.Sprintf("%s%s/%016x/", deliveredPrefix, id.stream, id.number)
}

func (id queueID) progressDocument(shard uint32) string {
	return fmt.Sprintf("%s%08x", id.delivered(), shard)
}

func (id queueID) block(shard uint32, block uint64) string {
	return fmt.Sprintf("%s/%016x", id.progressDocument(shard), block)
}

type progressDocument struct {
	// Read: all records below it were received.
	Read shardlog.Offset `json:"read"`
}

// letterDocument is a letter; see there.
type letterDocument struct {
	Offset   shardlog.Offset `json:"o"`
	Receives int32           `json:"n,omitempty"`
	First    shardlog.Millis `json:"f"`
	Handed   uint32          `json:"h"`
	Visible  shardlog.Millis `json:"v"`
	Dead     bool            `json:"d,omitempty"`
}

// deliveredChange is a document that is to be written, or removed if value is nil.
type deliveredChange struct {
	key   string
	value []byte
}

// changesLocked returns what the store does not know yet of d, and believes that it
// will; else forgotten must be called.
func (d *delivery) changesLocked() (list []deliveredChange, err error) {
	add := func(key string, document any) {
		value, e := json.Marshal(document)
		if e != nil {
			err = fmt.Errorf("document %s: %w", key, e)
		}
		list = append(list, deliveredChange{key, value})
	}
	for number, p := range d.mu.shards {
		if p.gone {
			list = append(list, deliveredChange{key: d.id.progressDocument(number)})
			delete(d.mu.shards, number)
		} else if p.readChanged {
			add(d.id.progressDocument(number), progressDocument{p.read})
		}
		for block := range p.changed {
			if len(p.blocks[block]) == 0 {
				list = append(list, deliveredChange{key: d.id.block(number, block)})
			} else {
				add(d.id.block(number, block), documentsOf(p.blocks[block]))
			}
		}
		p.readChanged = false
		clear(p.changed)
	}
	return list, err
}

func documentsOf(letters map[shardlog.Offset]*letter) []letterDocument {
	list := make([]letterDocument, 0, len(letters))
	for _, offset := range slices.Sorted(maps.Keys(letters)) {
		l := letters[offset]
		list = append(list, letterDocument{offset, l.receives, l.first, l.handed, shardlog.MillisOf(l.visible), l.state == dead})
	}
	return list
}

// forgotten notes that changes, which changesLocked returned, were not written.
func (d *delivery) forgotten(changes []deliveredChange) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range changes {
		shard, block, isBlock, err := parseDelivered(strings.TrimPrefix(x.key, d.id.delivered()))
		p := d.mu.shards[shard]
		switch {
		case err != nil:
			panic("BUG: a document of a delivery has the key " + x.key)
		case p == nil: // its shard is gone: the next start finds that again
		case isBlock:
			p.changed[block] = true
		default:
			p.readChanged = true
		}
	}
}

// parseDelivered reads what follows the key of a queue's delivery.
func parseDelivered(s string) (shard uint32, block uint64, isBlock bool, err error) {
	first, second, isBlock := strings.Cut(s, "/")
	n, err := strconv.ParseUint(first, 16, 32)
	if err == nil && isBlock {
		block, err = strconv.ParseUint(second, 16, 64)
	}
	return uint32(n), block, isBlock, err
}

// readDeliveries reads what the store knows of all queues' deliveries at now.
func readDeliveries(r meta.Reader, now time.Time) (map[queueID]*delivery, error) {
	all := map[queueID]*delivery{}
	for doc, err := range r.Scan(deliveredPrefix, "") {
		if err != nil {
			return nil, err
		}
		f := strings.SplitN(strings.TrimPrefix(doc.Key, deliveredPrefix), "/", 3)
		if len(f) != 3 {
			return nil, fmt.Errorf("document %s: want stream id/queue/shard", doc.Key)
		}
		id, ok := parseQueueID(f[0] + f[1])
		if !ok {
			return nil, fmt.Errorf("document %s: not of a queue", doc.Key)
		}
		if all[id] == nil {
			all[id] = newDelivery(id)
		}
		if err := all[id].read(f[2], doc.Value, now); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
	}
	return all, nil
}

// read takes a document over, before anybody else sees d.
func (d *delivery) read(rest string, value []byte, now time.Time) error {
	shard, _, isBlock, err := parseDelivered(rest)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.mu.shards[shard]
	if p == nil {
		p = newProgress(0)
		d.mu.shards[shard] = p
	}
	if !isBlock {
		var doc progressDocument
		err := json.Unmarshal(value, &doc)
		p.read = doc.Read
		return err
	}
	var list []letterDocument
	if err := json.Unmarshal(value, &list); err != nil {
		return err
	}
	for _, doc := range list {
		l := &letter{shard: shard, offset: doc.Offset, receives: doc.Receives, first: doc.First, handed: doc.Handed}
		if doc.Dead {
			l.state = dead
		}
		l.visible = visibleAgain(doc.Visible, now)
		d.addLocked(p, l)
	}
	return nil
}

// visibleAgain returns the instant that was written as at, in a process that began
// at now. A clock that was set back hides nothing for longer than any record may be
// hidden.
func visibleAgain(at shardlog.Millis, now time.Time) time.Time {
	left := at.Time().Sub(now)
	return now.Add(min(max(left, 0), visibilityMax))
}

// visibilityMax is the longest VisibilityTimeoutSeconds.
const visibilityMax = 12 * time.Hour
