// Package extapi is the shapes of what AWS has not.
//
// They are the JSON of the pages below Root, which the server answers and the
// command asks. A request bears the server's token, or in production a signature for
// the service freshet; an answer that is no success is an Error. A member that a request has and its shape has not is refused.
//
// Invariants:
//  1. A shape names nothing internal: what is here is what a client may rely on.
//
// Goroutines: none.
//
// Start reading at backup.go.
package extapi
