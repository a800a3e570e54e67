package server

import (
	"sync"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
)

// keyed bounds the operations of one access key that are performed at the same time,
// subscriptions among them, so that one program cannot take all that the server has.
// Where signatures are not verified a key says nothing, and nothing is counted.
type keyed struct {
	most int

	mu   sync.Mutex
	busy map[string]int // by key id
}

func newKeyed(most int) *keyed { return &keyed{most: most, busy: make(map[string]int)} }

// Enter begins an operation of i, which Leave ends. AWS has no such bound; the error
// is the one that SDKs try again after.
func (k *keyed) Enter(i access.Identity) error {
	if i.Principal() == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy[i.KeyID()] >= k.most {
		return awsapi.Errorf("ThrottlingException", "Rate exceeded. Limit: %d operations of an access key at the same time (server.max_requests_per_key).", k.most)
	}
	k.busy[i.KeyID()]++
	return nil
}

// Leave ends what Enter began.
func (k *keyed) Leave(i access.Identity) {
	if i.Principal() == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch n := k.busy[i.KeyID()]; n {
	case 0:
		panic("BUG: server: an operation of " + i.KeyID() + " ended that had not begun")
	case 1:
		delete(k.busy, i.KeyID())
	default:
		k.busy[i.KeyID()] = n - 1
	}
}
