package streams

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/meta"
)

// consumerPrefix is where the documents of consumers lie (catalog.go).
const consumerPrefix = "streams/consumer/"

func (st *stream) consumerDocumentKey(name string) string {
	return consumerPrefix + st.ID + "/" + name
}

// writeConsumers puts the documents of the consumers in which next differs from
// old, which may be nil; both are the same stream.
func writeConsumers(tx meta.Tx, old, next *stream) error {
	before := map[string]*consumer{}
	if old != nil {
		for _, c := range old.consumers {
			before[c.name] = c
		}
	}
	for _, c := range next.consumers {
		if before[c.name] != c {
			if err := put(tx, next.consumerDocumentKey(c.name), c.consumerDocument); err != nil {
				return err
			}
		}
		delete(before, c.name)
	}
	for name := range before {
		if err := tx.Delete(next.consumerDocumentKey(name)); err != nil {
			return err
		}
	}
	return nil
}

func removeConsumers(tx meta.Tx, old *stream) error {
	for _, c := range old.consumers {
		if err := tx.Delete(old.consumerDocumentKey(c.name)); err != nil {
			return err
		}
	}
	return nil
}

// readConsumers reads the consumers below prefix, by the ids of their streams and
// in the order of their names.
func readConsumers(r meta.Reader, prefix string) (map[string][]*consumer, error) {
	consumers := map[string][]*consumer{}
	for doc, err := range r.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		id, name, found := strings.Cut(strings.TrimPrefix(doc.Key, consumerPrefix), "/")
		if !found {
			return nil, fmt.Errorf("document %s: want stream id/name", doc.Key)
		}
		var d consumerDocument
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Key, err)
		}
		consumers[id] = append(consumers[id], newConsumer(name, d))
	}
	return consumers, nil
}
