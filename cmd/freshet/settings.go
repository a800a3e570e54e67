package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/config"
)

// where are the flags that several commands share.
type where struct {
	Config string `placeholder:"FILE" help:"Configuration file, like the annotated freshet.yaml (FRESHET_CONFIG)."`
	Listen string `placeholder:"HOST:PORT" help:"Address of the server (127.0.0.1:4566)."`
	Data   string `placeholder:"DIR" help:"Data folder (./freshet-data)."`
}

// settings reads the configuration and applies the flags on top.
func (p *program) settings(w where) (config.Settings, error) {
	file := w.Config
	if file == "" {
		file, _ = p.lookup("FRESHET_CONFIG")
	}
	s, err := config.Load(file, p.lookup)
	if err := errors.Join(err, config.CheckEnvironment(p.environ())); err != nil {
		return s, configError{err}
	}
	if w.Listen != "" {
		if err := s.SetListen(w.Listen); err != nil {
			return s, configError{fmt.Errorf("--listen (server.listen): %q: %w", w.Listen, err)}
		}
	}
	if w.Data != "" {
		s.Server.DataDir = w.Data
		if s.Server.Durability == freshet.DurabilityMemory {
			s.Server.Durability = freshet.DurabilitySync // a flag beats the file
		}
	}
	s.Server.Version = version()
	s.Server.Logger = p.logger(s.Log)
	return s, nil
}

func (p *program) logger(l config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(p.stderr, options))
	}
	return slog.New(slog.NewTextHandler(p.stderr, options))
}

// errNoEndpoint is returned to who asks where a server is that listens nowhere.
var errNoEndpoint = configError{errors.New("server.listen is off: such a server has no address to point to")}

// endpoint is the URL of the server that s describes.
func endpoint(s config.Settings) (string, error) {
	if s.Server.Listen == freshet.NoListener {
		return "", errNoEndpoint
	}
	return endpointOf(s.Server.Listen), nil
}

// endpointOf is the URL under which this machine reaches a listener.
func endpointOf(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
