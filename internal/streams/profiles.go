package streams

import "github.com/freshet/freshet/internal/limits"

// limitsTag is a tag that says which rates hold for a stream's shards, as
// limits.ParseProfile reads it: aws, or relaxed. AWS has no parameter for that; a
// tag can be set with any SDK, the CLI, Terraform, and the extension API.
const limitsTag = "freshet:limits"

// profiles says which rates hold where: a stream's tag beats what was set for
// its account, and that beats what the server was started with.
type profiles struct {
	server   limits.Profile
	accounts map[accountKey]account
}

// The origins of a profile, as the extension API names them.
const (
	fromStream  = "stream"
	fromAccount = "account"
	fromServer  = "server"
)

// ofAccount returns the profile of an account, and where it is from. One that an
// older or newer program accepted and this one does not know says nothing; so with
// the tag of a stream.
func (p profiles) ofAccount(k accountKey) (profile limits.Profile, from string) {
	if text := p.accounts[k].Limits; text != "" {
		if profile, err := limits.ParseProfile(text); err == nil {
			return profile, fromAccount
		}
	}
	return p.server, fromServer
}

// ofStream returns the profile of a stream.
func (p profiles) ofStream(st *stream) (profile limits.Profile, from string) {
	if profile, err := limits.ParseProfile(st.Tags[limitsTag]); err == nil {
		return profile, fromStream
	}
	return p.ofAccount(st.accountKey())
}

// limit sets st.limits. It is called before st is in a snapshot.
func (p profiles) limit(st *stream) {
	st.limits = nil
	if profile, _ := p.ofStream(st); profile != (limits.Profile{}) {
		st.limits = &profile
	}
}

// profiles are what holds now.
func (c *catalog) profiles() profiles { return profiles{c.limits, c.now().accounts} }

// installAccount makes a, which the store holds at key, the settings of an account,
// and lets its streams follow. The caller has the turn.
func (c *catalog) installAccount(key accountKey, a account) {
	next := c.now().withAccount(key, a)
	if a.Limits != c.now().accounts[key].Limits {
		next = next.limited(profiles{c.limits, next.accounts}, key)
	}
	c.replace(next)
}

// limited returns the snapshot in which the streams of an account have the limits
// that p says.
func (n *snapshot) limited(p profiles, key accountKey) *snapshot {
	streams := make([]*stream, len(n.sorted))
	for i, st := range n.sorted {
		if st.accountKey() == key {
			again := *st // what is in a snapshot never changes
			p.limit(&again)
			st = &again
		}
		streams[i] = st
	}
	return newSnapshot(streams, n.accounts)
}
