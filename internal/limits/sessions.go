package limits

import "time"

// Sessions (STS API reference: AssumeRole, AssumeRoleWithWebIdentity, GetSessionToken;
// IAM user guide, "IAM and AWS STS quotas").
const (
	// SessionDefault is how long a role's session lasts if nobody says; also the longest
	// that a session begun by another session, or by a root, lasts.
	SessionDefault = time.Hour
	// SessionTokenDefault and SessionTokenLongest are those of a user's own sessions.
	SessionTokenDefault = 12 * time.Hour
	SessionTokenLongest = 36 * time.Hour

	// SessionPolicyARNs is how many managed policies bound a session.
	SessionPolicyARNs = 10
	// SessionPolicySize is how many characters its own policy has, where the model does
	// not say.
	SessionPolicySize = 2048
	// PackedSessionSize is how many bytes its policies and tags take when they are packed.
	// AWS tells a percentage of a size that it does not tell: ours.
	PackedSessionSize = 2048
)
