package server

import (
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/streams"
)

// throttles counts what limits refuse, and says so in the log, once a minute for
// each limit of each stream: a client that is throttled tries again and again.
type throttles struct {
	logger  *slog.Logger
	refused *prometheus.CounterVec

	mu struct {
		sync.Mutex
		// said is when a limit was last in the log.
		said map[throttle]time.Time
		// accounts are those whose calls were refused. Their names are what clients
		// choose, unlike streams, which somebody has made.
		accounts map[throttle]bool
	}
}

// throttle is a limit of a stream, or of an account if stream is "".
type throttle struct{ account, region, stream, limit string }

const (
	throttleSilence = time.Minute
	// maxThrottles bounds what is remembered. Beyond it lines may repeat
	// themselves.
	maxThrottles = 10_000
	// maxThrottledAccounts bounds the series of accounts. Beyond it they are
	// counted together, as otherAccounts.
	maxThrottledAccounts = 1000
	otherAccounts        = "other"
)

func newThrottled() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "freshet_throttled_total",
		Help: "Records and calls that a limit refused; stream is empty for the calls that an account is counted for.",
	}, []string{"account", "region", "stream", "limit"})
}

// note is told of a refusal.
func (t *throttles) note(e streams.Throttled) {
	k := throttle{e.Account, e.Region, e.Stream, e.Limit}
	series, say := t.remember(k, time.Now())
	t.refused.WithLabelValues(series.account, series.region, series.stream, series.limit).Add(float64(e.Count))
	if say {
		t.logger.Warn("throttled", "account", e.Account, "region", e.Region, "stream", e.Stream, "limit", e.Rate, "refused", e.Count)
	}
}

// remember returns the series that k is counted in, and whether the log is to have
// a line.
func (t *throttles) remember(k throttle, now time.Time) (series throttle, say bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last, ok := t.mu.said[k]; !ok || now.Sub(last) >= throttleSilence {
		say = true
		if t.mu.said == nil || len(t.mu.said) >= maxThrottles {
			t.mu.said = map[throttle]time.Time{}
		}
		t.mu.said[k] = now
	}
	if k.stream != "" || t.mu.accounts[k] {
		return k, say
	}
	if len(t.mu.accounts) >= maxThrottledAccounts {
		return throttle{otherAccounts, "", "", k.limit}, say
	}
	if t.mu.accounts == nil {
		t.mu.accounts = map[throttle]bool{}
	}
	t.mu.accounts[k] = true
	return k, say
}
