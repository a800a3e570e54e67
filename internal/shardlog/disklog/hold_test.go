package disklog

import (
	"runtime"
	"strings"
	"sync"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// holder is a file system whose syncs of the journal can be held.
type holder struct {
	*faultfs.FS
	mu   sync.Mutex
	gate chan struct{}
	// reached gets a value when a sync meets the closed gate.
	reached chan struct{}
}

// holdSyncs wraps fs.
func holdSyncs(fs vfs.FS) *holder { return holdCalls(fs, isJournalSync) }

func isJournalSync(op vfs.Op) bool {
	return op.Kind == vfs.OpSync && strings.Contains(op.Name, journalPrefix)
}

// holdCalls wraps fs so that the calls that match can be held.
func holdCalls(fs vfs.FS, match func(vfs.Op) bool) *holder {
	h := &holder{FS: faultfs.New(fs), reached: make(chan struct{}, 100)}
	h.Inject(faultfs.Rule{Match: match, After: faultfs.Never, Before: func(vfs.Op) { h.pass() }})
	return h
}

func (h *holder) pass() {
	h.mu.Lock()
	gate := h.gate
	h.mu.Unlock()
	if gate != nil {
		h.reached <- struct{}{}
		<-gate
	}
}

func (h *holder) hold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gate = make(chan struct{})
}

func (h *holder) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.gate)
	h.gate = nil
}

// waitJoined waits until n appends are in the open group. There is no event to
// wait for: an append that joined is in no way to be seen from outside.
func (r *rig) waitJoined(n int) {
	joined := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.mu.open != nil && r.mu.open.appends >= n
	}
	for !joined() {
		runtime.Gosched()
	}
}
