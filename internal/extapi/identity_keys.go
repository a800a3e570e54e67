package extapi

import "time"

// Key is an access key.
type Key struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	// User is whose key it is, empty for the account's root.
	User string `json:"user,omitempty"`
	// Status is Active or Inactive; Expired says that it is not good any more whatever
	// that is.
	Status      string     `json:"status"`
	Expired     bool       `json:"expired,omitempty"`
	Created     time.Time  `json:"created"`
	Description string     `json:"description,omitempty"`
	Expires     *time.Time `json:"expires,omitempty"`
	// LastUsed is exact to a minute, nil if it never was.
	LastUsed *KeyUse `json:"lastUsed,omitempty"`
}

// KeyUse is a use of a key.
type KeyUse struct {
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Region  string    `json:"region"`
}

// Keys are access keys, the oldest of each owner first.
type Keys struct {
	Keys []Key `json:"keys"`
}

// NewKey is a key that was made. Nothing shows its secret again.
type NewKey struct {
	Key
	Secret ShownOnce `json:"secret"`
}

// CreateKeyRequest makes a key, of a user or, if Root is set, of the account's root.
type CreateKeyRequest struct {
	Account     string     `json:"account,omitempty"`
	User        string     `json:"user,omitempty"`
	Root        bool       `json:"root,omitempty"`
	Description string     `json:"description,omitempty"`
	Expires     *time.Time `json:"expires,omitempty"`
}

// ListKeysRequest asks for the keys of a user, or of all of an account.
type ListKeysRequest struct {
	Account string `json:"account,omitempty"`
	User    string `json:"user,omitempty"`
}

// UpdateKeyRequest changes what it gives of a key. A Status of Inactive holds from the
// next request on.
type UpdateKeyRequest struct {
	Key         string  `json:"key"`
	Status      *string `json:"status,omitempty"`
	Description *string `json:"description,omitempty"`
}

// RotateKeyRequest makes another key for the same owner, with the same description. The
// old one is good until it is made Inactive, or deleted.
type RotateKeyRequest struct {
	Key string `json:"key"`
}

// DeleteKeyRequest deletes a key.
type DeleteKeyRequest struct {
	Key string `json:"key"`
}
