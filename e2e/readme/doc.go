// Package readme runs what the documents tell the reader to type.
//
// A block of README.md or of the guide that is marked sh or python is run as it
// stands, block after block in one shell's environment, with the AWS CLI and
// boto3 against a built server. Only the address is replaced by that of a server
// of the test. What is printed must be what the reader would expect: a block
// that ends in a comment "# prints: …" says so itself.
//
// The tests need the tag e2e, bin/freshet, and the clients of `make e2e-deps`:
// make e2e-smoke sees to all three.
//
// Goroutines: none but the server's process, which the test ends and awaits.
//
// Start reading at readme_test.go.
package readme
