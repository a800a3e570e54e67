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
		Tags: u.Tags,
	}
}
