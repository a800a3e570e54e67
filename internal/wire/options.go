package wire

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/scratch"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// Signer is who the credentials of a request name.
type Signer struct {
	// Identity is what the request is if its signature is good.
	Identity access.Identity
	// Secret is what the signature must have been made with. It must not be empty if
	// the signature is verified.
	Secret access.Secret
	// Unverified takes the request without a look at its signature. It is for
	// development alone.
	Unverified bool
}

// Turnstile counts those who are inside. Its methods are called at once.
type Turnstile interface {
	Enter(i access.Identity) error
	Leave(i access.Identity)
}

// Options configure a Mux. Authenticate and Authorize must be given.
type Options struct {
	// Authenticate finds whom the credentials of r name, before its body is read. It
	// checks that there is a session token exactly if the key is a temporary one, and
	// that it belongs to the key. The signature is looked at afterwards. An
	// *awsapi.Error is answered as it is; any other error is a failure of ours.
	Authenticate func(r *http.Request, c *sigv4.Credentials) (Signer, error)

	// Anonymous is who makes a request without credentials, of an operation that AWS
	// takes so (awsapi.Operation, Unsigned). nil if there is no such operation.
	Anonymous func(r *http.Request) access.Identity

	// Authorize decides whether i may perform op with that input, and is the only
	// source of a Caller. Its errors are like those of Authenticate.
	Authorize func(ctx context.Context, i access.Identity, op *awsapi.Operation, in any) (access.Caller, error)

	// Keys keeps what is derived from secrets. Whoever disables or deletes a key lets it
	// Forget that. nil makes one of the Mux's own.
	Keys *sigv4.Keys

	// Turnstile, if set, is passed by every request whose sender is known, until it is
	// answered: the error of Enter is the answer. Leave follows each Enter that had none.
	Turnstile Turnstile

	// Signed is told of every request whose signature was good, with the service that
	// it was signed for. It must be quick. nil is told nothing.
	Signed func(i access.Identity, service string)

	// Regions are those that verified credentials may be scoped to. nil is all.
	Regions []string

	// UnsignedPayload takes requests whose signature does not cover their body
	// (UNSIGNED-PAYLOAD), if they come over TLS.
	UnsignedPayload bool

	// AnyOrigin lets the pages of every origin call, as AWS does. It is only for
	// where signatures are verified: a page then needs a key to read anything.
	AnyOrigin bool

	// AllowOrigin says whether web pages of that origin may call, without
	// AnyOrigin. nil allows LoopbackOrigin.
	AllowOrigin func(origin string) bool

	// MaxBody is the largest body in bytes; above it the answer is 413. The
	// default is 16 MiB: 10 MiB of records are 14 MiB of base64, and there are
	// keys and punctuation.
	MaxBody int64

	// BodyBudget is what all bodies in flight may take together, in bytes; when
	// it is used up, reading waits. The default is 256 MiB, and it is never
	// less than MaxBody. What bodies become when they are decoded comes on top:
	// about as much again for requests that clients make, convert.Room for any.
	// Answers are not counted; a client that does not read loses its answer
	// after BodyGrace and a second for every BodyRate bytes.
	BodyBudget int64

	// BodyGrace and BodyRate bound how long a client may take over its body:
	// the grace, 20 s by default, and a second for every BodyRate bytes that it
	// made us keep ready, by default 64 KiB.
	BodyGrace time.Duration
	BodyRate  int64

	// Observe is told of every request after it was answered. It must be quick
	// and is called by many goroutines at once. nil observes nothing.
	Observe func(Observation)

	// Record is told of every request that named an operation, when it is known what
	// is answered, and before that is sent. It must be quick, is called by many
	// goroutines at once, and keeps nothing of what it is given. nil records nothing.
	Record func(*http.Request, *Recorded)

	// Services are those whose operations Observe is told the name of, although
	// no route performs them. Clients are answered alike either way.
	Services []*awsapi.Service

	// Logger gets what went wrong on our side. nil is slog.Default().
	Logger *slog.Logger
}

// Observation is what became of one request.
type Observation struct {
	// Service and Operation are the model's names, or empty if the request
	// reached no operation: they are never of the client's choosing.
	Service, Operation string
	// Unrouted says that the operation is one of Options.Services, but no route
	// performs it.
	Unrouted bool
	// Code is the error's code, or empty. ClientClosed, RequestTimeout and
	// RequestTooLarge are codes of ours for requests that broke off.
	Code string
	// Status is the HTTP status.
	Status   int
	Duration time.Duration
	// BytesIn and BytesOut are the lengths of the bodies.
	BytesIn, BytesOut int64
}

func (o *Options) setDefaults() {
	if o.Authenticate == nil || o.Authorize == nil {
		panic("wire: Options.Authenticate or Authorize is missing: no request could be answered")
	}
	if o.AllowOrigin == nil {
		o.AllowOrigin = LoopbackOrigin
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 16 << 20
	}
	if o.BodyBudget <= 0 {
		o.BodyBudget = 256 << 20
	}
	o.BodyBudget = max(o.BodyBudget, int64(scratch.Size(int(o.MaxBody))))
	if o.BodyGrace <= 0 {
		o.BodyGrace = 20 * time.Second
	}
	if o.BodyRate <= 0 {
		o.BodyRate = 64 << 10
	}
	if o.Keys == nil {
		o.Keys = new(sigv4.Keys)
	}
	if o.Signed == nil {
		o.Signed = func(access.Identity, string) {}
	}
	if o.Observe == nil {
		o.Observe = func(Observation) {}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
}
