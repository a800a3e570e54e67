package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/meta"
)

// read is a document that was read.
type read struct {
	version meta.Version
	value   any
}

// load reads everything into a snapshot. The caller has the turn.
func (c *catalog) load(ctx context.Context) (*snapshot, error) {
	var n *snapshot
	var seen map[string]read
	err := c.store.View(ctx, func(r meta.Reader) error {
		seen = map[string]read{}
		l := loader{catalog: c, reader: r, seen: seen, snapshot: &snapshot{
			accounts: map[string]*account{}, users: map[nameKey]*user{}, roles: map[nameKey]*role{},
			policies: map[nameKey]*managed{}, keys: map[string]*key{},
		}}
		n = l.snapshot
		return l.all()
	})
	if err != nil {
		return nil, err
	}
	c.read = seen
	return n, nil
}

// loader reads the store in one transaction.
type loader struct {
	*catalog
	reader   meta.Reader
	seen     map[string]read
	snapshot *snapshot
}

// all reads in the order in which things need each other.
func (l *loader) all() (err error) {
	if l.snapshot.version, err = versionOf(l.reader); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return each(l, accountPrefix, plain[accountDocument], l.account) },
		func() error { return each(l, policyPrefix, openPolicy, l.policy) },
		func() error { return each(l, userPrefix, openUser, l.user) },
		func() error { return each(l, rolePrefix, openRole, l.role) },
		func() error { return each(l, keyPrefix, l.openKey, l.key) },
		func() error { return each(l, tokenKeyPrefix, l.openTokenKey, l.tokenKey) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	l.snapshot.sortTokenKeys()
	for _, a := range l.snapshot.accounts {
		slices.SortFunc(a.keys, byAge)
	}
	for _, u := range l.snapshot.users {
		slices.SortFunc(u.keys, byAge)
	}
	return nil
}

// each gives take what open makes of the documents below prefix. What was opened
// before and has not changed is not opened again.
func each[D, T any](l *loader, prefix string, open func(name string, d D) (T, error), take func(name string, value T) error) error {
	for doc, err := range l.reader.Scan(prefix, "") {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(doc.Key, prefix)
		known := l.read[doc.Key]
		if known.version != doc.Version {
			var d D
			if err := json.Unmarshal(doc.Value, &d); err != nil {
				return fmt.Errorf("document %s: %w", doc.Key, err)
			}
			value, err := open(name, d)
			if err != nil {
				return fmt.Errorf("document %s: %w", doc.Key, err)
			}
			known = read{doc.Version, value}
		}
		l.seen[doc.Key] = known
		if err := take(name, known.value.(T)); err != nil {
			return fmt.Errorf("document %s: %w", doc.Key, err)
		}
	}
	return nil
}

// plain is for documents that are good as they are.
func plain[D any](_ string, d D) (D, error) { return d, nil }

func (l *loader) account(id string, d accountDocument) error {
	l.snapshot.accounts[id] = &account{id: id, accountDocument: d, root: rootOf(id)}
	if d.Operator {
		if other := l.snapshot.operator; other != "" {
			return fmt.Errorf("account %s is the operator already", other)
		}
		l.snapshot.operator = id
	}
	return nil
}

func (l *loader) policy(name string, o openedPolicy) error {
	k, err := l.keyIn(name, o.Name)
	l.snapshot.policies[k] = &managed{account: k.account, policyDocument: o.policyDocument, document: o.document}
	return err
}

func (l *loader) user(name string, o openedUser) error {
	k, err := l.keyIn(name, o.Name)
	if err != nil {
		return err
	}
	u := &user{account: k.account, userDocument: o.userDocument}
	if u.policies, err = l.policies(&o.permissions, o.inline); err != nil {
		return err
	}
	u.principal = principalOf(u)
	l.snapshot.users[k] = u
	return nil
}

func (l *loader) role(name string, o openedRole) error {
	k, err := l.keyIn(name, o.Name)
	if err != nil {
		return err
	}
	r := &role{account: k.account, roleDocument: o.roleDocument, trust: o.trust}
	r.policies, err = l.policies(&o.permissions, o.inline)
	l.snapshot.roles[k] = r
	return err
}

// policies are those of who has p and those inline policies. One that is not there is
// an error: what it would have denied nobody knows.
func (l *loader) policies(p *permissions, inline []policy.Named) (policies, error) {
	all := policies{identity: slices.Clip(inline)}
	for _, arn := range p.Attached {
		m := l.snapshot.policyAt(arn)
		if m == nil {
			return policies{}, fmt.Errorf("there is no policy %s", arn)
		}
		all.identity = append(all.identity, policy.Named{Name: arn, Document: m.document})
	}
	if p.Boundary != "" {
		m := l.snapshot.policyAt(p.Boundary)
		if m == nil {
			return policies{}, fmt.Errorf("there is no boundary %s", p.Boundary)
		}
		all.boundary = &policy.Named{Name: p.Boundary, Document: m.document}
	}
	return all, nil
}

// keyIn is the key of a document account/name that says it is of that name.
func (l *loader) keyIn(document, name string) (nameKey, error) {
	account, _, _ := strings.Cut(document, "/")
	k := keyOf(account, name)
	if l.snapshot.accounts[account] == nil || k.in("") != document {
		return nameKey{}, fmt.Errorf("it is of no account, or is called %q", name)
	}
	return k, nil
}

func (l *loader) key(id string, o openedKey) error {
	k := &key{id: id, keyDocument: o.keyDocument, secret: o.secret}
	switch {
	case o.User == "":
		a := l.snapshot.accounts[o.Account]
		if a == nil {
			return fmt.Errorf("there is no account %s", o.Account)
		}
		k.principal, a.keys = a.root, append(a.keys, k)
	default:
		u := l.snapshot.users[nameKey{o.Account, o.User}]
		if u == nil {
			return fmt.Errorf("there is no user %s in account %s", o.User, o.Account)
		}
		k.principal, u.keys = u.principal, append(u.keys, k)
	}
	used, err := l.usage.of(l.reader, id)
	k.used = used
	l.snapshot.keys[id] = k
	return err
}

func byAge(a, b *key) int {
	return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.id, b.id))
}
