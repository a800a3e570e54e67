package streams

import (
	"log/slog"
	"time"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// Options are the settings of a Service. The zero value is good.
type Options struct {
	// TransitionDelay is how long a stream stays in CREATING, UPDATING and
	// DELETING. 0: the operation returns when the transition is done, or has met
	// an error and is left to Run.
	TransitionDelay time.Duration

	// ShardLimit bounds the open shards of provisioned streams per account and
	// region. 0: AWS's default for the region.
	ShardLimit int

	// OnDemandLimit bounds the on-demand streams per account and region. 0:
	// AWS's default.
	OnDemandLimit int

	// Compression is how the log keeps the records of streams whose tags do not
	// say it (keeping.go). The zero value is none.
	Compression shardlog.Compression

	// Limits are the rates that hold where neither an account nor a stream has
	// limits of its own (profiles.go). The zero value is none.
	Limits limits.Profile

	// Throttled is told what a limit refused. It may be called from any number of
	// goroutines at once, and must not block. nil: nobody is told.
	Throttled func(Throttled)

	// Keys keeps the keys that streams are encrypted with. nil: none can be.
	Keys keys.Provider

	// KeyChecked is told of each question whether a key may still be used
	// (key_checks.go). It must not block. nil: nobody is told.
	KeyChecked func(KeyCheck)

	// Logger is told what goes wrong in the background. nil: nobody is.
	Logger *slog.Logger
}
