// Package certificate has what a server shows when it speaks TLS.
//
// An authority is a key that signs and the certificate that clients are told to
// trust; it is made once per data folder. A leaf is what the server shows, signed
// by the authority for Names. Local is an authority with the leaf of this process;
// Files is a certificate that the user brings, read again when it changes.
//
// Invariants:
//  1. The authority's key is durable before its certificate is, and is never
//     replaced: a certificate that must say something else is issued anew by the
//     same key, so that who trusts the old one trusts what the key signs.
//  2. The authority signs for its own names only (RFC 5280, 4.2.1.10), so that
//     its key, if it is stolen, speaks for no other server to who trusts it.
//  3. A leaf's key is never on the disk: each process makes its own, in half a
//     millisecond.
//  4. Whatever happens to the files while the server runs, it shows the last
//     certificate that was whole.
//
// Goroutines: none. What must be renewed is renewed by the handshake that meets it.
//
// Start reading at local.go.
package certificate
