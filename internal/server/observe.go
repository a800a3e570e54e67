package server

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/freshet/freshet/internal/wire"
)

// Metrics are the numbers behind /_freshet/metrics. Each server has its own
// registry, so that a program may run several.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	bytesIn   *prometheus.CounterVec
	bytesOut  *prometheus.CounterVec
	keyChecks *prometheus.CounterVec
	streams   streamMetrics
	disk      diskMetrics
	audit     auditMetrics

	subscriptions subscriptionMetrics
	connections   crowdMetrics
}

// NewMetrics makes the metrics of one server. version is what
// freshet_build_info names.
func NewMetrics(version string) *Metrics {
	operation := []string{"service", "op"}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "freshet_api_requests_total",
			Help: "Requests answered, by operation and AWS's error code; code is OK for success.",
		}, []string{"service", "op", "code"}),
		durations: prometheus.NewHistogramVec(histogram(
			"freshet_api_request_duration_seconds",
			"Time from a request's header to its answer, by operation.",
			0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
		), operation),
		bytesIn: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "freshet_api_request_bytes_total",
			Help: "Bytes of request bodies, by operation.",
		}, operation),
		bytesOut: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "freshet_api_response_bytes_total",
			Help: "Bytes of response bodies, by operation.",
		}, operation),
		keyChecks: newKeyChecks(),
		streams:   newStreamMetrics(),
		disk:      newDiskMetrics(),
		audit:     newAuditMetrics(),

		subscriptions: newSubscriptionMetrics(),
		connections:   newCrowdMetrics(),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "freshet_build_info",
		Help:        "1, with what this server was built from as labels.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.durations, m.bytesIn, m.bytesOut, m.keyChecks, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(m.streams.all()...)
	m.registry.MustRegister(m.subscriptions.all()...)
	m.registry.MustRegister(m.disk.all()...)
	m.registry.MustRegister(m.audit.all()...)
	m.registry.MustRegister(m.connections.all()...)
	return m
}

// histogram is a native histogram with classic buckets beside it, for scrapers
// that do not speak protobuf.
func histogram(name, help string, buckets ...float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:    1.1,
		NativeHistogramMaxBucketNumber: 100,
	}
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// observe counts an answer. It is called once per request.
func (m *Metrics) observe(o wire.Observation) {
	code := o.Code
	if code == "" {
		code = "OK"
	}
	m.requests.WithLabelValues(o.Service, o.Operation, code).Inc()
	m.durations.WithLabelValues(o.Service, o.Operation).Observe(o.Duration.Seconds())
	m.bytesIn.WithLabelValues(o.Service, o.Operation).Add(float64(o.BytesIn))
	m.bytesOut.WithLabelValues(o.Service, o.Operation).Add(float64(o.BytesOut))
}
