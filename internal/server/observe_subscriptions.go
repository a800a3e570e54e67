package server

import (
	"context"
	"iter"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// subscriptionMetrics tell of subscriptions while they go on: a request's own
// metrics come when it has ended, after minutes.
type subscriptionMetrics struct {
	open    prometheus.Gauge
	records *prometheus.CounterVec
	bytes   *prometheus.CounterVec
}

func newSubscriptionMetrics() subscriptionMetrics {
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"account", "region", "stream"})
	}
	return subscriptionMetrics{
		open:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "freshet_subscriptions", Help: "Subscriptions of SubscribeToShard that are open."}),
		records: counter("freshet_stream_pushed_records_total", "Records that were pushed, to all consumers together."),
		bytes:   counter("freshet_stream_pushed_bytes_total", "Bytes of data and partition keys that were pushed, to all consumers together."),
	}
}

func (m subscriptionMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.open, m.records, m.bytes}
}

func (m subscriptionMetrics) forget(account, region, stream string) {
	m.records.DeleteLabelValues(account, region, stream)
	m.bytes.DeleteLabelValues(account, region, stream)
}

type subscribing = func(context.Context, access.Caller, *kinesis.SubscribeToShardInput) (iter.Seq2[*kinesis.SubscribeToShardEvent, error], error)

func (m *Metrics) countPushed(subscribe subscribing) subscribing {
	return func(ctx context.Context, caller access.Caller, in *kinesis.SubscribeToShardInput) (iter.Seq2[*kinesis.SubscribeToShardEvent, error], error) {
		events, err := subscribe(ctx, caller, in)
		if err != nil {
			return nil, err
		}
		labels := []string{caller.Account(), caller.Region(), streamOfConsumer(*in.ConsumerARN)}
		return func(yield func(*kinesis.SubscribeToShardEvent, error) bool) {
			m.subscriptions.open.Inc()
			defer m.subscriptions.open.Dec()
			for e, err := range events {
				m.subscriptions.count(e, labels)
				if !yield(e, err) {
					return
				}
			}
		}, nil
	}
}

// count counts an event, nil for none. A stream without records has no series.
func (m subscriptionMetrics) count(e *kinesis.SubscribeToShardEvent, labels []string) {
	if e == nil || len(e.Records) == 0 {
		return
	}
	bytes := 0
	for i := range e.Records {
		bytes += size(e.Records[i].Data, e.Records[i].PartitionKey)
	}
	m.records.WithLabelValues(labels...).Add(float64(len(e.Records)))
	m.bytes.WithLabelValues(labels...).Add(float64(bytes))
}

// streamOfConsumer is the name of a consumer's stream. It is cloned, as that of
// streamOf is.
func streamOfConsumer(arn string) string {
	_, name, _ := strings.Cut(arn, ":stream/")
	name, _, _ = strings.Cut(name, "/")
	return strings.Clone(name)
}
