package identity

import (
	"errors"

	"github.com/freshet/freshet/internal/awsapi"
)

// Authenticating. Whoever answers a request turns these into the error of the
// service that was asked; all but ErrExpired mean that the credentials are no good,
// and clients are not told which it was.
var (
	// ErrUnknownKey is returned for a key id that nobody has.
	ErrUnknownKey = errors.New("no such access key")

	// ErrInactiveKey is returned for a key that was disabled, or has expired.
	ErrInactiveKey = errors.New("the access key is not active")

	// ErrInvalidToken is returned for a session token that is missing, was not made
	// here, or belongs to another key.
	ErrInvalidToken = errors.New("the session token is not valid")

	// ErrExpired is returned for a session that is over.
	ErrExpired = errors.New("the session has expired")
)

// Starting.
var (
	// ErrNoSealing is returned by Load when there are sealed secrets and nothing to
	// open them with, and by whoever would make a secret without it.
	ErrNoSealing = errors.New("the secrets of access keys are sealed, and the key to that is not to be had")
)

// What operations refuse, in IAM's words (IAM API, CommonErrors and each operation).
func errNoSuchEntity(format string, args ...any) error {
	return awsapi.Errorf("NoSuchEntity", format, args...)
}

func errExists(format string, args ...any) error {
	return awsapi.Errorf("EntityAlreadyExists", format, args...)
}

func errInvalid(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}

func errLimit(format string, args ...any) error {
	return awsapi.Errorf("LimitExceeded", format, args...)
}

func errConflict(format string, args ...any) error {
	return awsapi.Errorf("DeleteConflict", format, args...)
}

func errMalformed(format string, args ...any) error {
	return awsapi.Errorf("MalformedPolicyDocument", format, args...)
}

func errDenied(format string, args ...any) error {
	return awsapi.Errorf("AccessDeniedException", format, args...)
}
