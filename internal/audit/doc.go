// Package audit writes down who asked for what, and what became of it, as events in
// the shape of CloudTrail's: one line of JSON each.
//
// A Call is a request as the door knows it. A management event is of an operation on
// streams, keys or policies, and is always written; a data event is of one on
// records, and Sampling says how many of them are written. A refusal is a call whose
// signature or permission was not good: it is written whatever it asks for, but no
// more than its bound allows, since anybody can send one. The Recorder makes events
// of calls. A Sink keeps them: a File, a Writer, a Webhook, a Stream of our own. A lane is
// the bounded queue before a sink, and who empties it.
//
// Invariants:
//  1. No event holds data of records, partition keys, or a secret: parameters.go
//     shows no member that hidden.go does not let it show.
//  2. An ARN is in an event only if the signature was verified. What is only claimed
//     is the access key id.
//  3. An event is one line of valid JSON, whatever the client sent, and at most
//     MaxEvent bytes.
//  4. Record looks at nothing of the call after it has returned, and waits for no
//     sink: a request is never slower because a sink is.
//  5. What is not kept is counted, and told.
//  6. Memory is bounded: a lane holds laneBytes of events, and what was asked for
//     before it was full.
//
// Where a sink keeps nothing, OnFailure says what happens. Continue drops the events
// that the lane has no room for. Refuse lets Admit refuse operations whose event
// could not be kept, before they are performed; those that were performed already
// keep their place in the lane until the sink works again.
//
// Goroutines: one per lane, and one that ends them, started by Run, which returns when
// they have ended and what was waiting was written or given up.
//
// Start reading at recorder.go.
package audit
