package identity

import (
	"maps"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/meta"
)

// snapshot is everything there is at one moment, linked. It never changes.
type snapshot struct {
	version meta.Version // of changedKey; 0 if nothing was ever written
	// failed is why it is not known what the store holds; then there is nothing else.
	failed error

	operator string // the operator's account, empty before there is one
	accounts map[string]*account
	users    map[nameKey]*user
	roles    map[nameKey]*role
	policies map[nameKey]*managed
	keys     map[string]*key

	tokenKeys []*tokenKey // the newest first
	sessions  sessions    // those of whose tokens requests came
}

// account is an account and its root.
type account struct {
	id string
	accountDocument
	root *access.Principal
	keys []*key // of its root, the oldest first
}

type user struct {
	account string
	userDocument
	policies  policies
	principal *access.Principal
	keys      []*key // the oldest first
}

type role struct {
	account string
	roleDocument
	trust    *policy.Document
	policies policies
}

// policies are the policies of a user or a role.
type policies struct {
	identity []policy.Named
	boundary *policy.Named // nil for none
}

// managed is a managed policy.
type managed struct {
	account string
	policyDocument
	document *policy.Document
}

// key is an access key.
type key struct {
	id string
	keyDocument
	secret    access.Secret
	principal *access.Principal
	used      *usage
}

func (a *account) arn() string { return rootARN(a.id) }
func (u *user) arn() string    { return arnOf(u.account, "user", u.Path, u.Name) }
func (r *role) arn() string    { return arnOf(r.account, "role", r.Path, r.Name) }
func (m *managed) arn() string { return arnOf(m.account, "policy", m.Path, m.Name) }

func (u *user) key() nameKey    { return keyOf(u.account, u.Name) }
func (r *role) key() nameKey    { return keyOf(r.account, r.Name) }
func (m *managed) key() nameKey { return keyOf(m.account, m.Name) }

func rootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

// arnOf is the ARN of a user, a role or a policy. A path begins and ends with a slash.
func arnOf(account, kind, path, name string) string {
	return "arn:aws:iam::" + account + ":" + kind + path + name
}

// userAt returns the user of that ARN, nil if there is none.
func (n *snapshot) userAt(arn string) *user {
	if u := n.users[keyOfARN(arn, "user")]; u != nil && u.arn() == arn {
		return u
	}
	return nil
}

// roleAt returns the role of that ARN, nil if there is none.
func (n *snapshot) roleAt(arn string) *role {
	if r := n.roles[keyOfARN(arn, "role")]; r != nil && r.arn() == arn {
		return r
	}
	return nil
}

// policyAt returns the managed policy of that ARN, nil if there is none.
func (n *snapshot) policyAt(arn string) *managed {
	if m := n.policies[keyOfARN(arn, "policy")]; m != nil && m.arn() == arn {
		return m
	}
	return nil
}

// keyOfARN reads arn:aws:iam::account:kind/path/name; what is none is the zero key.
func keyOfARN(arn, kind string) nameKey {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	id, rest, found := strings.Cut(rest, ":")
	rest, isKind := strings.CutPrefix(rest, kind+"/")
	if !ok || !found || !isKind {
		return nameKey{}
	}
	return keyOf(id, rest[strings.LastIndexByte(rest, '/')+1:])
}

// of returns what all has of an account, by name.
func of[T any](all map[nameKey]T, account string) []T {
	var list []T
	keys := slices.SortedFunc(maps.Keys(all), func(a, b nameKey) int { return strings.Compare(a.name, b.name) })
	for _, k := range keys {
		if k.account == account {
			list = append(list, all[k])
		}
	}
	return list
}
