package sigv4

import (
	"container/list"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
	"sync"
)

// maxKeys is how many derived keys are kept: one for each access key, region and
// service that is in use, and a day's.
const maxKeys = 4096

// Keys verifies claims, and keeps the keys that it derives for that: to derive one
// takes four HMACs. Its zero value is ready, and many goroutines may use it.
type Keys struct {
	mu struct {
		sync.Mutex
		entries map[scope]*list.Element // of derived
		order   list.List               // the latest used first
	}
}

// scope is what a signing key is derived for.
type scope struct{ keyID, date, region, service string }

type derived struct {
	scope
	// secret is what key was derived from: of a key id that got another one, the
	// entry is good for nothing.
	secret string
	key    [sha256.Size]byte
}

// Verify checks that the claim was signed with secret, over a body of that hash,
// which does not matter if the claim is Unsigned. The error is an *awsapi.Error.
//
// A key is kept only after a signature that was good: claims that are not can drive
// nobody's key out.
func (k *Keys) Verify(c *Claim, secret string, body [sha256.Size]byte) error {
	s := scope{c.AccessKeyID, c.Date, c.Region, c.Service}
	key, kept := k.get(s, secret)
	if !kept {
		key = derive(secret, s)
	}
	if !c.good(&key, body) {
		return errMismatch
	}
	if !kept {
		k.put(s, secret, key)
	}
	return nil
}

// Forget drops what was derived for an access key, which was disabled or deleted.
func (k *Keys) Forget(keyID string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for s, e := range k.mu.entries {
		if s.keyID == keyID {
			k.dropLocked(e)
		}
	}
}

func (k *Keys) get(s scope, secret string) (key [sha256.Size]byte, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.mu.entries[s]
	if e == nil {
		return key, false
	}
	d := e.Value.(*derived)
	if subtle.ConstantTimeCompare([]byte(d.secret), []byte(secret)) != 1 {
		k.dropLocked(e)
		return key, false
	}
	k.mu.order.MoveToFront(e)
	return d.key, true
}

func (k *Keys) put(s scope, secret string, key [sha256.Size]byte) {
	// What a request brought is part of a larger string.
	s.keyID, s.date, s.region, s.service = strings.Clone(s.keyID), strings.Clone(s.date), strings.Clone(s.region), strings.Clone(s.service)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.mu.entries == nil {
		k.mu.entries = make(map[scope]*list.Element)
	}
	if e := k.mu.entries[s]; e != nil { // another request was quicker
		k.dropLocked(e)
	}
	for len(k.mu.entries) >= maxKeys {
		k.dropLocked(k.mu.order.Back())
	}
	k.mu.entries[s] = k.mu.order.PushFront(&derived{s, secret, key})
}

func (k *Keys) dropLocked(e *list.Element) {
	delete(k.mu.entries, e.Value.(*derived).scope)
	k.mu.order.Remove(e)
}

// derive makes the key that signs within a scope (IAM user guide, "Derive a signing
// key").
func derive(secret string, s scope) (key [sha256.Size]byte) {
	key = mac([]byte("AWS4"+secret), s.date)
	for _, part := range [...]string{s.region, s.service, terminator} {
		key = mac(key[:], part)
	}
	return key
}

func mac(key []byte, text string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // never fails
	h.Sum(sum[:0])
	return sum
}

// good reports whether key has made the claim's signature.
func (c *Claim) good(key *[sha256.Size]byte, body [sha256.Size]byte) bool {
	payload := hex.EncodeToString(body[:])
	if c.payload != "" {
		if !c.Unsigned() && strings.ToLower(c.payload) != payload {
			return false
		}
		payload = c.payload
	}
	var given [sha256.Size]byte
	if len(c.Signature) != 2*len(given) {
		return false
	}
	_, err := hex.Decode(given[:], []byte(c.Signature))
	want := c.mac(key, payload)
	return subtle.ConstantTimeCompare(want[:], given[:]) == 1 && err == nil
}

// mac computes what the signature must be, of a body that the canonical request says
// is payload.
func (c *Claim) mac(key *[sha256.Size]byte, payload string) [sha256.Size]byte {
	canonical := sha256.Sum256(c.appendCanonical(make([]byte, 0, 1024), payload))
	text := make([]byte, 0, 256)
	text = append(append(text, Algorithm+"\n"...), c.stamp...)
	text = append(append(text, '\n'), c.Date...)
	text = append(append(text, '/'), c.Region...)
	text = append(append(text, '/'), c.Service...)
	text = append(text, "/"+terminator+"\n"...)
	return mac(key[:], string(hex.AppendEncode(text, canonical[:])))
}
