// Package conformance says what a client may rely on.
//
// Its tests talk to a server at a URL and know nothing of what is behind it.
// Above each test stands the rule it holds the server to, in our words, and
// where the rule comes from: K is what kinesalite's tests found on AWS, B is
// AWS's published service model, L what LocalStack recorded on AWS, C what the
// Kinesis Client Library demands, D AWS's documentation, T a public thread.
//
// A client speaks one encoding, JSON or CBOR, and one account of its own, so
// that tests do not meet; a test body runs once in each encoding. FRESHET_ENDPOINT
// names the server, and FRESHET_CA the authority of its certificate; without them
// one is started inside the test, in memory, and the rules that need a clock to
// run ahead are tried as well. A way is how HTTP comes: a test goes one for each
// encoding, or, with over, all of them.
//
// Goroutines: the server's own, started and awaited by TestMain.
//
// Start reading at client_test.go.
package conformance
