// Package limits is the table of AWS's quotas.
//
// A limit is hard (AWS never lifts it: sizes, counts, formats), a default (an
// account may have it raised; ours does through configuration), or a rate
// (calls, records or bytes in a second). Each constant stands beside the rule
// in our own words and the page it is from. The bounds that a member has in
// AWS's published model are not repeated here: they are in the generated
// shapes, and the wire applies them.
//
// Hard limits always hold. Rates hold where the Profile of a stream, or of an
// account, asks for them: aws, or relaxed, by which none does.
//
// Sources are named by their last words: "API, PutRecords" is the operation's
// page in the Kinesis Data Streams API reference, "quotas" is the developer
// guide's page "Quotas and limits", "observed" was learned from AWS's answers.
//
// Invariants:
//  1. A value appears in one place only.
//  2. Sizes are in bytes unless the name says otherwise, times are Durations.
//
// Goroutines: none.
//
// Start reading at records.go.
package limits
