package streams

import "reflect"

// amending returns a change, for catalog.change or begin, of the document of the
// stream at key. fn gets the stream as it is and a copy of its document, in which
// it sets what shall be otherwise; a map or a list it replaces and does not write
// into, because the snapshot has the same. It may be called again. A stream whose
// document is the same afterwards is left alone, without a write.
func amending(key streamKey, fn func(old *stream, doc *streamDocument) error) func(*stream) (*stream, error) {
	return func(old *stream) (*stream, error) {
		if old == nil {
			return nil, errNoStream(key)
		}
		doc := old.streamDocument
		if err := fn(old, &doc); err != nil {
			return nil, err
		}
		if reflect.DeepEqual(doc, old.streamDocument) {
			return old, nil
		}
		return old.revised(doc, old.shards), nil
	}
}
