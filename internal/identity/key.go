package identity

import (
	"time"

	"github.com/freshet/freshet/internal/limits"
)

// What a key may be (IAM API, UpdateAccessKey).
const (
	statusActive   = "Active"
	statusInactive = "Inactive"
)

// active says whether requests may be signed with k.
func (k *key) active(now time.Time) bool { return !k.Inactive && !k.expired(now) }

func (k *key) expired(now time.Time) bool { return k.Expires != nil && !now.Before(*k.Expires) }

// same says whether what was derived from k's secret is good for next.
func (k *key) same(next *key) bool {
	return next != nil && next.Inactive == k.Inactive && next.secret.Equal(k.secret)
}

// roomForKey refuses one key more than an owner may have.
func roomForKey(keys []*key) error {
	if len(keys) >= limits.AccessKeysPerUser {
		return errLimit("Cannot exceed quota for AccessKeysPerUser: %d", limits.AccessKeysPerUser)
	}
	return nil
}

func checkExpires(expires *time.Time) error {
	if expires != nil && !expires.After(time.Now()) {
		return errInvalid("the key would have expired already: %s", expires.Format(time.RFC3339))
	}
	return nil
}

// removeKeys deletes keys with what is known of their use.
func (e *edit) removeKeys(keys []*key) {
	for _, k := range keys {
		e.remove(keyPrefix + k.id)
		e.remove(usedPrefix + k.id)
	}
}
