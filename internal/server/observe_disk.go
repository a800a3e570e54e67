package server

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/freshet/freshet/internal/shardlog/disklog"
)

// diskMetrics are what the engine on disk reports.
type diskMetrics struct {
	sync         prometheus.Histogram
	groupBytes   prometheus.Histogram
	groupEntries prometheus.Histogram
	segments     prometheus.Counter
	segmentBytes prometheus.Counter
	removed      prometheus.Counter
	rotations    prometheus.Counter
	noSpace      prometheus.Gauge
	corruptions  prometheus.Counter
}

func newDiskMetrics() diskMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	return diskMetrics{
		sync: prometheus.NewHistogram(histogram("freshet_wal_fsync_seconds",
			"Time that the disk took to make a group of the journal durable.",
			0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)),
		groupBytes: prometheus.NewHistogram(histogram("freshet_wal_group_bytes",
			"Bytes of a group of the journal.",
			4<<10, 16<<10, 64<<10, 256<<10, 1<<20, 4<<20, 8<<20)),
		groupEntries: prometheus.NewHistogram(histogram("freshet_wal_group_entries",
			"Records in a group of the journal.",
			1, 4, 16, 64, 256, 1024, 4096, 16384)),
		segments:     counter("freshet_disk_segments_written_total", "Segments that memory was flushed to."),
		segmentBytes: counter("freshet_disk_segment_bytes_total", "Bytes of those segments."),
		removed:      counter("freshet_disk_segments_removed_total", "Segments in which nothing was alive any more."),
		rotations:    counter("freshet_wal_rotations_total", "Journal files that began to be used."),
		noSpace: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "freshet_disk_full", Help: "1 while writes are refused because the disk is full.",
		}),
		corruptions: counter("freshet_disk_corruptions_total", "Damage met while reading."),
	}
}

func (d diskMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{
		d.sync, d.groupBytes, d.groupEntries, d.segments, d.segmentBytes, d.removed, d.rotations, d.noSpace, d.corruptions,
	}
}

// DiskEvents makes numbers of what the engine on disk reports, and log lines of
// what somebody must know.
func (m *Metrics) DiskEvents(logger *slog.Logger) disklog.Events {
	d := m.disk
	return disklog.Events{
		GroupCommitted: func(g disklog.GroupCommitted) {
			d.sync.Observe(g.Sync.Seconds())
			d.groupBytes.Observe(float64(g.Bytes))
			d.groupEntries.Observe(float64(g.Entries))
		},
		JournalRotated: func(j disklog.JournalRotated) {
			d.rotations.Inc()
			logger.Debug("journal file begun", "sequence", j.Sequence, "bytes", j.Size)
		},
		SegmentWritten: func(s disklog.SegmentWritten) {
			d.segments.Inc()
			d.segmentBytes.Add(float64(s.Bytes))
			logger.Debug("segment written", "number", s.Number, "records", s.Records, "bytes", s.Bytes, "took", s.Duration)
		},
		SegmentRemoved: func(number uint64) {
			d.removed.Inc()
			logger.Debug("segment removed", "number", number)
		},
		NoSpace: func(err error) {
			if err == nil {
				d.noSpace.Set(0)
				logger.Info("there is room on the disk again, writes are taken")
				return
			}
			d.noSpace.Set(1)
			logger.Error("disk is full, writes are refused until there is room", "err", err)
		},
		Corruption: func(c *disklog.CorruptionError) {
			d.corruptions.Inc()
			logger.Error("damage on the disk", "err", c)
		},
	}
}
