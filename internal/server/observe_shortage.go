package server

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/vfs"
)

// shortage says that writes are refused: at once as a warning, for it may be over
// in a moment, and as an error when it lasts.
type shortage struct {
	logger *slog.Logger
	full   prometheus.Gauge

	mu struct {
		sync.Mutex
		since time.Time // zero: there is room
		said  bool      // that it lasts
	}
}

// shortagePatience is how long a shortage may last without being an error.
const shortagePatience = 5 * time.Second

// note is told that a shortage begins or lasts, and with nil that it is over.
func (s *shortage) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lasts := time.Since(s.mu.since)
	switch {
	case err == nil:
		s.logger.Info("writes are taken again", "after", lasts.Round(time.Millisecond))
		s.mu.since, s.mu.said = time.Time{}, false
		s.full.Set(0)
	case s.mu.since.IsZero():
		s.logger.Warn("writes are refused", "because", shortOf(err), "err", err)
		s.mu.since = time.Now()
		s.full.Set(1)
	case lasts > shortagePatience && !s.mu.said:
		s.logger.Error("writes are still refused", "because", shortOf(err), "since", s.mu.since, "err", err)
		s.mu.said = true
	}
}

// shortOf says what there is too little of.
func shortOf(err error) string {
	if errors.Is(err, vfs.ErrNoSpace) {
		return "the disk is full"
	}
	return "no more files can be opened"
}
