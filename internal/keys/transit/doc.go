// Package transit keeps keys in the transit engine of a HashiCorp Vault or an OpenBao.
//
// A Provider asks the server over its HTTP API (Vault and OpenBao, "Transit secrets
// engine (API)"): keys/NAME describes a key, encrypt/NAME wraps, decrypt/NAME
// unwraps. A key's id is its name there; an alias, alias/NAME, is the same. Its
// operator makes, rotates and deletes keys with the server's own tools. What the
// token must be allowed, for a key named freshet, is
//
//	path "transit/keys/freshet"    { capabilities = ["read"] }
//	path "transit/encrypt/freshet" { capabilities = ["update"] }
//	path "transit/decrypt/freshet" { capabilities = ["update"] }
//
// The data key is made here and encrypted there rather than asked of datakey/plaintext,
// because that is younger than the rest in taking associated data, which is what
// authenticates the binding. A server that overlooks it is refused. A derived key
// gets the binding as its context as well.
//
// A wrapped key is
//
//	| 1 'T' | 1 format: 1, or 2 of a derived key | 1 length of the name | the name | what the server said: vault:v1:… |
//
// It is a client of 300 lines and not the server's own library, which brings a
// dozen modules for what are three requests.
//
// Invariants:
//  1. The token and plaintext keys go over TLS, or do not leave the machine.
//  2. No redirection is followed: it would take the token to who knows whom.
//  3. No error holds the token.
//
// Goroutines: those of net/http's client.
//
// Start reading at provider.go.
package transit
