package streams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// catalog keeps the documents of accounts, streams, shards and consumers and the
// snapshot of them.
//
//	streams/account/<account>/<region>           account
//	streams/stream/<account>/<region>/<name>     streamDocument
//	streams/shard/<stream id>/<number, 8 hex>    shardDocument
//	streams/consumer/<stream id>/<name>          consumerDocument
//	streams/queue/<stream id>/<number, 16 hex>   queueDocument
//
// What was delivered from a queue is beside these, and not of the catalog
// (delivery_document.go).
//
// A change is based on the snapshot and goes into the store as one
// transaction, which first checks that the stream's document still has the
// version that the snapshot knows. So whoever else may have written, a change
// is never based on what is out of date.
type catalog struct {
	store   meta.Store
	keep    keeping
	current atomic.Pointer[snapshot]
	limits  limits.Profile // of streams and accounts that have none of their own
	// replaced is told of every snapshot and of the one before, by who has the turn.
	replaced func(old, next *snapshot)
	// turn holds a token while a change is on its way from the snapshot to the
	// store and back. It is a channel and not a lock because a change waits for
	// the disk, and who waits for it may give up.
	turn chan struct{}
}

const (
	streamPrefix = "streams/stream/"
	shardPrefix  = "streams/shard/"
)

func newCatalog(store meta.Store, keep keeping, limits limits.Profile) *catalog {
	c := &catalog{store: store, keep: keep, limits: limits, turn: make(chan struct{}, 1), replaced: func(_, _ *snapshot) {}}
	c.current.Store(newSnapshot(nil, nil))
	return c
}

// now returns the snapshot. It takes no lock.
func (c *catalog) now() *snapshot { return c.current.Load() }

// change makes of the stream at key what fn makes of it, and returns that. fn
// gets the stream as it is, nil if there is none, and returns it as it shall
// be: nil to remove it, the same to leave it. fn may be called again. Its error
// is returned as it is, and nothing is written.
//
// Once the change has begun to be written ctx is not looked at again: a caller
// that goes away leaves no doubt about the outcome.
func (c *catalog) change(ctx context.Context, key streamKey, fn func(*stream) (*stream, error)) (*stream, error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx = context.WithoutCancel(ctx)
	for {
		old := c.now().byKey[key]
		next, err := fn(old)
		if err != nil || next == old {
			return next, err
		}
		if next != nil {
			next.mustDivideTheRing()
		}
		if err := c.keep.before(ctx, old, next); err != nil {
			return nil, err
		}
		version, err := c.store.Update(ctx, func(tx meta.Tx) error { return write(tx, key, old, next) })
		if errors.Is(err, meta.ErrConflict) {
			if err := c.reload(ctx, key); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			// It may have been written all the same, and then it holds.
			return nil, errors.Join(fmt.Errorf("write stream %s: %w", key.name, err), c.reload(ctx, key))
		}
		if next != nil {
			next.version = version
		}
		return next, c.install(ctx, key, next)
	}
}

// install makes st, which the store holds at key, what operations see there; nil,
// that there is none. The caller has the turn.
func (c *catalog) install(ctx context.Context, key streamKey, st *stream) error {
	var err error
	if st != nil {
		err = c.keep.after(ctx, st)
		c.profiles().limit(st)
	}
	c.replace(c.now().with(key, st))
	return err
}

// enter waits for the turn, until ctx ends. The caller must leave.
func (c *catalog) enter(ctx context.Context) (leave func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// replace puts a new snapshot in place and wakes who waits for that. The caller
// has the turn.
func (c *catalog) replace(next *snapshot) {
	old := c.current.Swap(next)
	close(old.replaced)
	c.replaced(old, next)
}

// load reads everything. It is called before anything else is.
func (c *catalog) load(ctx context.Context) error {
	var streams []*stream
	var accounts map[accountKey]account
	err := c.store.View(ctx, func(r meta.Reader) error {
		streams = nil
		var err error
		if accounts, err = readAccounts(r); err != nil {
			return err
		}
		shards, err := readShards(r, shardPrefix)
		if err != nil {
			return err
		}
		consumers, err := readConsumers(r, consumerPrefix)
		if err != nil {
			return err
		}
		queues, err := readQueues(r, queuePrefix)
		if err != nil {
			return err
		}
		for doc, err := range r.Scan(streamPrefix, "") {
			if err != nil {
				return err
			}
			st, err := readStream(doc, func(id string) (belongings, error) { return belongings{shards[id], consumers[id], queues[id]}, nil })
			if err != nil {
				return err
			}
			streams = append(streams, st)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("load streams: %w", err)
	}
	for _, st := range streams {
		if err := c.keep.after(ctx, st); err != nil {
			return fmt.Errorf("load streams: %w", err)
		}
		profiles{c.limits, accounts}.limit(st)
	}
	c.replace(newSnapshot(streams, accounts))
	return nil
}

// reload reads the stream at key again, because somebody else wrote it or what
// became of a write is not known. The caller has the turn.
func (c *catalog) reload(ctx context.Context, key streamKey) error {
	var st *stream
	err := c.store.View(ctx, func(r meta.Reader) error {
		st = nil
		doc, err := r.Get(key.document())
		if errors.Is(err, meta.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		st, err = readStream(doc, func(id string) (belongings, error) {
			shards, err := readShards(r, shardPrefix+id+"/")
			if err != nil {
				return belongings{}, err
			}
			consumers, err := readConsumers(r, consumerPrefix+id+"/")
			if err != nil {
				return belongings{}, err
			}
			queues, err := readQueues(r, queuePrefix+id+"/")
			return belongings{shards[id], consumers[id], queues[id]}, err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("reload stream %s: %w", key.name, err)
	}
	return c.install(ctx, key, st)
}

// write puts the documents in which next differs from old. It returns
// meta.ErrConflict if the store does not hold old.
func write(tx meta.Tx, key streamKey, old, next *stream) error {
	if err := checkVersion(tx, key, old); err != nil {
		return err
	}
	if next == nil {
		return remove(tx, key, old)
	}
	if err := put(tx, key.document(), next.streamDocument); err != nil {
		return err
	}
	before := map[uint32]*shard{}
	if old != nil {
		for _, sh := range old.shards {
			before[sh.number] = sh
		}
	}
	for _, sh := range next.shards {
		if before[sh.number] != sh {
			if err := put(tx, next.shardDocumentKey(sh.number), sh.shardDocument); err != nil {
				return err
			}
		}
		delete(before, sh.number)
	}
	for number := range before {
		if err := tx.Delete(next.shardDocumentKey(number)); err != nil {
			return err
		}
	}
	if err := writeConsumers(tx, old, next); err != nil {
		return err
	}
	return writeQueues(tx, old, next)
}

// checkVersion returns meta.ErrConflict unless the store holds old, or nothing
// if old is nil.
func checkVersion(tx meta.Tx, key streamKey, old *stream) error {
	var want meta.Version
	if old != nil {
		want = old.version
	}
	doc, err := tx.Get(key.document())
	if err != nil && !errors.Is(err, meta.ErrNotFound) {
		return err
	}
	if doc.Version != want {
		return meta.ErrConflict
	}
	return nil
}

func remove(tx meta.Tx, key streamKey, old *stream) error {
	for _, sh := range old.shards {
		if err := tx.Delete(old.shardDocumentKey(sh.number)); err != nil {
			return err
		}
	}
	if err := removeConsumers(tx, old); err != nil {
		return err
	}
	if err := removeQueues(tx, old); err != nil {
		return err
	}
	return tx.Delete(key.document())
}

func put(tx meta.Tx, key string, document any) error {
	value, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("document %s: %w", key, err)
	}
	return tx.Put(key, value)
}

// belongings are what a stream has besides its document.
type belongings struct {
	shards    []*shard
	consumers []*consumer
	queues    []*queue
}

// readStream makes a stream of its document and of its belongings, which of returns
// by the stream's id. Shards that do not divide the ring are
// an error: keys would go where they do not belong.
func readStream(doc meta.Document, of func(id string) (belongings, error)) (*stream, error) {
	f := strings.Split(strings.TrimPrefix(doc.Key, streamPrefix), "/")
	if len(f) != 3 {
		return nil, fmt.Errorf("document %s: want account/region/name", doc.Key)
	}
	var d streamDocument
	if err := json.Unmarshal(doc.Value, &d); err != nil {
		return nil, fmt.Errorf("document %s: %w", doc.Key, err)
	}
	id, err := shardlog.ParseStreamID(d.ID)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", doc.Key, err)
	}
	has, err := of(d.ID)
	if err != nil {
		return nil, err
	}
	st := newStream(streamKey{f[0], f[1], f[2]}, id, d, has.shards)
	st.version, st.consumers, st.queues = doc.Version, has.consumers, has.queues
	if err := st.checkRings(); err != nil {
		return nil, fmt.Errorf("document %s: %w", doc.Key, err)
	}
	return st, nil
}

// readShards reads the shards below prefix, by the ids of their streams and in
// the order of their numbers.
func readShards(r meta.Reader, prefix string) (map[string][]*shard, error) {
	shards := map[string][]*shard{}
	for doc, err := range r.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		id, digits, _ := strings.Cut(strings.TrimPrefix(doc.Key, shardPrefix), "/")
		number, err := strconv.ParseUint(digits, 16, 32)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		var d shardDocument
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		shards[id] = append(shards[id], newShard(uint32(number), d))
	}
	return shards, nil
}

func (k streamKey) document() string {
	return streamPrefix + k.account + "/" + k.region + "/" + k.name
}

func (st *stream) shardDocumentKey(number uint32) string {
	return fmt.Sprintf("%s%s/%08x", shardPrefix, st.ID, number)
}
