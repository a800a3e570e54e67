package identity

import (
	"maps"
	"strings"
)

// Keys of conditions, in lower case.
const (
	keyBoundary  = "freshet:permissionsboundary"
	keyPolicyARN = "freshet:policyarn"
)

// id is the account that a request means.
func (t *touching) id(account string) string {
	if account == "" {
		return t.account
	}
	return account
}

func (t *touching) root(account string) touched {
	return touched{arn: rootARN(t.id(account)), owner: t.id(account)}
}

// all stands for all that there is of a kind.
func (t *touching) all(kind, account string) touched {
	return touched{arn: arnOf(t.id(account), kind, "/", "*"), owner: t.id(account)}
}

// made is what is to be made.
func (t *touching) made(kind, account, path, name string) touched {
	if path == "" {
		path = "/"
	}
	return touched{arn: arnOf(t.id(account), kind, path, name), owner: t.id(account)}
}

func (t *touching) user(account, name string) touched {
	if u := t.users[keyOf(t.id(account), name)]; u != nil {
		return held(holder{user: u})
	}
	return t.made("user", account, "", name)
}

func (t *touching) role(account, name string) touched {
	if r := t.roles[keyOf(t.id(account), name)]; r != nil {
		return held(holder{role: r})
	}
	return t.made("role", account, "", name)
}

// holder is the user or the role that ref names, as holderOf reads it.
func (t *touching) holder(account, ref string) touched {
	kind, name, _ := strings.Cut(ref, "/")
	switch kind {
	case "user":
		return t.user(account, name)
	case "role":
		return t.role(account, name)
	}
	if h := (holder{t.userAt(ref), t.roleAt(ref)}); h.is() {
		return held(h)
	}
	return touched{arn: ref, owner: t.id(account)}
}

// held is a user or a role that is there, and what bounds it.
func held(h holder) touched {
	return touched{arn: h.arn(), owner: h.account(), has: h.held().Tags}.bounded(h.held().Boundary)
}

func (t *touching) policy(account, ref string) touched {
	return touched{arn: t.policyARN(account, ref), owner: t.id(account)}
}

// policyARN is the ARN of the managed policy that ref names, or would be; empty for
// none.
func (t *touching) policyARN(account, ref string) string {
	switch m := t.policies[keyOf(t.id(account), ref)]; {
	case ref == "" || strings.HasPrefix(ref, "arn:"):
		return ref
	case m != nil:
		return m.arn()
	}
	return arnOf(t.id(account), "policy", "/", ref)
}

// keyOwner is whose key that is. Of a key of an account that is not to be reached it
// says no more than of one that is not there.
func (t *touching) keyOwner(id string) touched {
	k := t.keys[id]
	if k == nil || k.Account != t.account && t.account != t.operator {
		return t.all("user", "")
	}
	if k.User == "" {
		return t.root(k.Account)
	}
	return t.user(k.Account, k.User)
}

func (t touched) giving(tags map[string]string) touched {
	t.gives = tags
	return t
}

// bounded says what bounds, or is to bound, what is touched.
func (t touched) bounded(arn string) touched { return t.asking(keyBoundary, arn) }

func (t touched) attaching(arn string) touched { return t.asking(keyPolicyARN, arn) }

// asking lets conditions ask for a key; without a value they find none.
func (t touched) asking(key, value string) touched {
	t.keys = maps.Clone(t.keys)
	if t.keys == nil {
		t.keys = map[string][]string{}
	}
	if delete(t.keys, key); value != "" {
		t.keys[key] = []string{value}
	}
	return t
}
