// Package sigv4 finds who claims to have signed a request, and whether he has.
//
// Credentials are what a request says of its signer, in a header or in its query: an
// access key, a scope (day, region, service) and a signature over named headers.
// Parse checks that they are complete and well-formed. A Claim is credentials that
// keep to the Rules at some time: Check needs neither key nor body. Keys verifies a
// Claim with the key's secret and the hash of the body. The canonical request is what
// both sides compute alike and what is signed.
//
// Invariants:
//  1. Credentials that Parse returns without an error have an access key, a
//     date of eight digits, a service, the terminator aws4_request, a signature
//     and signed headers, each given exactly once.
//  2. Key and region are bounded in length and alphabet, so that they may stand
//     in keys, ARNs and logs.
//  3. A request with credentials in both places is refused.
//  4. The host and every X-Amz-* header of a Claim's request are signed, that which
//     holds the hash of the body apart: it is signed in its own way.
//  5. What is verified is what handlers read: the query is parsed once, by the same
//     function. Paths are verified as they were sent.
//  6. Macs are compared in constant time, and all 32 bytes of them.
//
// Unlike AWS, which takes the bodies of S3 in signed pieces, a body is signed as a whole,
// or not at all where Rules allow it.
//
// Goroutines: none.
//
// Start reading at credentials.go, then claim.go; the errors are in data-streams.md,
// section 1.5, and those of a Claim in the IAM user guide ("Troubleshoot signed
// requests") and in public reports that quote Kinesis.
package sigv4
