package freshet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/server"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/vfs"
)

// ErrEngine is returned by Run when the log can no longer promise that what it
// takes is durable, for instance after a failed sync. Everything acknowledged is
// on the disk; the process must end, and start again to recover by reading.
var ErrEngine = server.ErrEngine

// Server is a Kinesis-compatible server.
type Server struct {
	inner *server.Server
	log   shardlog.Log
	store meta.Store
	// certificates are nil where no TLS is spoken.
	certificates server.Certificates

	disk    vfs.FS
	dir     string // of the data
	token   string
	keys    keys.Provider
	version string

	production bool
}

// New opens the data folder, recovers what it holds, and assembles a server. It
// starts nothing: Run does. Close must be called in the end.
func New(o Options) (*Server, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	provider, err := o.keyProvider()
	if err != nil {
		return nil, fmt.Errorf("who keeps the keys: %w", err)
	}
	metrics := server.NewMetrics(o.Version)
	log, store, token, err := openData(o, provider, metrics)
	if err != nil {
		return nil, err
	}
	certificates, err := openCertificates(o)
	if err != nil {
		return nil, errors.Join(err, log.Close(), store.Close())
	}
	written, auditStream, err := o.openAudit()
	if err != nil {
		return nil, errors.Join(err, log.Close(), store.Close())
	}
	s := &Server{log: log, store: store, certificates: certificates, disk: o.onDisk(), dir: o.DataDir, token: token, keys: provider, version: o.Version, production: o.Production}
	s.inner, err = server.New(server.Options{
		Log: log, Meta: store, Keys: provider,
		Listener:                 o.Listener,
		Listen:                   o.listenAddress(),
		Certificates:             certificates,
		Production:               o.Production,
		Regions:                  o.Regions,
		UnsignedPayload:          o.UnsignedPayload,
		Issuers:                  issuersOf(o.Issuers),
		Account:                  o.Account,
		KeepRoot:                 o.keepRoot,
		Plaintext:                !o.Production || o.Plaintext == PlaintextAllow,
		TrustedProxies:           o.TrustedProxies,
		AllowedHosts:             o.AllowedHosts,
		AllowedOrigins:           o.AllowedOrigins,
		HeaderTimeout:            o.HeaderTimeout,
		BodyGrace:                o.BodyGrace,
		IdleTimeout:              o.IdleTimeout,
		MaxHeaderBytes:           o.MaxHeaderBytes,
		MaxConnections:           o.MaxConnections,
		MaxConnectionsPerAddress: o.MaxConnectionsPerAddress,
		MaxRequestsPerKey:        o.MaxRequestsPerKey,
		BodyBudget:               o.BodyBudget,
		Grace:                    o.Grace,
		TransitionDelay:          o.TransitionDelay,
		InitialStreams:           func(account string) []streams.Initial { return initialStreams(o.InitialStreams, account) },
		Compression:              o.Compression.inLog(),
		Limits:                   o.Limits.profile(),
		Token:                    token,
		MetricsToken:             o.MetricsToken.Reveal(),
		Backup:                   s.Backup,
		ForTests:                 !o.Production,
		Audit:                    written,
		AuditStream:              auditStream,
		Version:                  o.Version,
		Metrics:                  metrics,
		Logger:                   o.Logger,
	})
	if err != nil {
		return nil, errors.Join(err, closeSinks(written), log.Close(), store.Close())
	}
	return s, nil
}

func (o Options) listenAddress() string {
	if o.Listen == NoListener {
		return ""
	}
	return o.Listen
}

// Run serves until ctx ends or the log fails, and returns when all its
// goroutines have. When ctx ends it takes no new requests, answers those in
// flight within Options.Grace, and leaves nothing unsynced. It is called once.
//
// An error that is ErrEngine says that the process must end.
func (s *Server) Run(ctx context.Context) error { return s.inner.Run(ctx) }

// Ready is closed when operations are answered: soon after Run was called.
func (s *Server) Ready() <-chan struct{} { return s.inner.Ready() }

// Endpoint is the URL to give to clients on this machine, once Ready is closed;
// "" if there is no listener. In Production it is TLSEndpoint, if there is one.
func (s *Server) Endpoint() string {
	if s.production && s.certificates != nil {
		return s.endpoint("https")
	}
	return s.endpoint("http")
}

// TLSEndpoint is Endpoint for clients that speak TLS, "" if none may.
func (s *Server) TLSEndpoint() string {
	if s.certificates == nil {
		return ""
	}
	return s.endpoint("https")
}

// CA is the certificate, PEM, that clients which speak TLS must be told to trust;
// nil if they know it (Options.TLSCert), or none may.
func (s *Server) CA() []byte {
	if s.certificates == nil {
		return nil
	}
	return s.certificates.AuthorityPEM()
}

func (s *Server) endpoint(scheme string) string {
	host, port, err := net.SplitHostPort(s.inner.Address())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Handler is everything that the port serves, for programs that bring their own
// listener. Operations are answered while Run runs.
func (s *Server) Handler() http.Handler { return s.inner.Handler() }

// Token is what requests to the extension API must bear, as Authorization: Bearer
// and the token.
func (s *Server) Token() string { return s.token }

// InFlight is how many operations are being answered.
func (s *Server) InFlight() int { return s.inner.InFlight() }

// Close gives the data folder back. It is called after Run returned, or without
// Run.
func (s *Server) Close() error {
	if err := errors.Join(s.inner.Close(), s.log.Close(), s.store.Close()); err != nil {
		return fmt.Errorf("close the data folder: %w", err)
	}
	return nil
}
