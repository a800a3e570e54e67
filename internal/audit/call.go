package audit

import (
	"crypto/tls"
	"net/netip"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/change"
)

// Call is one request that named an operation, once it is known what became of it.
type Call struct {
	// Service is the name in the credential scope, kinesis; Operation the model's.
	Service, Operation string
	// RequestID is what the answer says, "" if it says none.
	RequestID string

	// Identity is who it was, zero if that was not verified. Caller is zero if the
	// operation was not allowed.
	Identity access.Identity
	Caller   access.Caller
	// ByToken says that it was made with the server's own token, by whoever may read
	// the data folder: then Identity is that of the account that was meant.
	ByToken bool
	// KeyID and Region are what the request's credentials say, be it true or not.
	KeyID, Region string

	// Source is the client's address; Host the header of that name.
	Source    netip.Addr
	UserAgent string
	Host      string
	// TLS is nil where none was spoken.
	TLS *tls.ConnectionState

	Input, Output Parameters
	// Code and Message are those of the error that was answered, if any.
	Code, Message string
	// Changes are what the operation said, nil if nobody asked.
	Changes *change.Changes
	// BytesIn is the length of the request's body.
	BytesIn int64
}

// Parameters are the input or the output of an operation, described by Shape, or if
// it is nil by the JSON that encoding/json makes of Value. A nil Value is none.
type Parameters struct {
	Shape *awsapi.Shape
	Value any
}
