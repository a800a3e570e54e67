package server

import (
	"net"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// crowd bounds the connections that are open: all of them, and those from one
// address, so that one machine cannot take every place. A client that sends slowly
// keeps its place for as long as its header or its body may take.
//
// Of IPv6 a network of 64 bits counts as one address: whoever has an address there
// has all of them.
type crowd struct {
	most, mostEach int
	metrics        crowdMetrics

	mu   sync.Mutex
	all  int
	from map[netip.Prefix]int
}

// The reasons to refuse a connection, as a metric's label and in the log.
const (
	tooMany     = "all"
	tooManyEach = "address"
)

func newCrowd(most, mostEach int, m crowdMetrics) *crowd {
	return &crowd{most: most, mostEach: mostEach, metrics: m, from: make(map[netip.Prefix]int)}
}

// enter takes a place for a connection from there, which leave gives back. If there
// is none it says why. Connections of no address are only counted together.
func (c *crowd) enter(from netip.Prefix) (refusal string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.all >= c.most:
		refusal = tooMany
	case from.IsValid() && c.from[from] >= c.mostEach:
		refusal = tooManyEach
	default:
		c.all++
		c.from[from]++
		c.metrics.open.Inc()
		return ""
	}
	c.metrics.refused.WithLabelValues(refusal).Inc()
	return refusal
}

func (c *crowd) leave(from netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	c.metrics.open.Dec()
	if c.from[from]--; c.from[from] == 0 {
		delete(c.from, from)
	}
}

// origin is what counts as the address of a client.
func origin(addr net.Addr) netip.Prefix {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{} // of a listener of the program's own
	}
	ip := tcp.AddrPort().Addr().Unmap()
	bits := ip.BitLen()
	if ip.Is6() && !ip.IsLoopback() {
		bits = 64
	}
	prefix, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		panic("BUG: server: no network of " + ip.String() + ": " + err.Error())
	}
	return prefix
}

// crowdMetrics tell of the connections of a server.
type crowdMetrics struct {
	open    prometheus.Gauge
	refused *prometheus.CounterVec
}

func newCrowdMetrics() crowdMetrics {
	return crowdMetrics{
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "freshet_connections",
			Help: "Connections that are open.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "freshet_connections_refused_total",
			Help: "Connections closed at once, because there were too many in all (all) or from one address (address).",
		}, []string{"reason"}),
	}
}

func (m *crowdMetrics) all() []prometheus.Collector { return []prometheus.Collector{m.open, m.refused} }
