package server

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/identity"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/webidentity"
)

// Options is what a Server is made of. Every field is set by the caller; the
// root package knows the defaults.
type Options struct {
	// Log and Meta are open. The server runs the log and closes neither.
	Log  shardlog.Log
	Meta meta.Store

	// Keys keeps the keys that streams and secrets are encrypted with.
	Keys keys.Provider

	// Listener is used if set, and closed; else Listen names the address, and
	// "" none: then only Handler leads in.
	Listener net.Listener
	Listen   string

	// Certificates are shown to clients that speak TLS. nil refuses TLS.
	Certificates Certificates

	// Production verifies who calls. Regions are those that requests may then be
	// signed for.
	Production bool
	Regions    []string
	// UnsignedPayload takes requests over TLS that have signed all but their body.
	UnsignedPayload bool
	// Account is the one that the first start in production makes, "" for a random
	// one. KeepRoot puts the key of its root where the user finds it, durably.
	Account  string
	KeepRoot func(identity.RootKey) error
	// Issuers are those whose tokens AssumeRoleWithWebIdentity takes.
	Issuers []webidentity.Issuer
	// Plaintext answers requests that come without TLS.
	Plaintext bool
	// TrustedProxies are believed what they say of where a request comes from.
	TrustedProxies []netip.Prefix

	AllowedHosts   []string
	AllowedOrigins []string

	HeaderTimeout                            time.Duration
	BodyGrace                                time.Duration
	IdleTimeout                              time.Duration
	MaxHeaderBytes                           int
	MaxConnections, MaxConnectionsPerAddress int
	MaxRequestsPerKey                        int
	BodyBudget                               int64
	Grace                                    time.Duration

	TransitionDelay time.Duration
	// InitialStreams are there when the server is ready; account is theirs if they
	// name none.
	InitialStreams func(account string) []streams.Initial
	Compression    shardlog.Compression
	Limits         limits.Profile

	// Token is what the extension API wants to hear; without one there is none. Backup makes a backup of what
	// Log and Meta hold in a folder; it is called by the extension API alone.
	Token string
	// MetricsToken opens the metrics, where they are not open to all; "" if none does.
	MetricsToken string
	Backup       func(ctx context.Context, target string) (extapi.BackupResult, error)

	// ForTests opens the pages that only tests want: those that delete everything
	// or let operations fail.
	ForTests bool

	// Audit says how requests are written down, nil that they are not. The Server
	// closes the sinks. AuditStream is one more, if it is not nil.
	Audit       *audit.Options
	AuditStream *AuditStream

	Version string
	Metrics *Metrics
	Logger  *slog.Logger
}
