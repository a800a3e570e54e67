package identity

import (
	"time"

	"github.com/freshet/freshet/internal/extapi"
)

// What answers show.

func (n *snapshot) shapeOfAccount(a *account) *extapi.Account {
	return &extapi.Account{
		ID: a.id, Alias: a.Alias, Operator: a.Operator, Created: a.Created,
		Users: len(of(n.users, a.id)), Roles: len(of(n.roles, a.id)), Policies: len(of(n.policies, a.id)), RootKeys: len(a.keys),
	}
}

func (p *permissions) shape() extapi.Permissions {
	return extapi.Permissions{Attached: p.Attached, Inline: p.Inline, Boundary: p.Boundary, Tags: p.Tags}
}

func (u *user) shape() *extapi.User {
	out := &extapi.User{
		Name: u.Name, Path: u.Path, ARN: u.arn(), ID: u.ID, Created: u.Created,
		Permissions: u.permissions.shape(), Keys: []extapi.Key{},
	}
	for _, k := range u.keys {
		out.Keys = append(out.Keys, *k.shape())
	}
	return out
}

func (r *role) shape() *extapi.Role {
	return &extapi.Role{
		Name: r.Name, Path: r.Path, ARN: r.arn(), ID: r.ID, Created: r.Created, Description: r.Description,
		Trust: r.Trust, MaxSessionDuration: r.MaxSessionDuration, Permissions: r.permissions.shape(),
	}
}

func (n *snapshot) shapeOfPolicy(m *managed) *extapi.Policy {
	out := &extapi.Policy{
		Name: m.Name, Path: m.Path, ARN: m.arn(), ID: m.ID, Created: m.Created, Updated: m.Updated,
		Description: m.Description, Document: m.Text, AttachedTo: []string{}, Warnings: warningsOf(m.document),
	}
	for _, h := range n.holders(m.account) {
		if h.held().has(out.ARN) {
			out.AttachedTo = append(out.AttachedTo, h.arn())
		}
		if h.held().Boundary == out.ARN {
			out.BoundaryOf = append(out.BoundaryOf, h.arn())
		}
	}
	return out
}

func (k *key) shape() *extapi.Key {
	out := &extapi.Key{
		ID: k.id, Account: k.Account, User: k.principal.UserName, Status: statusActive, Expired: k.expired(time.Now()),
		Created: k.Created, Description: k.Description, Expires: k.Expires,
	}
	if k.Inactive {
		out.Status = statusInactive
	}
	if used := k.used.last.Load(); used != nil {
		out.LastUsed = &extapi.KeyUse{At: used.At, Service: used.Service, Region: used.Region}
	}
	return out
}

// permitted is what h has.
func permitted(h holder) *extapi.Permitted {
	return &extapi.Permitted{ARN: h.arn(), Permissions: h.held().shape()}
}
