package server

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/audit"
)

// auditMetrics say what becomes of the audit's events.
type auditMetrics struct {
	written, dropped *prometheus.CounterVec
	failing          *prometheus.GaugeVec
	notRecorded      prometheus.Counter
}

func newAuditMetrics() auditMetrics {
	sink := []string{"sink"}
	return auditMetrics{
		written: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "freshet_audit_events_total",
			Help: "Events of the audit log that a sink has kept.",
		}, sink),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "freshet_audit_dropped_total",
			Help: "Events of the audit log that a sink never got: it failed for too long, or the server stopped meanwhile.",
		}, sink),
		failing: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "freshet_audit_failing",
			Help: "1 while a sink of the audit log keeps nothing.",
		}, sink),
		notRecorded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "freshet_audit_refusals_not_recorded_total",
			Help: "Requests that were refused for who made them, and were too many to be written down one by one.",
		}),
	}
}

func (m auditMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.written, m.dropped, m.failing, m.notRecorded}
}

// observer counts, and logs what the operator must know: when a sink begins to fail,
// and when it works again. What is dropped meanwhile is counted.
func (m auditMetrics) observer(logger *slog.Logger) audit.Observer {
	return audit.Observer{
		Written: func(sink string, n int) { m.written.WithLabelValues(sink).Add(float64(n)) },
		Dropped: func(sink string, n int) { m.dropped.WithLabelValues(sink).Add(float64(n)) },
		Failing: func(sink string, err error) {
			if err != nil {
				m.failing.WithLabelValues(sink).Set(1)
				logger.Error("audit sink fails", "sink", sink, "err", err)
				return
			}
			m.failing.WithLabelValues(sink).Set(0)
			logger.Info("audit sink works again", "sink", sink)
		},
		NotRecorded: m.notRecorded.Inc,
	}
}
