// Package awskms keeps keys in an AWS KMS, or in what speaks its API.
//
// A Provider asks DescribeKey, GenerateDataKey and Decrypt through AWS's own client,
// with credentials from where every AWS tool takes them: the environment, the shared
// files, a container's or a machine's role. They must be allowed these three
// actions on the keys that streams name. A binding is the encryption context.
//
// AWS lets nobody but Kinesis use alias/aws/kinesis, so Options.DefaultKey names
// another key that it means here.
//
// A wrapped key is
//
//	| 1 'K' | 1 format: 1 | the CiphertextBlob |
//
// Invariants:
//  1. Data keys go over TLS, or do not leave the machine.
//
// Goroutines: those of net/http's client.
//
// Start reading at provider.go.
package awskms
