// Package reference writes the pages of docs/reference that say what is known of
// each operation, from the places where it is said. A Page is that of one service.
//
// A rule is a test of the folder conformance: its comment says what a client may
// rely on, and a line of it, //rule:SECTION OPERATION…, says which part of the
// facts sheet it comes from and which operations it speaks of ("*" means all that
// are answered). A remark is a paragraph of a comment in an operation's file that
// says where we are unlike AWS, or what AWS's documentation leaves open. The rest is
// the model's: members, bounds, errors; and the rates are those of internal/limits.
//
// Invariants:
//  1. The page depends on the sources alone, so that making it again changes nothing.
//  2. A rule that names no section, or an operation that the model has not, is an
//     error, and so is an operation that is answered and has no rule.
//
// Goroutines: none.
//
// Start reading at page.go.
package reference
