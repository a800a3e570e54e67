package identity

import (
	"context"
	"log/slog"

	"github.com/freshet/freshet/internal/webidentity"
)

// Options configure a Service. All may be left out.
type Options struct {
	// Sealing makes what secrets are sealed with: from the key that an earlier sealer
	// was Wrapped as, or with a new one if there is none. Without it there can be no
	// access keys.
	Sealing func(ctx context.Context, wrapped []byte) (Sealer, error)

	// Evict is told of every key that was deleted, disabled or enabled: what was derived
	// from its secret is to be forgotten. The change is in force already. It is called
	// by one goroutine at a time, and must not call the service.
	Evict func(keyID string)

	// Streams is how many streams an account has: one that has any is not deleted. nil is
	// for where there are none.
	Streams func(account string) int

	// WebIdentities says whether a token of a provider is good. nil knows no provider.
	WebIdentities WebIdentities

	// Development takes callers whom nobody verified, and gives them credentials of the
	// accounts that they ask for. Nothing is read of the store then, and Load not called.
	Development bool

	Logger *slog.Logger
}

// WebIdentities verifies tokens. webidentity.Verifier is one.
type WebIdentities interface {
	// Verify returns what a token says if it is good. Its errors are those of package
	// webidentity; any other is a failure of ours.
	Verify(ctx context.Context, token string) (webidentity.Token, error)
}

// Sealer encrypts secrets. keys.Sealer is one.
type Sealer interface {
	// Wrapped is the sealer's own key, encrypted by whoever keeps keys.
	Wrapped() []byte
	// Seal encrypts secret; Open gets it back under the same name only.
	Seal(name string, secret []byte) []byte
	Open(name string, sealed []byte) ([]byte, error)
}

func (o *Options) setDefaults() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Evict == nil {
		o.Evict = func(string) {}
	}
	if o.Streams == nil {
		o.Streams = func(string) int { return 0 }
	}
}
