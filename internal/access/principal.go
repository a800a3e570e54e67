package access

import "github.com/freshet/freshet/internal/access/policy"

// Kind says what sort of principal makes a request, in the words of CloudTrail's
// userIdentity.
type Kind string

// The kinds. The zero Kind is that of no principal.
const (
	Root        Kind = "Root"        // the account itself
	User        Kind = "IAMUser"     // a user, by a key of its own or a session of GetSessionToken
	AssumedRole Kind = "AssumedRole" // a session of a role
)

// Principal is who makes requests, as the service of identities knows it. It is
// made once, when a key or a session is found, and never changed: requests share
// it, and a change of the user makes another one.
type Principal struct {
	Kind Kind
	// ARN is what policies and audit name: arn:aws:iam::A:root, …:user/path/name, or
	// arn:aws:sts::A:assumed-role/role/session.
	ARN string
	// ID is the unique id, AIDA… for a user, AROA…:session for a role's session, the
	// account's number for its root.
	ID string
	// Account has 12 digits.
	Account string
	// UserName is a user's, else empty.
	UserName string
	// Tags are the user's, or the role's and the session's (aws:PrincipalTag).
	Tags map[string]string
	// Role is the ARN of the role whose session this is, else empty.
	Role string

	// Policies are the user's or the role's; none allow nothing. Boundary bounds them, nil
	// for no bound, and so do the policies of the Session, none for no bound. Whoever
	// makes a Principal leaves out none that bounds: if one cannot be read, there is
	// no Principal.
	Policies []policy.Named
	Boundary *policy.Named
	Session  []policy.Named
	// Begun is how the session began, nil for who signs with a key that lasts.
	Begun *Begun
}

// Begun is what is known of how a session began.
type Begun struct {
	// SourceIdentity was set when it began, or by a session before it; it stays
	// (aws:SourceIdentity).
	SourceIdentity string
	// Provider vouched for who began it, with no key of ours: its ARN, else empty
	// (aws:FederatedProvider).
	Provider string
	// Key is the access key that lasts which began it, or the first of the sessions
	// before it; empty if a provider did.
	Key string
	// Transitive are the tags that go on to the sessions that this one begins.
	Transitive map[string]string
}
