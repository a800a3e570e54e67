package identity

import (
	"encoding/json"
	"fmt"

	"github.com/freshet/freshet/internal/meta"
)

// edit is what a change writes: nil removes.
type edit struct{ documents map[string]any }

func (e *edit) put(key string, document any) {
	if e.documents == nil {
		e.documents = map[string]any{}
	}
	e.documents[key] = document
}

func (e *edit) remove(key string) { e.put(key, nil) }

// write puts the documents and the mark of the change. It returns meta.ErrConflict
// if there was another one since version.
func (e *edit) write(tx meta.Tx, version meta.Version) error {
	if err := tx.PutIf(changedKey, []byte("{}"), version); err != nil {
		return err
	}
	for key, document := range e.documents {
		if document == nil {
			if err := tx.Delete(key); err != nil {
				return err
			}
			continue
		}
		value, err := json.Marshal(document)
		if err != nil {
			return fmt.Errorf("document %s: %w", key, err)
		}
		if err := tx.Put(key, value); err != nil {
			return fmt.Errorf("document %s: %w", key, err)
		}
	}
	return nil
}
