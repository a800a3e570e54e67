// Package wire turns HTTP requests into typed calls, and their answers and
// errors into HTTP.
//
// A Mux serves Routes. A Route is an operation of AWS's API and the function
// that performs it. An encoding is JSON or CBOR; it reads and writes any
// operation by its shapes, and a route may have a fast.Codec that does the same
// sooner. An operation answers once, or with a stream of events (stream.go),
// which are messages as package eventstream writes them. An exchange is one
// request on its way through the Mux. A Signer is whom a request's credentials name;
// the verifier finds out whether he has signed it (verify.go). The budget is the memory that all bodies
// in flight share. Validate applies the constraints of the model. wire knows no
// service: what it serves, server tells it.
//
// The order of checks is AWS's (data-streams.md, section 1.2): CORS, method,
// empty body, content type, body parses, operation known, credentials, types,
// constraints, the operation. exchange.go follows it from top to bottom. Key, date and
// scope are judged before the body is read, and what comes of it is kept until it is
// its turn: of a request that is refused anyway only the beginning of the body is read.
//
// Invariants:
//  1. Every answer has a request id, and every request is observed once.
//  2. A body is whole in memory before anything looks at it. Its room was taken
//     from the budget before it was filled, and grows with what arrives, not
//     with what is claimed.
//  3. The input of an operation, and the body that it may alias, live until its
//     answer is encoded, or its stream of events begins, or it says that it does
//     not look at them any more (Prepare). An operation copies what it keeps, and leaves no goroutine behind that looks at its input.
//  4. A buffer goes back to its pool only if nothing can still look at it: the
//     operation has returned (not panicked), and the answer was written (not
//     cut off, for net/http may then still be sending). Else it is collected.
//  5. An error that is no *awsapi.Error is logged once, with the request id, and
//     the client sees InternalFailure.
//  6. No operation runs without a Caller, of whom Options.Authorize has decided. It is
//     asked about identities whose signature was found good, or that are Unverified, and
//     no others. Whatever fails on the way there, lets nobody in.
//  7. Every request that named an operation is recorded once, before its input is given
//     back and its answer is sent: Record is told what will be answered, not whether it
//     arrived. One whose input is given back earlier is recorded with a copy.
//  8. What is verified is hashed while it is read; what is not verified is not hashed.
//
// A form that names an action is of the query protocol (query.go), which finds its
// route by the action and the version of the API, and answers in XML. Operations in
// other protocols (rest-json, rpc-v2-cbor) will find theirs by other means; that
// choice is made in exchange.serve.
//
// Goroutines: none; all work is done by the goroutine that serves the request.
//
// Start reading at mux.go.
package wire
