// Package sts is the API of the AWS Security Token Service, generated from its model.
//
// Service is the API; an Op variable is one operation; the structures bear the
// model's names, and their members are as package awsapi says. A function that
// is named like an exception makes it.
//
// Goroutines: none.
//
// Start reading at zz_generated_operations.go. `make generate` writes the
// zz_generated files; internal/gen holds the generator and the model.
package sts
