package streams

import (
	"errors"
	"strings"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/limits"
)

// checkPolicy judges a resource policy: it is one of IAM's, and grants no more than
// Kinesis lets one (developer guide, sharing a stream, policy limits). Unlike AWS, for
// which no wildcard is documented anywhere, a statement that denies may have them.
func checkPolicy(text string) error {
	if len(text) > limits.PolicyBytes {
		return errPolicyTooLong(len(text), limits.PolicyBytes)
	}
	doc, err := policy.Parse(policy.Resource, text)
	var malformed *policy.Error
	if errors.As(err, &malformed) {
		return errPolicy(strings.TrimSuffix(malformed.Message, "."))
	}
	switch g := doc.Grants(); {
	case g.Everybody:
		return errPolicy("a wildcard is not supported as a principal that is allowed something")
	case g.Outsiders:
		return errPolicy("only principals of accounts are supported: neither services nor federated or canonical users")
	case g.Wildcards:
		return errPolicy("wildcards are not supported in actions that are allowed")
	}
	return nil
}

// readPolicy makes what requests are judged by of the policy that a resource has, nil if
// it has none. One that cannot be read any more denies everybody, but that the
// account's root may put another.
func readPolicy(text string) *policy.Named {
	if text == "" {
		return nil
	}
	doc, err := policy.Parse(policy.Resource, text)
	if err != nil {
		return &unreadable
	}
	return &policy.Named{Name: "resource policy", Document: doc}
}

var unreadable = func() policy.Named {
	doc, err := policy.Parse(policy.Resource,
		`{"Version":"2012-10-17","Statement":{"Sid":"unreadable","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`)
	if err != nil {
		panic("BUG: streams: " + err.Error())
	}
	return policy.Named{Name: "unreadable", Document: doc}
}()
