package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/streams"
)

func newKeyChecks() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "freshet_key_checks_total",
		Help: "Questions to the provider of keys whether a stream's key may still be used; unknown: it was not reached, and its streams go on.",
	}, []string{"outcome"})
}

// keyChecked counts a question to the provider of keys.
func (m *Metrics) keyChecked(c streams.KeyCheck) { m.keyChecks.WithLabelValues(c.Outcome()).Inc() }
