package keyfile

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/freshet/freshet/internal/keys"
)

// The parts of a wrapped key; doc.go draws them.
const (
	wrapKind   = 'F'
	wrapFormat = 1
	saltSize   = 32
	headerSize = 1 + 1 + idSize + 4 + saltSize
	nonceSize  = 12
	tagSize    = 16
	wrappedLen = headerSize + keys.KeySize + tagSize
	wrapInfo   = "freshet keyring wrap 1"
)

// header says which version of which key opens a wrapped key.
type header struct {
	id      id
	version uint32 // from 1
	salt    []byte // in the wrapped key
}

// wrap encrypts plain with the newest version of k.
func wrap(k *key, plain keys.Plaintext, bind keys.Binding) []byte {
	out := make([]byte, 0, wrappedLen)
	out = append(out, wrapKind, wrapFormat)
	out = append(out, k.id[:]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(k.versions)))
	out = out[:headerSize]
	salt := out[headerSize-saltSize:]
	_, _ = rand.Read(salt) // it never fails
	aead, nonce := cipherOf(k.versions[len(k.versions)-1], salt)
	return aead.Seal(out, nonce, plain.Bytes(), associated(out, bind))
}

// readHeader tells by which key wrapped opens.
func readHeader(wrapped []byte) (header, error) {
	switch {
	case len(wrapped) == 0 || wrapped[0] != wrapKind:
		return header{}, fmt.Errorf("%w: no keyring wrapped it: was another provider configured then?", keys.ErrCiphertext)
	case len(wrapped) != wrappedLen || wrapped[1] != wrapFormat:
		return header{}, fmt.Errorf("%w: it is not of a known format", keys.ErrCiphertext)
	}
	h := header{salt: wrapped[headerSize-saltSize : headerSize]}
	copy(h.id[:], wrapped[2:])
	if h.version = binary.BigEndian.Uint32(wrapped[2+idSize:]); h.version == 0 {
		return header{}, fmt.Errorf("%w: it is of no version", keys.ErrCiphertext)
	}
	return h, nil
}

// unwrap decrypts wrapped, of which h is the header, with that version of k.
func unwrap(k *key, h header, wrapped []byte, bind keys.Binding) (keys.Plaintext, error) {
	aead, nonce := cipherOf(k.versions[h.version-1], h.salt)
	plain, err := aead.Open(nil, nonce, wrapped[headerSize:], associated(wrapped[:headerSize], bind))
	if err != nil {
		return keys.Plaintext{}, fmt.Errorf("key %s: %w: it was changed, or was made for something else", k.id, keys.ErrCiphertext)
	}
	p, ok := keys.TakePlaintext(plain)
	if !ok {
		panic("BUG: a wrapped key has the length of a key, and what is in it has not")
	}
	return p, nil
}

// cipherOf derives the cipher and nonce of one wrapped key.
func cipherOf(v version, salt []byte) (cipher.AEAD, []byte) {
	derived, err := hkdf.Key(sha256.New, v.secret.Bytes(), salt, wrapInfo, keys.KeySize+nonceSize)
	if err != nil {
		panic("BUG: HKDF gives no 44 bytes: " + err.Error())
	}
	defer clear(derived[:keys.KeySize])
	block, err := aes.NewCipher(derived[:keys.KeySize])
	if err != nil {
		panic("BUG: a derived key is no key of AES-256: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("BUG: AES makes no GCM: " + err.Error())
	}
	return aead, derived[keys.KeySize:]
}

// associated is what is authenticated beside the key.
func associated(header []byte, bind keys.Binding) []byte {
	return append(append([]byte(nil), header...), bind.Bytes()...)
}
