package shardlogtest

import (
	"errors"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

var configureTests = []test{
	{"ChangesNoRecord", configureChangesNoRecord},
	{"OfAnUnknownStream", configureOfAnUnknownStream},
	{"OfADroppedStream", configureOfADroppedStream},
}

// everySettings are the ways to keep a stream.
var everySettings = []shardlog.Settings{
	{},
	{Retention: 24 * time.Hour, Compression: shardlog.S2},
	{Retention: 7 * 24 * time.Hour},
	{Retention: 31 * 24 * time.Hour, Compression: shardlog.S2},
	{Retention: 365 * 24 * time.Hour},
}

// "Configure says how a stream is kept from now on. It touches no record."
func configureChangesNoRecord(r *rig) {
	s := shard(1)
	data := strings.Repeat("the same again, ", 100)
	for i, settings := range everySettings {
		if err := r.Configure(ctx(), s.Stream, settings); err != nil {
			r.Fatalf("Configure(%+v): %v", settings, err)
		}
		if got := r.try(entry(s, "k", data)); got[0].Err != nil || got[0].Offset != shardlog.Offset(i) {
			r.Fatalf("append after Configure(%+v): %+v", settings, got[0])
		}
	}
	batch, err := r.Read(ctx(), s, 0, plenty)
	if err != nil || len(batch.Records) != len(everySettings) {
		r.Fatalf("read of %d records, %v; want %d", len(batch.Records), err, len(everySettings))
	}
	for i, record := range batch.Records {
		if string(record.Data) != data {
			r.Errorf("record %d has %d bytes of data, want %d", i, len(record.Data), len(data))
		}
	}
}

// A stream is configured before its first record.
func configureOfAnUnknownStream(r *rig) {
	s := shard(1)
	if err := r.Configure(ctx(), s.Stream, shardlog.Settings{Compression: shardlog.S2}); err != nil {
		r.Fatalf("Configure: %v", err)
	}
	if got := r.State(s); got != (shardlog.State{}) {
		r.Errorf("state of a shard that was only configured: %+v, want the zero State", got)
	}
	if got := r.try(entry(s, "k", "data")); got[0].Err != nil {
		r.Errorf("append: %v", got[0].Err)
	}
}

// "A dropped one gives ErrDropped."
func configureOfADroppedStream(r *rig) {
	s := shard(1)
	if err := r.Drop(ctx(), s.Stream); err != nil {
		r.Fatalf("Drop: %v", err)
	}
	if err := r.Configure(ctx(), s.Stream, shardlog.Settings{}); !errors.Is(err, shardlog.ErrDropped) {
		r.Errorf("Configure of a dropped stream: %v, want ErrDropped", err)
	}
}
