package keys

import "errors"

// What a provider answers when it refuses. Each is the meaning of an exception of
// AWS KMS, and of Kinesis' exception of nearly the same name (API_StartStreamEncryption,
// "Errors"); the error around it names the key and what was wrong in words.
var (
	// ErrNotFound is returned for a key that the provider does not have:
	// KMSNotFoundException.
	ErrNotFound = errors.New("key not found")

	// ErrDisabled is returned for a key that somebody disabled:
	// KMSDisabledException. Once it is enabled the same call succeeds.
	ErrDisabled = errors.New("key is disabled")

	// ErrInvalidState is returned for a key that cannot be used as it is, for
	// instance because it is about to be deleted, or is not one to wrap others
	// with: KMSInvalidStateException.
	ErrInvalidState = errors.New("key is in a state in which it cannot be used")

	// ErrAccessDenied is returned when the provider does not let us use the key:
	// KMSAccessDeniedException.
	ErrAccessDenied = errors.New("access to the key is denied")

	// ErrOptInRequired is returned when the provider wants a subscription first:
	// KMSOptInRequired.
	ErrOptInRequired = errors.New("the key's provider wants a subscription")

	// ErrThrottled is returned when the provider is asked too often:
	// KMSThrottlingException. Later the same call may succeed.
	ErrThrottled = errors.New("the key's provider is asked too often")

	// ErrCiphertext is returned by Unwrap for what this provider did not wrap, for
	// this binding: it is damaged, was moved, or is another's. It is not
	// returned for want of the key: that is ErrNotFound, or of a KMS, which does
	// not tell which keys it has, ErrAccessDenied. No exception of Kinesis
	// means this; to a client it is an internal failure.
	ErrCiphertext = errors.New("wrapped key does not open")
)

// ErrUnavailable is returned when the provider did not answer the question: it was
// not reached, did not answer in time, answered that it failed, or the context
// ended, which the error then matches as well. Nothing is known of the key; later
// the same call may succeed. To a client it is an internal failure.
var ErrUnavailable = errors.New("the key's provider is not available")

// Refused reports whether err is a provider's answer that the key may not be used.
// What was encrypted with it must not be served from then on, though the data key
// be in memory still; Throttled, Unavailable and all else is no such answer.
func Refused(err error) bool {
	for _, refusal := range []error{ErrNotFound, ErrDisabled, ErrInvalidState, ErrAccessDenied, ErrOptInRequired} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
