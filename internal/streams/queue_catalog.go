package streams

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// queuePrefix is where the documents of queues lie (catalog.go).
const queuePrefix = "streams/queue/"

func (id queueID) document() string {
	return fmt.Sprintf("%s%s/%016x", queuePrefix, id.stream, id.number)
}

// writeQueues puts the documents of the queues in which next differs from old,
// which may be nil; both are the same stream. With a queue goes what the store
// knows of its deliveries.
func writeQueues(tx meta.Tx, old, next *stream) error {
	before := map[queueID]*queue{}
	if old != nil {
		for _, q := range old.queues {
			before[q.id] = q
		}
	}
	for _, q := range next.queues {
		if before[q.id] != q {
			if err := put(tx, q.id.document(), q.queueDocument); err != nil {
				return err
			}
		}
		delete(before, q.id)
	}
	for id := range before {
		if err := removeQueue(tx, id); err != nil {
			return err
		}
	}
	return nil
}

func removeQueues(tx meta.Tx, old *stream) error {
	for _, q := range old.queues {
		if err := removeQueue(tx, q.id); err != nil {
			return err
		}
	}
	return nil
}

func removeQueue(tx meta.Tx, id queueID) error {
	for doc, err := range tx.Scan(id.delivered(), "") {
		if err != nil {
			return err
		}
		if err := tx.Delete(doc.Key); err != nil {
			return err
		}
	}
	return tx.Delete(id.document())
}

// readQueues reads the queues below prefix, by the ids of their streams and in the
// order of their numbers.
func readQueues(r meta.Reader, prefix string) (map[string][]*queue, error) {
	queues := map[string][]*queue{}
	for doc, err := range r.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		stream, digits, _ := strings.Cut(strings.TrimPrefix(doc.Key, queuePrefix), "/")
		id, err := shardlog.ParseStreamID(stream)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		number, err := strconv.ParseUint(digits, 16, 64)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		var d queueDocument
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		queues[stream] = append(queues[stream], newQueue(queueID{id, number}, d))
	}
	return queues, nil
}
