package identity

import (
	"strings"
	"time"
)

// Where documents lie in the store. A name is there in lower case, so that of two
// which differ in case alone only one can be; the document has it as it was written.
//
//	identity/changed                       empty; its version is that of the last change
//	identity/sealing                       sealingDocument
//	identity/account/<account>             accountDocument
//	identity/user/<account>/<name>         userDocument
//	identity/role/<account>/<name>         roleDocument
//	identity/policy/<account>/<name>       policyDocument
//	identity/key/<key id>                  keyDocument
//	identity/token/<token key id>          tokenKeyDocument
//	identity/used/<key id>                 usedDocument; not part of a change
const (
	prefix         = "identity/"
	changedKey     = prefix + "changed"
	sealingKey     = prefix + "sealing"
	accountPrefix  = prefix + "account/"
	userPrefix     = prefix + "user/"
	rolePrefix     = prefix + "role/"
	policyPrefix   = prefix + "policy/"
	keyPrefix      = prefix + "key/"
	tokenKeyPrefix = prefix + "token/"
	usedPrefix     = prefix + "used/"
)

type accountDocument struct {
	Alias    string    `json:"alias,omitempty"`
	Operator bool      `json:"operator,omitempty"`
	Created  time.Time `json:"created"`
}

// permissions are what a user and a role have alike.
type permissions struct {
	Attached []string          `json:"attached,omitempty"` // ARNs of managed policies, sorted
	Inline   map[string]string `json:"inline,omitempty"`   // documents by the policies' names
	Boundary string            `json:"boundary,omitempty"` // the ARN of a managed policy
	Tags     map[string]string `json:"tags,omitempty"`
}

type userDocument struct {
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	permissions
}

type roleDocument struct {
	Name               string    `json:"name"`
	Path               string    `json:"path"`
	ID                 string    `json:"id"`
	Created            time.Time `json:"created"`
	Description        string    `json:"description,omitempty"`
	Trust              string    `json:"trust"`
	MaxSessionDuration int       `json:"maxSessionDuration"` // in seconds
	permissions
}

type policyDocument struct {
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	ID          string    `json:"id"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
	Description string    `json:"description,omitempty"`
	Text        string    `json:"text"`
}

type keyDocument struct {
	Account     string     `json:"account"`
	User        string     `json:"user,omitempty"` // in lower case; empty for the account's root
	Sealed      []byte     `json:"sealed"`
	Inactive    bool       `json:"inactive,omitempty"`
	Created     time.Time  `json:"created"`
	Description string     `json:"description,omitempty"`
	Expires     *time.Time `json:"expires,omitempty"`
}

type usedDocument struct {
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Region  string    `json:"region"`
}

type sealingDocument struct {
	Wrapped []byte `json:"wrapped"`
}

// nameKey names something within an account; the name is in lower case.
type nameKey struct{ account, name string }

func keyOf(account, name string) nameKey { return nameKey{account, strings.ToLower(name)} }

// in is the key of the document below prefix.
func (k nameKey) in(prefix string) string { return prefix + k.account + "/" + k.name }
