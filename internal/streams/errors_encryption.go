package streams

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/limits"
)

// What is wrong with encryption (section 15.3). The codes are the model's, the texts
// are not documented.

func errEncryptionType(kind kinesis.EncryptionType) error {
	return kinesis.InvalidArgumentException("EncryptionType %s is not valid. The only valid value is KMS.", kind)
}

func errNoKeys(st *stream, key string) error {
	// Unlike AWS, where there always is a provider: the code is one that clients know to
	// mean that this key cannot be used.
	return kinesis.KMSAccessDeniedException("Stream %s under account %s cannot be encrypted with key %s: this server has no access to keys. Nothing was changed.",
		st.name, st.account, key)
}

func errEncryptedTooOften(st *stream) error {
	return kinesis.LimitExceededException("Stream %s under account %s: encryption was started, or stopped, %d times within 24 hours.",
		st.name, st.account, limits.EncryptionCalls)
}

func errNoSpaceForKey() error {
	// Unlike AWS, whose disks do not fill up.
	return kinesis.LimitExceededException("The server has no space left for a new key.")
}

// errKMS turns what a provider said of a key into what the caller may know. What it
// does not name is internal.
func errKMS(key string, err error) error {
	switch {
	case errors.Is(err, keys.ErrNotFound):
		return kinesis.KMSNotFoundException("Key %s does not exist.", key)
	case errors.Is(err, keys.ErrDisabled):
		return kinesis.KMSDisabledException("Key %s is disabled.", key)
	case errors.Is(err, keys.ErrInvalidState):
		return kinesis.KMSInvalidStateException("Key %s is in a state in which it cannot be used.", key)
	case errors.Is(err, keys.ErrAccessDenied):
		return kinesis.KMSAccessDeniedException("Access to key %s is denied.", key)
	case errors.Is(err, keys.ErrOptInRequired):
		return kinesis.KMSOptInRequired("Key %s needs a subscription to its service.", key)
	case errors.Is(err, keys.ErrThrottled):
		return kinesis.KMSThrottlingException("Requests for key %s are throttled.", key)
	}
	return fmt.Errorf("key %s: %w", key, err)
}

// errStreamKey is errKMS for the key that st has.
func errStreamKey(st *stream, err error) error {
	if st.Encryption == nil { // records of before
		return errKMS("of earlier records", err)
	}
	return errKMS(st.Encryption.Key, err)
}
