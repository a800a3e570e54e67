// Package sigv4 reads who signed a request from its headers or its query.
//
// Credentials are what the request claims: an access key, a scope (date, region,
// service) and a signature over named headers. Parse checks that the claim is
// complete and well-formed, not that it is true: the cryptographic check belongs
// to whoever holds the keys.
//
// Invariants:
//  1. Credentials that Parse returns without an error have an access key, a
//     date of eight digits, a service, the terminator aws4_request, a signature
//     and signed headers, each given exactly once.
//  2. Key and region are bounded in length and alphabet, so that they may stand
//     in keys, ARNs and logs.
//  3. A request with credentials in both places is refused.
//
// Goroutines: none.
//
// Start reading at credentials.go; the errors are in data-streams.md, section 1.5.
package sigv4
