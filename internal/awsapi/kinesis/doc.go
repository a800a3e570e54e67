// Package kinesis is the API of Amazon Kinesis Data Streams, generated from its
// model.
//
// Service is the API; an Op variable is one operation; the structures bear the
// model's names, and their members are as package awsapi says. A function that
// is named like an exception makes it.
//
// What the model does not know, services check: that a stream is named by
// StreamName or StreamARN, and that PartitionKey is there, which the model
// requires no longer since a stream may distribute its records itself.
//
// Goroutines: none.
//
// Start reading at zz_generated_operations.go. `make generate` writes the
// zz_generated files; internal/gen holds the generator and the model.
package kinesis
