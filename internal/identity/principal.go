package identity

import "github.com/freshet/freshet/internal/access"

// rootOf is the principal that an account itself is.
func rootOf(account string) *access.Principal {
	return &access.Principal{Kind: access.Root, ARN: rootARN(account), ID: account, Account: account}
}

// principalOf is the principal that u is, by whatever key.
func principalOf(u *user) *access.Principal {
	return &access.Principal{
		Kind: access.User, ARN: u.arn(), ID: u.ID, Account: u.account, UserName: u.Name,
		Tags: u.Tags, Policies: u.policies.identity, Boundary: u.policies.boundary,
	}
}

// principal is a session of r, with nothing of the session's own: no policies, no tags.
func (r *role) principal(session string) *access.Principal {
	return &access.Principal{
		Kind: access.AssumedRole, ARN: "arn:aws:sts::" + r.account + ":assumed-role/" + r.Name + "/" + session,
		ID: r.ID + ":" + session, Account: r.account, Tags: r.Tags, Role: r.arn(),
		Policies: r.policies.identity, Boundary: r.policies.boundary,
	}
}
