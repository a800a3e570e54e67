package sigv4

import (
	"net/http"

	"github.com/freshet/freshet/internal/awsapi"
)

// incomplete says that credentials lack something, or are malformed.
func incomplete(text string) *awsapi.Error {
	return &awsapi.Error{Code: "IncompleteSignatureException", Message: text, Status: http.StatusBadRequest}
}

// invalid says that a signature does not hold.
func invalid(text string) *awsapi.Error {
	return &awsapi.Error{Code: "InvalidSignatureException", Message: text, Status: http.StatusBadRequest}
}

// errMismatch is AWS's text. It tells nothing of what was compared.
var errMismatch = invalid("The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")

// UnrecognizedClient is answered when there is no such key, when it is disabled, and
// when it has no session token, another one, or one that it must not have.
func UnrecognizedClient() *awsapi.Error {
	return awsapi.Errorf("UnrecognizedClientException", "The security token included in the request is invalid.")
}

// ExpiredToken is answered when a session has ended.
func ExpiredToken() *awsapi.Error {
	return awsapi.Errorf("ExpiredTokenException", "The security token included in the request is expired")
}

// queryCodes are what services of the query protocol call these errors, all of which
// they answer with 403, the incomplete apart (STS API reference, "Common Errors").
var queryCodes = map[string]awsapi.Error{
	"ExpiredTokenException":               {Code: "ExpiredToken", Status: http.StatusForbidden},
	"IncompleteSignatureException":        {Code: "IncompleteSignature", Status: http.StatusBadRequest},
	"InvalidSignatureException":           {Code: "SignatureDoesNotMatch", Status: http.StatusForbidden},
	"MissingAuthenticationTokenException": {Code: "MissingAuthenticationToken", Status: http.StatusForbidden},
	"UnrecognizedClientException":         {Code: "InvalidClientTokenId", Status: http.StatusForbidden},
}

// ForQuery returns e as a service of the query protocol answers it: an error of
// another kind as it is.
func ForQuery(e *awsapi.Error) *awsapi.Error {
	in, ok := queryCodes[e.Code]
	if !ok {
		return e
	}
	return &awsapi.Error{Code: in.Code, Message: e.Message, Status: in.Status, Cause: e.Cause}
}
