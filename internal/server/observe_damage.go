package server

import (
	"log/slog"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/shardlog/disklog"
)

// damages says where the disk is damaged: each place once, however often it is
// read.
type damages struct {
	logger *slog.Logger
	met    prometheus.Counter
	places prometheus.Gauge

	mu struct {
		sync.Mutex
		known map[place]bool
	}
}

type place struct {
	file   string
	offset int64
}

// maxPlaces bounds what is remembered of damage. Beyond it a disk is so broken
// that its lines may repeat themselves.
const maxPlaces = 10_000

func (d *damages) note(c *disklog.CorruptionError) {
	d.met.Inc()
	d.mu.Lock()
	defer d.mu.Unlock()
	at := place{c.File, c.Offset}
	if d.mu.known[at] {
		return
	}
	if d.mu.known == nil || len(d.mu.known) == maxPlaces {
		d.mu.known = map[place]bool{}
	}
	d.mu.known[at] = true
	d.places.Inc()
	d.logger.Error("damage on the disk", "file", c.File, "byte", c.Offset, "reason", c.Reason)
}
