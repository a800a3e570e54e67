package extapi

import "time"

// IdentityPath is what the paths of the pages about accounts, users, roles, policies
// and access keys begin with. Each is IdentityPath, a slash and the name of what is to
// be done, like CreateUser; it takes the request of that name by POST, and with the
// prefix freshet: the name is the action that policies speak of.
//
// Account, in a request, is whose user, role or policy is meant, by default that of the
// caller; only who is of the operator's account may name another. A policy is meant by
// its ARN or its name; a user or a role, where both can be, by its ARN, or as
// user/name or role/name.
const IdentityPath = Root + "/identity"

// ShownOnce is a secret in an answer that shows it. It hides from whatever prints it
// but JSON.
type ShownOnce string

// String is not the secret.
func (ShownOnce) String() string { return "[redacted]" }

// GoString is not the secret either.
func (ShownOnce) GoString() string { return "[redacted]" }

// Account is an account.
type Account struct {
	ID    string `json:"id"`
	Alias string `json:"alias,omitempty"`
	// Operator says that it administers the others.
	Operator bool      `json:"operator,omitempty"`
	Created  time.Time `json:"created"`
	Users    int       `json:"users"`
	Roles    int       `json:"roles"`
	Policies int       `json:"policies"`
	RootKeys int       `json:"rootKeys"`
}

// Accounts are all accounts that the caller may see: all of them for the operator's,
// his own for anybody else.
type Accounts struct {
	Accounts []Account `json:"accounts"`
}

// CreateAccountRequest makes an account and a key of its root. An account's number is
// random unless ID says which.
type CreateAccountRequest struct {
	ID    string `json:"id,omitempty"`
	Alias string `json:"alias,omitempty"`
}

// NewAccount is an account that was made.
type NewAccount struct {
	Account Account `json:"account"`
	RootKey NewKey  `json:"rootKey"`
}

// GetAccountRequest asks for an account.
type GetAccountRequest struct {
	Account string `json:"account,omitempty"`
}

// ListAccountsRequest asks for all accounts.
type ListAccountsRequest struct{}

// UpdateAccountRequest changes an account's alias; an empty one takes it away.
type UpdateAccountRequest struct {
	Account string `json:"account,omitempty"`
	Alias   string `json:"alias"`
}

// DeleteAccountRequest deletes an account that has no users, roles and policies any
// more, with the keys of its root. Its streams stay, for an account of the same
// number.
type DeleteAccountRequest struct {
	Account string `json:"account"`
}
