package server

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
)

// phase is how far a server is.
type phase int32

const (
	starting phase = iota
	ready
	stopping
)

func (p phase) String() string { return [...]string{"starting", "ready", "stopping"}[p] }

// life is the phase, which every request looks at.
type life struct{ now atomic.Int32 }

func (l *life) set(p phase) { l.now.Store(int32(p)) }
func (l *life) get() phase  { return phase(l.now.Load()) }

// becomeReady leaves starting; who is told to stop while starting stays so.
func (l *life) becomeReady() { l.now.CompareAndSwap(int32(starting), int32(ready)) }

// Paths of pages that say nothing but how the server is.
const (
	healthPath  = "/_freshet/healthz"
	readyPath   = "/_freshet/readyz"
	metricsPath = "/_freshet/metrics"
)

// pages serves what is not AWS's API. In production everything but health and the
// authority's certificate, which every handshake shows, wants a signature or a
// token; without it so does the extension API. (Metrics name streams: in dev they
// are open, on loopback.)
func (s *Server) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+healthPath, alive)
	mux.HandleFunc("GET "+readyPath, s.readyz)
	if s.o.Certificates != nil {
		mux.HandleFunc("GET /_freshet/ca.pem", s.authority)
	}
	if s.o.Production {
		mux.Handle("GET "+metricsPath, s.withMetricsToken(s.metrics.handler()))
	} else {
		mux.Handle("GET "+metricsPath, s.metrics.handler())
		s.foreignHealth(mux)
	}
	s.extensionRoutes(mux)

	// What changes something must not be reachable from another site's page.
	return http.NewCrossOriginProtection().Handler(mux)
}

// foreignHealth adds the names under which other local endpoints are asked how
// they are.
func (s *Server) foreignHealth(mux *http.ServeMux) {
	mux.HandleFunc("GET /_localstack/health", s.localstack)
	mux.HandleFunc("GET /_health", s.readyz)
	mux.HandleFunc("GET /_health/live", alive)
	mux.HandleFunc("GET /_health/ready", s.readyz)
}

// alive says that the process answers.
func alive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether operations are answered: the log is recovered, the catalog
// loaded, the engine alive.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	status := http.StatusOK
	now := s.life.get()
	if now != ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, map[string]string{"status": now.String()})
}

// localstack answers in the form that test tools wait for.
func (s *Server) localstack(w http.ResponseWriter, _ *http.Request) {
	state := "running"
	if s.life.get() != ready {
		state = s.life.get().String()
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"services": map[string]string{"kinesis": state},
		"edition":  "freshet",
		"version":  s.o.Version,
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
}
