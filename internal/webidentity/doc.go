// Package webidentity finds out whether a web identity token is good: a token of
// OpenID Connect, signed by an issuer that the configuration allows.
//
// An Issuer is one that is allowed. A Verifier knows all of them; it learns an issuer's
// keys by discovery (OpenID Connect Discovery 1.0), and remembers them. A Token is what
// was found to be true.
//
// Invariants:
//  1. A token that is not verified chooses among the allowed issuers and does nothing
//     else: no other address is asked for anything.
//  2. Issuers are reached at public addresses only, as they are when the connection is
//     made, whatever a name resolved to before, unless the configuration says that an
//     issuer is private. No redirect is followed, and no proxy asked.
//  3. What is not signed by the issuer is not looked at: an error about the audience or
//     the time is about a token that the issuer made.
//  4. What is read of an issuer, and how often it is asked, is bounded, whatever tokens
//     come.
//
// Goroutines: none that outlive a call.
//
// Start reading at verifier.go.
package webidentity
