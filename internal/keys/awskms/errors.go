package awskms

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/freshet/freshet/internal/keys"
)

// meanings are the errors of the three operations (KMS API reference, "Errors" of
// each, and "Common Error Types"), and those of signatures, in our words. What is
// not here tells nothing of the key.
var meanings = map[string]error{
	"NotFoundException":        keys.ErrNotFound,
	"InvalidArnException":      keys.ErrNotFound,
	"DisabledException":        keys.ErrDisabled,
	"KMSInvalidStateException": keys.ErrInvalidState,
	"InvalidKeyUsageException": keys.ErrInvalidState, // not one to encrypt with

	"InvalidCiphertextException": keys.ErrCiphertext,
	"IncorrectKeyException":      keys.ErrCiphertext,

	"AccessDeniedException":               keys.ErrAccessDenied,
	"AccessDenied":                        keys.ErrAccessDenied,
	"NotAuthorized":                       keys.ErrAccessDenied,
	"InvalidGrantTokenException":          keys.ErrAccessDenied,
	"UnrecognizedClientException":         keys.ErrAccessDenied,
	"InvalidClientTokenId":                keys.ErrAccessDenied,
	"InvalidSignatureException":           keys.ErrAccessDenied,
	"SignatureDoesNotMatch":               keys.ErrAccessDenied,
	"IncompleteSignature":                 keys.ErrAccessDenied,
	"MissingAuthenticationToken":          keys.ErrAccessDenied,
	"MissingAuthenticationTokenException": keys.ErrAccessDenied,
	"ExpiredTokenException":               keys.ErrAccessDenied,
	"OptInRequired":                       keys.ErrOptInRequired,
	"SubscriptionRequiredException":       keys.ErrOptInRequired,
	"ThrottlingException":                 keys.ErrThrottled,
	"Throttling":                          keys.ErrThrottled,
	"LimitExceededException":              keys.ErrThrottled,
	"RequestLimitExceeded":                keys.ErrThrottled,
	"TooManyRequestsException":            keys.ErrThrottled,
	"KeyUnavailableException":             keys.ErrUnavailable, // and may be asked again
	"DependencyTimeoutException":          keys.ErrUnavailable,
	"KMSInternalException":                keys.ErrUnavailable,
	"DryRunOperationException":            keys.ErrUnavailable, // we ask for none
	"ServiceUnavailable":                  keys.ErrUnavailable,
	"InternalFailure":                     keys.ErrUnavailable,
}

// meaning returns err in the words of package keys. invalid is what it means that
// KMS finds fault with what it was given: that is the key's name, or what it shall
// decrypt.
func meaning(err, invalid error) error {
	means := keys.ErrUnavailable
	var said smithy.APIError
	if errors.As(err, &said) {
		if known, ok := meanings[said.ErrorCode()]; ok {
			means = known
		} else if said.ErrorCode() == "ValidationException" {
			means = invalid
		}
	}
	return fmt.Errorf("%w: %w", means, err)
}
