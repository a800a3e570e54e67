package webidentity

import "errors"

// Errors of Verify. Each is the meaning of one of STS's (AssumeRoleWithWebIdentity); any
// other is a failure of ours.
var (
	// ErrMalformed is returned for what is no signed token.
	ErrMalformed = errors.New("the token is not a signed JSON web token")

	// ErrIssuer is returned for a token of an issuer that is not allowed.
	ErrIssuer = errors.New("the token's issuer is not allowed")

	// ErrSignature is returned for a token that its issuer has not signed, or of which
	// that cannot be known.
	ErrSignature = errors.New("the token is not signed by its issuer")

	// ErrAudience is returned for a token that was made for somebody else.
	ErrAudience = errors.New("the token has another audience")

	// ErrExpired is returned for a token whose time is over.
	ErrExpired = errors.New("the token has expired")

	// ErrClaims is returned for a token of the issuer that lacks what it must say, or is
	// not valid yet.
	ErrClaims = errors.New("the token's claims are not sufficient")

	// ErrUnreachable is returned if the issuer did not answer as it must.
	ErrUnreachable = errors.New("the token's issuer cannot be asked")
)
