package server

import (
	"context"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// streamMetrics count what was put, per stream. They are taken at the door, from
// the operations' inputs and outputs, so that the service needs to know nothing
// of metrics.
type streamMetrics struct {
	bytes     *prometheus.CounterVec
	records   *prometheus.CounterVec
	throttled *prometheus.CounterVec // see throttles
}

func newStreamMetrics() streamMetrics {
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"account", "region", "stream"})
	}
	return streamMetrics{
		bytes:     counter("freshet_stream_incoming_bytes_total", "Bytes of data and partition keys that were put."),
		records:   counter("freshet_stream_incoming_records_total", "Records that were put."),
		throttled: newThrottled(),
	}
}

func (m streamMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.bytes, m.records, m.throttled}
}

func (m streamMetrics) add(caller access.Caller, name, arn *string, records, bytes int) {
	stream := streamOf(name, arn)
	m.records.WithLabelValues(caller.Account(), caller.Region(), stream).Add(float64(records))
	m.bytes.WithLabelValues(caller.Account(), caller.Region(), stream).Add(float64(bytes))
}

// streamOf is the name of the stream that a request named in one way or the
// other. It is cloned: requests alias memory that is used again.
func streamOf(name, arn *string) string {
	switch {
	case name != nil:
		return strings.Clone(*name)
	case arn != nil:
		return strings.Clone((*arn)[strings.LastIndexByte(*arn, '/')+1:])
	default:
		return ""
	}
}

// operation is a method of a service.
type operation[In, Out any] = func(context.Context, access.Caller, *In) (*Out, error)

func (m *Metrics) countRecord(put operation[kinesis.PutRecordInput, kinesis.PutRecordOutput]) operation[kinesis.PutRecordInput, kinesis.PutRecordOutput] {
	return func(ctx context.Context, caller access.Caller, in *kinesis.PutRecordInput) (*kinesis.PutRecordOutput, error) {
		out, err := put(ctx, caller, in)
		if err == nil {
			m.streams.add(caller, in.StreamName, in.StreamARN, 1, size(in.Data, in.PartitionKey))
		}
		return out, err
	}
}

func (m *Metrics) countRecords(put operation[kinesis.PutRecordsInput, kinesis.PutRecordsOutput]) operation[kinesis.PutRecordsInput, kinesis.PutRecordsOutput] {
	return func(ctx context.Context, caller access.Caller, in *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
		out, err := put(ctx, caller, in)
		if err != nil {
			return nil, err
		}
		records, bytes := 0, 0
		for i := range out.Records {
			if out.Records[i].ErrorCode == nil {
				records++
				bytes += size(in.Records[i].Data, in.Records[i].PartitionKey)
			}
		}
		m.streams.add(caller, in.StreamName, in.StreamARN, records, bytes)
		return out, nil
	}
}

func size(data []byte, key *string) int {
	if key == nil {
		return len(data)
	}
	return len(data) + len(*key)
}

// forget ends the series of a stream that is deleted.
func (m *Metrics) forget(remove operation[kinesis.DeleteStreamInput, kinesis.DeleteStreamOutput]) operation[kinesis.DeleteStreamInput, kinesis.DeleteStreamOutput] {
	return func(ctx context.Context, caller access.Caller, in *kinesis.DeleteStreamInput) (*kinesis.DeleteStreamOutput, error) {
		out, err := remove(ctx, caller, in)
		if err == nil {
			m.forgetStream(caller.Account(), caller.Region(), streamOf(in.StreamName, in.StreamARN))
		}
		return out, err
	}
}

func (m *Metrics) forgetStream(account, region, stream string) {
	m.streams.forget(account, region, stream)
	m.subscriptions.forget(account, region, stream)
}

func (m streamMetrics) forget(account, region, stream string) {
	m.records.DeleteLabelValues(account, region, stream)
	m.bytes.DeleteLabelValues(account, region, stream)
	m.throttled.DeletePartialMatch(prometheus.Labels{"account": account, "region": region, "stream": stream})
}
