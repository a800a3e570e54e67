package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/identity"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/webidentity"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// Server is everything, assembled.
type Server struct {
	o       Options
	metrics *Metrics
	audit   *audit.Recorder // nil if nothing is written down
	// identities are nil without production.
	identities *identity.Service
	sts        *identity.Service // identities, or one that knows nobody
	// account is that of the server's own errands. It and rootKey, which only a first
	// start has, are written before isReady is closed, and read after.
	account  string
	rootKey  *identity.RootKey
	signing  sigv4.Keys // derived from secrets of identities
	streams  *streams.Service
	api      *wire.Mux
	handler  http.Handler
	life     life
	inflight inflight
	missing  missing
	crowd    *crowd
	// endStreams ends the subscriptions: they would go on for minutes.
	endStreams func()
	// waits ends, by endWaits, when nobody may wait for records any longer.
	waits    context.Context
	endWaits func()
	isReady  chan struct{} // closed when operations are answered
	address  string        // written before isReady is closed, read after
}

// New assembles a server. It starts nothing and opens nothing.
func New(o Options) (*Server, error) {
	s := &Server{o: o, metrics: o.Metrics, account: access.DefaultAccount, isReady: make(chan struct{})}
	webIdentities, err := webidentity.New(o.Issuers)
	if err != nil {
		return nil, err
	}
	if s.sts = developersSTS(); o.Production {
		s.identities = s.newIdentities(webIdentities)
		s.sts = s.identities
	}
	s.streams = streams.New(o.Log, o.Meta, streams.Options{
		TransitionDelay: o.TransitionDelay,
		Compression:     o.Compression,
		Limits:          o.Limits,
		Throttled:       (&throttles{logger: o.Logger, refused: o.Metrics.streams.throttled}).note,
		Keys:            o.Keys,
		KeyChecked:      o.Metrics.keyChecked,
		Logger:          o.Logger,
	})
	s.audit = s.newRecorder()
	api := wire.New(wire.Options{
		Authenticate: s.authenticate,
		Anonymous:    s.anonymous,
		Authorize:    s.recordable(s.authorize),
		Record:       s.recorded(),
		Keys:         &s.signing,
		Turnstile:    newKeyed(o.MaxRequestsPerKey),
		Signed:       s.signed,
		Regions:      o.Regions,
		AnyOrigin:    o.Production,

		UnsignedPayload: o.UnsignedPayload,

		AllowOrigin: allowOrigin(o.AllowedOrigins),
		BodyBudget:  o.BodyBudget,
		BodyGrace:   o.BodyGrace,
		Services:    []*awsapi.Service{kinesis.Service, sts.Service},
		Observe:     s.observe,
		Logger:      o.Logger,
	})
	api.Handle(s.gathered(limited(s.streams, kinesisRoutes(s.streams, s.metrics, s.patient, s.attentive)))...)
	api.Handle(s.gathered(stsRoutes(s.sts))...)
	s.endStreams = api.EndStreams
	s.crowd = newCrowd(o.MaxConnections, o.MaxConnectionsPerAddress, o.Metrics.connections)
	s.waits, s.endWaits = context.WithCancel(context.Background())
	s.api = api
	s.handler = s.door(api, s.pages())
	return s, nil
}

// Handler is everything that the port serves. Operations are answered while Run
// runs.
func (s *Server) Handler() http.Handler { return s.handler }

// Ready is closed when operations are answered.
func (s *Server) Ready() <-chan struct{} { return s.isReady }

// Address is the address listened on, once Ready is closed; "" without a
// listener.
func (s *Server) Address() string { return s.address }

// InFlight is how many operations are being answered.
func (s *Server) InFlight() int { return int(s.inflight.count.Load()) }

// Hold keeps the services' documents as they are while fn runs; see
// streams.Service.Hold.
func (s *Server) Hold(ctx context.Context, fn func() error) error { return s.streams.Hold(ctx, fn) }

// door decides what a request reaches.
func (s *Server) door(api *wire.Mux, pages http.Handler) http.Handler {
	hosts := newHosts(s.o.AllowedHosts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tellTLS(r)
		if ambiguous(r) {
			w.Header().Set("Connection", "close")
		}
		switch {
		case !hosts.allow(r.Host):
			hosts.refuse(bounded(w, r), r.Host)
		case !s.o.Plaintext && r.TLS == nil && !mayBePlain(r):
			refusePlaintext(api, bounded(w, r), r)
		case strings.HasPrefix(r.URL.Path, "/_"):
			pages.ServeHTTP(bounded(w, r), r)
		case s.life.get() == starting || !s.inflight.enter():
			notReady(bounded(w, r))
		default:
			defer s.inflight.leave()
			api.ServeHTTP(w, r)
		}
	})
}

// ambiguous reports whether a proxy before us may see the end of r elsewhere. Of a
// request with a length and chunks net/http takes the chunks, in HTTP/1.0 it takes
// neither, and it does not tell. RFC 9112, 6.1, wants the connection closed after
// both; clients of AWS send lengths, and none speaks HTTP/1.0.
func ambiguous(r *http.Request) bool {
	return r.ProtoMajor == 1 && (r.ProtoMinor == 0 || len(r.TransferEncoding) > 0)
}

// notReady answers an operation that came too early or too late, in the way that
// makes every SDK try again.
func notReady(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	w.Header().Set("X-Amzn-ErrorType", "ServiceUnavailable")
	writeJSON(w, http.StatusServiceUnavailable, map[string]string{
		"__type": "ServiceUnavailable", "message": "The server is starting or stopping.",
	})
}

// Run serves until ctx ends or the log fails, and returns when everything has
// ended. It is called once. The three parts end from the outside in: each, when
// it has ended, ends the one it stands on.
func (s *Server) Run(ctx context.Context) error {
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	logCtx, endLog := context.WithCancel(context.WithoutCancel(ctx))
	servicesCtx, endServices := context.WithCancel(logCtx)
	httpCtx, endHTTP := context.WithCancel(ctx)
	defer endLog()

	var engine, services, door error
	var g errgroup.Group
	g.Go(func() error {
		defer endHTTP()
		if err := s.o.Log.Run(logCtx); err != nil {
			engine = fmt.Errorf("%w: %w", ErrEngine, err)
		}
		endServices()
		return nil
	})
	g.Go(func() error {
		defer endLog()
		defer endHTTP()
		services = s.runServices(servicesCtx)
		return nil
	})
	g.Go(func() error {
		defer endServices()
		door = s.serveRecorded(httpCtx, func(ctx context.Context) error { return s.serve(ctx, listener) })
		return nil
	})
	_ = g.Wait() // the parts' errors are not alike: what follows weighs them
	if engine != nil {
		return engine // the others are its consequence
	}
	return errors.Join(services, door)
}

// runServices loads what the services know, opens the door, and does their
// background work.
func (s *Server) runServices(ctx context.Context) error {
	err := s.loadServices(ctx)
	if err == nil {
		s.life.becomeReady()
		close(s.isReady)
		err = s.workServices(ctx)
	}
	if ctx.Err() != nil {
		return nil // it was told to end
	}
	return err
}

// loadServices loads who there is first, and then what there is for them.
func (s *Server) loadServices(ctx context.Context) error {
	if s.identities != nil {
		if err := s.loadIdentities(ctx); err != nil {
			return fmt.Errorf("identities: %w", err)
		}
	}
	err := s.streams.Load(ctx)
	if err == nil && s.o.InitialStreams != nil {
		err = s.streams.EnsureStreams(ctx, s.o.InitialStreams(s.account))
	}
	if err == nil {
		err = s.streams.EnsureStreams(ctx, s.auditStream())
	}
	if err != nil {
		return fmt.Errorf("streams: %w", err)
	}
	return nil
}

// workServices does the background work until ctx ends, or until it cannot be done.
func (s *Server) workServices(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := s.streams.Run(ctx); err != nil {
			return fmt.Errorf("streams: %w", err)
		}
		return nil
	})
	if s.identities != nil {
		g.Go(func() error { return s.identities.Run(ctx) })
	}
	return g.Wait()
}

// listen opens the port, nil if there is to be none.
func (s *Server) listen(ctx context.Context) (net.Listener, error) {
	listener := s.o.Listener
	if listener == nil {
		if s.o.Listen == "" {
			return nil, nil
		}
		var config net.ListenConfig
		var err error
		if listener, err = config.Listen(ctx, "tcp", s.o.Listen); err != nil {
			return nil, listenError(s.o.Listen, err)
		}
	}
	s.address = listener.Addr().String()
	return &portListener{Listener: listener, tls: s.tlsConfig(), headerTimeout: s.o.HeaderTimeout, crowd: s.crowd, logger: s.o.Logger}, nil
}

// serve answers requests until ctx ends, and then those in flight.
func (s *Server) serve(ctx context.Context, listener net.Listener) error {
	defer s.inflight.end()
	if listener == nil {
		<-ctx.Done()
		s.stop()
		return nil
	}
	h := s.httpServer()
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Grace)
	defer cancel()
	if err := h.Shutdown(grace); err != nil {
		s.o.Logger.Warn("requests were cut off", "grace", s.o.Grace)
		_ = h.Close() // of connections that are lost anyway
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// stop begins the end: subscriptions end, other requests are answered.
func (s *Server) stop() {
	s.life.set(stopping)
	s.endStreams()
	s.endWaits()
}

// Bounds of HTTP/2. KCL keeps a stream open per subscription, and an SDK shares
// one connection among all of them: there must be room for a fleet's worth of
// shards, but each stream is a goroutine. One request's body may be 10 MiB and
// should not wait for credit.
const (
	maxConcurrentStreams = 4000
	streamWindow         = 1 << 20
	connectionWindow     = 4<<20 - 1 // the largest that net/http takes
)

// writeTimeout cuts off a client that takes nothing of what it is owed.
const writeTimeout = 30 * time.Second

func (s *Server) httpServer() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           s.handler,
		Protocols:         &protocols,
		ReadHeaderTimeout: s.o.HeaderTimeout,
		IdleTimeout:       s.o.IdleTimeout,
		MaxHeaderBytes:    s.o.MaxHeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxConcurrentStreams,
			MaxReceiveBufferPerStream:     streamWindow,
			MaxReceiveBufferPerConnection: connectionWindow,
			WriteByteTimeout:              writeTimeout,
		},
		ConnContext: withConn,
		// OPTIONS * is a request like any other: it has a host.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.o.Logger.Handler(), slog.LevelWarn),
	}
}
