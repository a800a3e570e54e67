// Package keyfile keeps keys in a file on this machine, the keyring.
//
// A File is the provider. Its file is a ring of keys; a key has an id, aliases,
// and versions, each with a secret. Rotating a key adds a version, which wraps from
// then on; what the older ones wrapped still opens, so versions are never
// removed, nor are keys.
//
// The file is JSON:
//
//	{"format": "freshet-keyring", "version": 1, "keys": [
//	  {"id": "0f8fad5b-d9cb-469f-a165-70867728950e",
//	   "aliases": ["alias/aws/kinesis"],
//	   "created": "2026-11-24T18:00:00Z",
//	   "disabled": false,
//	   "versions": [
//	     {"version": 1, "created": "2026-11-24T18:00:00Z", "secret": "… 32 bytes in base64 …"}]}]}
//
// Ids and aliases are those of one key. Versions count from 1. A member that is not
// known, or one of these that breaks a rule, is an error: nothing is guessed about
// a secret. A wrapped key is 101 bytes:
//
//	| 1 'F' | 1 format: 1 | 16 id of the key | 4 version, big endian | 32 salt |   the header
//	| 32 the data key, encrypted | 16 tag |
//
// Key (32 bytes) and nonce (12) are HKDF-SHA256(secret, salt, "freshet keyring
// wrap 1"), so that no two wrapped keys share them, and a secret may wrap any
// number; the cipher is AES-256-GCM, its associated data the header and the bytes of
// the binding.
//
// Invariants:
//  1. The file is replaced as a whole, durably, by one process at a time, who
//     holds the lock of its name and ".lock".
//  2. A file that others than its owner may read or write is refused (where the
//     system has such modes), and so is one that breaks a rule, at every call.
//  3. A call sees the file as it is: each reads it, so that a running server
//     honours what the command changed with the next call. (It is small, and
//     calls are few: one for a stream's data key.)
//  4. Only asking for the default key makes a file, and not in the place of one that
//     this process knows to have been used. Unwrapping never does.
//
// Goroutines: none.
//
// Start reading at file.go.
package keyfile
