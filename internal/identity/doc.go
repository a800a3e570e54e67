// Package identity keeps who there is: accounts, users, roles, their policies, and
// the keys that requests are signed with.
//
// An account has a root and its own users, roles and managed policies; the operator
// is the account that the server made first, and administers the others. A user has
// keys of its own, a role is assumed. Policies are attached to both (managed), or
// written into them (inline), and a boundary, itself a managed policy, bounds what
// the others may allow. A key is an access key: an id, a secret, a status. The nouns,
// their names and their limits are those of AWS IAM. Unlike AWS, a managed policy has
// no versions: it is what it was last said to be.
//
// A session begins by one of STS's operations (assume_role.go and the like). Nothing is
// kept of it: its token says whose it is and what bounds it, sealed by a token key, of
// which there is a new one each month.
//
// Unlike AWS, a principal in a policy of a resource or in a trust policy is meant by its
// ARN, and not by the id that it had then: who is made again under an old name is the
// same there.
//
// All of it lies as documents in meta, and as a whole in a snapshot, an immutable
// value that links them: a key to its principal, a principal to its policies. A
// request is authenticated from the snapshot alone. A change looks at all documents
// again, and reads those that are new: that is 50 ms with 5,000 users and 10,000 keys.
//
// Invariants:
//  1. Authenticating takes no lock and reads no store.
//  2. A change is one transaction, based on the snapshot that it was decided on: if
//     anyone has changed anything since, it is decided again.
//  3. When an operation returns, the next request meets its change, also a session
//     of what was changed.
//  4. If it is not known what the store holds, nobody is authenticated: that is a
//     failure of ours, and never a yes.
//  5. A secret is in the store only sealed, in memory only as an access.Secret, and
//     in one answer: that to the request which made it.
//  6. A session's token is good with its own access key alone, and until what is behind
//     it, the user, the role, the key that began it or a policy that bounds it, is
//     gone, disabled, or another one of that name.
//  7. Of two names that differ in case alone only one can be.
//
// Goroutines: Run has three, which write down what keys were used for, watch the
// store for what other processes write, and change the token key; it waits for all.
//
// Start reading at catalog.go; service.go is what others call.
package identity
