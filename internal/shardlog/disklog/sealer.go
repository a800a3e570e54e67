package disklog

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"

	"crypto/rand"

	"github.com/freshet/freshet/internal/shardlog"
)

// Bodies of sub-frames and blocks are encrypted by AES-256-GCM, with a key that is
// derived of the stream's data key and a random salt, and a random nonce. Nothing
// else keeps a nonce from being used twice: no counter, no position, no number of a
// file. FORMAT.md, section 14, tells why: all of these repeat when two servers go
// on from one backup.

// use is what a derived key is for: a body of the journal is never taken for one
// of a segment.
type use uint8

const (
	useJournal use = iota
	useSegment
	uses
)

// info is HKDF's, by use.
var info = [uses]string{"freshet disklog journal 1", "freshet disklog segment 1"}

const (
	saltSize = 16
	// sealOverhead is how much longer a body is once it is encrypted: salt, nonce
	// and tag.
	sealOverhead = saltSize + 12 + 16
	// sealerUses is how many bodies are encrypted with one salt.
	sealerUses = 1 << 16
)

// sealer encrypts and decrypts what has one salt. It may be used by several
// goroutines at once.
type sealer struct {
	salt [saltSize]byte
	aead cipher.AEAD
	// left counts down the bodies that may be encrypted with it.
	left atomic.Int64
}

// newSealer makes a sealer with a new salt.
func newSealer(secret shardlog.Secret, u use) *sealer {
	var salt [saltSize]byte
	_, _ = rand.Read(salt[:]) // it never fails
	s := sealerOf(secret, salt, u)
	s.left.Store(sealerUses)
	return s
}

// sealerOf makes the sealer of a salt that is there.
func sealerOf(secret shardlog.Secret, salt [saltSize]byte, u use) *sealer {
	key, err := hkdf.Key(sha256.New, secret.Bytes(), salt[:], info[u], shardlog.SecretSize)
	if err != nil {
		panic(fmt.Sprintf("BUG: derive a key of %d bytes: %v", shardlog.SecretSize, err))
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(fmt.Sprintf("BUG: AES with a key of %d bytes: %v", len(key), err))
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(fmt.Sprintf("BUG: GCM with AES: %v", err))
	}
	return &sealer{salt: salt, aead: aead}
}

// seal appends body to dst, encrypted: salt, nonce, ciphertext, tag. header is
// authenticated with it. dst's memory must not overlap that of body.
func (s *sealer) seal(dst, body, header []byte) []byte {
	return s.aead.Seal(append(dst, s.salt[:]...), nil, body, header)
}

// errNotOpened says that GCM's tag is not that of the bytes: they, or the header,
// are not what was encrypted.
var errNotOpened = errors.New("body does not decrypt: it, or its header, is not what was encrypted")

// open returns the body that was sealed with s, in memory of its own.
func (s *sealer) open(sealed, header []byte) ([]byte, error) {
	body, err := s.aead.Open(nil, nil, sealed[saltSize:], header)
	if err != nil {
		return nil, errNotOpened
	}
	return body, nil
}

// checkSealed refuses a body that is too short to be encrypted.
func checkSealed(sealed []byte) error {
	if len(sealed) < sealOverhead {
		return fmt.Errorf("encrypted body of %d bytes", len(sealed))
	}
	return nil
}
