// Package keys is the contract of the keys that other keys are encrypted with.
//
// A Provider keeps Keys, which never leave it. It makes a DataKey under one of
// them: a Plaintext, to encrypt with, and the same Wrapped, to be kept beside what
// was encrypted, and given back to the provider to Unwrap. A Binding is what
// both were made for, a stream for instance: with another one, Unwrap refuses. A
// Sealer encrypts small secrets with one data key.
//
// The drivers are keyfile, a file on this machine, transit, a Vault or OpenBao,
// and awskms, an API like that of AWS KMS.
//
// Invariants that every driver keeps:
//  1. A wrapped key is of no use to who has not the provider.
//  2. A wrapped key opens with the binding that it was made with, and no other.
//  3. An error says whether the provider refused or was not reached: it matches
//     exactly one of the sentinels of errors.go.
//  4. No error, and nothing that is printed, holds a plaintext key or what the
//     provider is persuaded with.
//
// Goroutines: none. Every method may be called at once from several.
//
// Start reading at provider.go.
package keys
