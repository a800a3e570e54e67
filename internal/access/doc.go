// Package access says who is calling, and decides what he may do.
//
// A Principal is a root, a user or a role's session. An Identity is the principal
// that a request was found to come from; it allows nothing. Authorize judges an
// Identity and a Request, which is the Uses of Resources that an operation makes, by
// all policies there are about them (package policy), and yields a Caller: the
// account and region whose state is reached, and by whom. A Caller is made here
// and nowhere else, so that no operation can run without having been allowed:
// every operation of every service takes a Caller, and its zero value is refused.
// A Secret is a string that does not show itself.
//
// Invariants:
//  1. The fields of an Identity and of a Caller cannot be set from outside this
//     package.
//  2. State is kept per account and region; both come from the Caller alone.
//  3. What was not decided is denied.
//  4. What conditions of policies are judged by is the server's; nothing that a client
//     sends adds to it or replaces it (context.go).
//
// Goroutines: none.
//
// Start reading at authorize.go.
package access
