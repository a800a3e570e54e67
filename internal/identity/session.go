package identity

import (
	"crypto/sha256"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
)

// session is one that began and whom its token names, as a snapshot knows it.
type session struct {
	principal       *access.Principal
	secret          access.Secret
	issued, expires time.Time
}

// mostSessions is how many a snapshot remembers, so that opening their tokens is not
// done with each request. Beyond that every request opens its token.
const mostSessions = 4096

// sessions are those that a snapshot remembers, by what names them. They are good as
// long as the snapshot is: what a change revokes is in the next.
type sessions struct {
	known sync.Map // sessionKey: *session
	count atomic.Int64
}

// sessionKey is a digest of an access key's id and a token.
type sessionKey [sha256.Size]byte

func sessionKeyOf(keyID, token string) sessionKey { return sha256.Sum256([]byte(keyID + "\n" + token)) }

// authenticateSession finds whom the temporary key keyID names, by its token.
func (s *Service) authenticateSession(n *snapshot, keyID, token string) (Found, error) {
	if token == "" || !strings.HasPrefix(keyID, tempKeyPrefix) {
		return Found{}, ErrInvalidToken
	}
	key := sessionKeyOf(keyID, token)
	var found *session
	if known, ok := n.sessions.known.Load(key); ok {
		found = known.(*session)
	} else {
		c, secret, err := n.openToken(token, keyID)
		if err != nil {
			return Found{}, err
		}
		if found, err = n.session(c, secret); err != nil {
			return Found{}, err
		}
		if n.sessions.count.Add(1) <= mostSessions {
			n.sessions.known.Store(key, found)
		}
	}
	if !time.Now().Before(found.expires) {
		return Found{}, ErrExpired
	}
	return Found{Principal: found.principal, Secret: found.secret, Issued: found.issued}, nil
}

// session is whom c names, if everything behind it is still there: the user, the role
// or the account, the access key that began it, and the policies that bound it. Unlike
// AWS, where a session outlives the key that began it.
func (n *snapshot) session(c *claims, secret access.Secret) (*session, error) {
	p := n.behind(c)
	if p == nil || !n.keyHolds(c.Begun.Key) {
		return nil, ErrInvalidToken
	}
	tags := maps.Clone(p.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, c.Begun.Transitive)
	maps.Copy(tags, c.Tags)
	p.Tags, p.Begun = tags, &c.Begun
	var err error
	if p.Session, err = n.sessionPolicies(&c.bounds); err != nil {
		return nil, ErrInvalidToken // what bounds it nobody knows: it allows nothing
	}
	expires := time.Unix(c.Expires, 0).UTC()
	if k := n.keys[c.Begun.Key]; k != nil && k.Expires != nil && k.Expires.Before(expires) {
		expires = *k.Expires // no change brings another snapshot when it ends
	}
	return &session{p, secret, time.Unix(c.Issued, 0).UTC(), expires}, nil
}

// behind is a new principal for the account's root, the user or the role of c, nil if
// there is none, or another one has its name.
func (n *snapshot) behind(c *claims) *access.Principal {
	switch {
	case c.Role != "":
		if r := n.roles[nameKey{c.Account, c.Role}]; r != nil && r.ID == c.ID {
			return r.principal(c.Name)
		}
	case c.User != "":
		if u := n.users[nameKey{c.Account, c.User}]; u != nil && u.ID == c.ID {
			p := *u.principal
			return &p
		}
	default:
		if a := n.accounts[c.Account]; a != nil {
			p := *a.root
			return &p
		}
	}
	return nil
}

// keyHolds says whether the access key that began a session may still be used. None
// did where a provider vouched for who began it.
func (n *snapshot) keyHolds(id string) bool {
	k := n.keys[id]
	return id == "" || k != nil && k.active(time.Now())
}

// sessionPolicies are what b bounds a session by.
func (n *snapshot) sessionPolicies(b *bounds) ([]policy.Named, error) {
	var all []policy.Named
	if b.Policy != "" {
		d, err := reparse(policy.Identity, "the session's policy", b.Policy)
		if err != nil {
			return nil, err
		}
		all = append(all, policy.Named{Name: "session", Document: d})
	}
	for _, arn := range b.PolicyARNs {
		m := n.policyAt(arn)
		if m == nil {
			return nil, errNoSuchEntity("there is no policy %s", arn)
		}
		all = append(all, policy.Named{Name: arn, Document: m.document})
	}
	return all, nil
}
