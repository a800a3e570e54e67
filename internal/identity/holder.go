package identity

import (
	"maps"
	"slices"
	"strings"
)

// holder is a user or a role: what policies are given to.
type holder struct {
	user *user // one of the two is there
	role *role
}

// holderOf is the user or the role of a that ref names: by its ARN, or as user/name
// or role/name.
func (n *snapshot) holderOf(a *account, ref string) (h holder, err error) {
	kind, name, _ := strings.Cut(ref, "/")
	switch {
	case kind == "user":
		h.user, err = n.userNamed(a, name)
	case kind == "role":
		h.role, err = n.roleNamed(a, name)
	default:
		h.user, h.role = n.userAt(ref), n.roleAt(ref)
		if !h.is() || h.account() != a.id {
			err = errNoSuchEntity("%q is no user and no role of account %s: want an ARN, user/name or role/name.", ref, a.id)
		}
	}
	return h, err
}

func (h holder) is() bool { return h.user != nil || h.role != nil }

func (h holder) account() string {
	if h.user != nil {
		return h.user.account
	}
	return h.role.account
}

func (h holder) arn() string {
	if h.user != nil {
		return h.user.arn()
	}
	return h.role.arn()
}

// permissions are what it has, to be changed and given to save.
func (h holder) permissions() permissions {
	p := h.held()
	return permissions{slices.Clone(p.Attached), maps.Clone(p.Inline), p.Boundary, maps.Clone(p.Tags)}
}

func (h holder) held() *permissions {
	if h.user != nil {
		return &h.user.permissions
	}
	return &h.role.permissions
}

// save puts the holder's document with p in it.
func (h holder) save(e *edit, p permissions) {
	if h.user != nil {
		d := h.user.userDocument
		d.permissions = p
		e.put(h.user.key().in(userPrefix), d)
		return
	}
	d := h.role.roleDocument
	d.permissions = p
	e.put(h.role.key().in(rolePrefix), d)
}

// holders are all users and roles of an account, users first, each by name.
func (n *snapshot) holders(account string) []holder {
	var all []holder
	for _, u := range of(n.users, account) {
		all = append(all, holder{user: u})
	}
	for _, r := range of(n.roles, account) {
		all = append(all, holder{role: r})
	}
	return all
}
