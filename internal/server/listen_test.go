package server

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"strings"
	"testing"
)

func TestTLSIsRefusedInItsOwnWords(t *testing.T) {
	var log bytes.Buffer
	o := options(nil)
	o.Listen = "127.0.0.1:0"
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s, stop := start(t, o)
	for range 3 {
		_, err := tls.Dial("tcp", s.Address(), &tls.Config{ServerName: "localhost"})
		if err == nil || !strings.Contains(err.Error(), "handshake failure") {
			t.Errorf("Dial: %v", err)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "server.tls is off"); n != 1 {
		t.Errorf("%d lines in the log:\n%s", n, log.String())
	}
}
