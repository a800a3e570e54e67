package wire

import (
	"crypto/sha256"
	stdhash "hash"
	"sync"
)

// hash is the SHA-256 of a body.
type hash [sha256.Size]byte

func hashOf(body []byte) hash { return sha256.Sum256(body) }

// hasher hashes a body while it arrives, when what has come is still in the
// processor's caches. Its zero value hashes nothing.
type hasher struct {
	sha    stdhash.Hash
	hashed int // of the body's bytes
}

var hashers = sync.Pool{New: func() any { return sha256.New() }}

// begin lets the hasher hash.
func (h *hasher) begin() {
	h.sha = hashers.Get().(stdhash.Hash)
	h.sha.Reset()
}

// absorb hashes what of body was not hashed yet.
func (h *hasher) absorb(body []byte) {
	if h.sha != nil {
		_, _ = h.sha.Write(body[h.hashed:]) // never fails
		h.hashed = len(body)
	}
}

// sum returns the hash of all that was absorbed, and ends the hasher. If it was not
// begun, the hash is that of nothing in particular.
func (h *hasher) sum() hash {
	if h.sha == nil {
		return hash{}
	}
	sum := h.sha.Sum(make([]byte, 0, sha256.Size)) // it escapes: whoever hashes nothing must not pay for it
	hashers.Put(h.sha)
	h.sha = nil
	return hash(sum)
}
