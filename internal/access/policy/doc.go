// Package policy is the language of IAM's policies, and judges requests by it.
//
// A Document is a policy that was parsed: of an identity, of a resource, or the trust
// policy of a role. It has statements, whose elements are patterns, principals and
// conditions; an operator compares the values that a condition gives with those that the
// Context of a Request has. A Set is all the policies that a request is judged by, and
// a Decision what became of it, and which statement of which policy it was.
//
// Invariants:
//  1. What nothing allows is denied, and what a statement denies nothing allows.
//  2. What cannot be decided, because an operator, a key or a variable is not known, is not
//     met where it would allow, and met where it would deny.
//  3. A boundary and the policies of a session only take away.
//  4. The order of statements and of policies makes no difference to the effect.
//  5. What a value of the request says is never a wildcard or a variable.
//  6. Parsing and judging take time and memory that the lengths of document and request
//     bound; nothing is tried again.
//
// The package knows no service, no HTTP and no store. A Document never changes and may
// be asked by many at once.
//
// Goroutines: none.
//
// Start reading at decide.go, then evaluate.go; parse.go says what a policy may be.
package policy
