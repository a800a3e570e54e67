// Package bench measures an endpoint that speaks the Kinesis API.
//
// A Target is an endpoint with credentials. A Load is a number of connections,
// each with Requests that were encoded and signed beforehand, so that the
// generator, which shares the machine with the server, costs little: a Load
// writes bytes, reads a reply, and looks at its status and one member. A Result
// is what came of it. The floor is a net/http server that does nothing with the
// same bytes (it discards a put's body; it answers a get from memory): no server
// on net/http can be faster, and the ratio to it says more than a figure does,
// on a machine that others use too. A FanOut puts records and measures when the
// subscriptions of its consumers have them; Subscriptions are some that nobody puts
// for.
//
// Invariants:
//  1. Every reply is checked: a refused record ends the run.
//  2. Server and floor get the same requests over the same number of
//     connections, for the same time.
//  3. The floor runs in a process of its own, like the server.
//
// Goroutines: Load.Run starts one per connection and waits for them, FanOut.Run one
// for each consumer and one that puts. Subscriptions have one each, until Close. The floor's
// process serves until its input ends. A Server has one that reads what its process
// prints, until Stop.
//
// Start reading at load.go.
package bench
