package server

import (
	"log/slog"
	"net"
	"time"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// Options is what a Server is made of. Every field is set by the caller; the
// root package knows the defaults.
type Options struct {
	// Log and Meta are open. The server runs the log and closes neither.
	Log  shardlog.Log
	Meta meta.Store

	// Listener is used if set, and closed; else Listen names the address, and
	// "" none: then only Handler leads in.
	Listener net.Listener
	Listen   string

	AllowedHosts   []string
	AllowedOrigins []string

	HeaderTimeout  time.Duration
	BodyGrace      time.Duration
	IdleTimeout    time.Duration
	MaxHeaderBytes int
	BodyBudget     int64
	Grace          time.Duration

	TransitionDelay time.Duration
	Compression     shardlog.Compression

	Version string
	Metrics *Metrics
	Logger  *slog.Logger
}
