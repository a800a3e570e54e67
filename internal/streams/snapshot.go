package streams

import (
	"maps"
	"slices"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// snapshot is all streams and accounts at one moment. It never changes.
type snapshot struct {
	byKey  map[streamKey]*stream
	byID   map[shardlog.StreamID]*stream
	sorted []*stream // by key

	accounts map[accountKey]account // those that have changed a setting

	// replaced is closed when a later snapshot has taken this one's place.
	replaced chan struct{}
}

func newSnapshot(streams []*stream, accounts map[accountKey]account) *snapshot {
	n := &snapshot{
		byKey:    make(map[streamKey]*stream, len(streams)),
		byID:     make(map[shardlog.StreamID]*stream, len(streams)),
		sorted:   streams,
		accounts: accounts,
		replaced: make(chan struct{}),
	}
	for _, st := range streams {
		n.byKey[st.streamKey], n.byID[st.id] = st, st
	}
	slices.SortFunc(n.sorted, func(a, b *stream) int { return a.compare(b.streamKey) })
	return n
}

// with returns the snapshot in which next, whose key is key, is there; nil
// removes what is. It keeps next's key and not key, which may lie in an input.
func (n *snapshot) with(key streamKey, next *stream) *snapshot {
	byKey, byID := maps.Clone(n.byKey), maps.Clone(n.byID)
	sorted := slices.Clone(n.sorted)
	at, found := slices.BinarySearchFunc(sorted, key, compareStream)
	if found {
		delete(byID, sorted[at].id)
		delete(byKey, key)
		sorted = slices.Delete(sorted, at, at+1)
	}
	if next != nil {
		byKey[next.streamKey], byID[next.id] = next, next
		sorted = slices.Insert(sorted, at, next)
	}
	return &snapshot{byKey, byID, sorted, n.accounts, make(chan struct{})}
}

// withAccount returns the snapshot in which the settings of key are a.
func (n *snapshot) withAccount(key accountKey, a account) *snapshot {
	accounts := maps.Clone(n.accounts)
	if accounts == nil {
		accounts = map[accountKey]account{}
	}
	accounts[key] = a
	return &snapshot{n.byKey, n.byID, n.sorted, accounts, make(chan struct{})}
}

// usage is what counts against an account's limits: streams in CREATING, on-demand
// streams, and the shards of provisioned streams that are open or will be.
type usage struct{ creating, onDemand, shards int }

func (n *snapshot) usage(key accountKey) (u usage) {
	for _, st := range n.of(streamKey{account: key.account, region: key.region}) {
		if st.Status == kinesis.StreamStatusCreating {
			u.creating++
		}
		if st.Mode == kinesis.StreamModeOnDemand {
			u.onDemand++
		} else {
			u.shards += st.claim()
		}
	}
	return u
}

// of returns the streams of key's account and region whose names lie strictly
// above key's, in order.
func (n *snapshot) of(key streamKey) []*stream {
	at, found := slices.BinarySearchFunc(n.sorted, key, compareStream)
	if found {
		at++
	}
	list := n.sorted[at:]
	end := slices.IndexFunc(list, func(st *stream) bool {
		return st.account != key.account || st.region != key.region
	})
	if end >= 0 {
		list = list[:end]
	}
	return list
}

func compareStream(st *stream, key streamKey) int { return st.compare(key) }
