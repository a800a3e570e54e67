package keyfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/keys"
)

// ring is what a keyring holds.
type ring struct {
	keys []*key
}

// key is a key-encryption key.
type key struct {
	id       id
	aliases  []string
	created  time.Time
	disabled bool
	versions []version // at least one; version n is at n-1
}

// version is one secret of a key.
type version struct {
	created time.Time
	secret  keys.Plaintext
}

const idSize = 16

// id is a key's, a UUID.
type id [idSize]byte

// newID makes an id at random (RFC 9562, version 4).
func newID() (i id) {
	_, _ = rand.Read(i[:]) // it never fails
	i[6] = i[6]&0x0f | 0x40
	i[8] = i[8]&0x3f | 0x80
	return i
}

func (i id) String() string {
	h := hex.EncodeToString(i[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// idForm is the only form in which an id is read, so that one key has one name.
var idForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func parseID(s string) (i id, ok bool) {
	if !idForm.MatchString(s) {
		return i, false
	}
	_, err := hex.Decode(i[:], slices.DeleteFunc([]byte(s), func(c byte) bool { return c == '-' }))
	return i, err == nil
}

// aliasForm is KMS's (API_CreateAlias, AliasName), but for the length.
var aliasForm = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]+$`)

func isAlias(s string) bool { return len(s) <= len("alias/")+250 && aliasForm.MatchString(s) }

var errAlias = errors.New("must be alias/ and 1 to 250 letters, digits, /, _ and -")

func (r *ring) byID(i id) (*key, bool) {
	at := slices.IndexFunc(r.keys, func(k *key) bool { return k.id == i })
	if at < 0 {
		return nil, false
	}
	return r.keys[at], true
}

// find returns the key of that id or alias.
func (r *ring) find(name string) (*key, bool) {
	at := slices.IndexFunc(r.keys, func(k *key) bool {
		return k.id.String() == name || slices.Contains(k.aliases, name)
	})
	if at < 0 {
		return nil, false
	}
	return r.keys[at], true
}

// check returns the rule that the ring breaks, if it does.
func (r *ring) check() error {
	taken := map[string]bool{}
	for _, k := range r.keys {
		for _, name := range append([]string{k.id.String()}, k.aliases...) {
			if taken[name] {
				return fmt.Errorf("%s is two keys", name)
			}
			taken[name] = true
		}
		for _, alias := range k.aliases {
			if !isAlias(alias) {
				return fmt.Errorf("alias %q of key %s: %w", alias, k.id, errAlias)
			}
		}
		if len(k.versions) == 0 {
			return fmt.Errorf("key %s has no version", k.id)
		}
		if slices.ContainsFunc(k.versions, func(v version) bool { return v.secret.IsZero() }) {
			return fmt.Errorf("a secret of key %s is nothing but zeros", k.id)
		}
	}
	return nil
}

// describe is what a key is to the contract.
func (k *key) describe() keys.Key {
	d := keys.Key{ID: k.id.String(), ARN: keys.LocalARN(k.id.String()), State: keys.Enabled}
	if k.disabled {
		d.State = keys.Disabled
	}
	return d
}

func newVersion(now time.Time) version {
	return version{created: now, secret: keys.NewPlaintext()}
}
