package limits

// Identities (IAM user guide, "IAM and AWS STS quotas"; where AWS has a default that
// can be raised, these are the defaults).
const (
	// AccessKeysPerUser is how many keys a user has at the most, and an account's root.
	AccessKeysPerUser = 2

	// UsersPerAccount, RolesPerAccount and PoliciesPerAccount bound an account.
	UsersPerAccount    = 5000
	RolesPerAccount    = 1000
	PoliciesPerAccount = 1500

	// AttachedPolicies is how many managed policies a user or a role has.
	AttachedPolicies = 10

	// Characters of policies, blanks not counted: of a managed one, of all inline ones
	// of a user and of a role together, and of the trust in a role.
	ManagedPolicySize     = 6144
	UserInlinePolicySize  = 2048
	RoleInlinePolicySize  = 10240
	TrustPolicySize       = 2048
	IdentityTags          = 50
	IdentityTagKey        = 128
	IdentityTagValue      = 256
	IdentityName          = 64 // of a user and of a role
	PolicyName            = 128
	IdentityPath          = 512
	IdentityDescription   = 1000
	AccountAliasShortest  = 3
	AccountAliasLongest   = 63
	RoleSessionShortest   = 3600 // MaxSessionDuration, in seconds
	RoleSessionLongest    = 43200
	AccountsPerServer     = 1000 // not AWS's: ours, so that the snapshot stays small
	AccessKeyDescriptions = 256  // not AWS's: its keys have none
)
