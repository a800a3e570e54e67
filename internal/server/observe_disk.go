package server

import (
	"log/slog"
	"time"

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
	rewritten    prometheus.Counter
	punched      prometheus.Counter
	rotations    prometheus.Counter
	noSpace      prometheus.Gauge
	corruptions  prometheus.Counter
	damaged      prometheus.Gauge
}

func newDiskMetrics() diskMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	return diskMetrics{
		sync: prometheus.NewHistogram(histogram("freshet_wal_fsync_seconds",
			"Time that a sync of the journal took.",
			0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)),
		groupBytes: prometheus.NewHistogram(histogram("freshet_wal_group_bytes",
			"Bytes of a group of the journal.",
			4<<10, 16<<10, 64<<10, 256<<10, 1<<20, 4<<20, 8<<20)),
		groupEntries: prometheus.NewHistogram(histogram("freshet_wal_group_entries",
			"Records in a group of the journal.",
			1, 4, 16, 64, 256, 1024, 4096, 16384)),
		segments:     counter("freshet_disk_segments_written_total", "Segments that memory was flushed to."),
		segmentBytes: counter("freshet_disk_segments_written_bytes_total", "Bytes of those segments."),
		removed:      counter("freshet_disk_segments_removed_total", "Segments in which nothing was alive any more."),
		rewritten:    counter("freshet_disk_rewritten_bytes_total", "Bytes of segments that were made of others to give space back."),
		punched:      counter("freshet_disk_punched_bytes_total", "Bytes that were given back within segments."),
		rotations:    counter("freshet_wal_rotations_total", "Journal files that began to be used."),
		noSpace: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "freshet_disk_full", Help: "1 while writes are refused because the disk is full, or no file can be opened.",
		}),
		corruptions: counter("freshet_disk_corruptions_total", "Reads that met damage."),
		damaged: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "freshet_disk_damaged_places", Help: "Places in which reads have met damage since the start. Each is logged once.",
		}),
	}
}

func (d diskMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{
		d.sync, d.groupBytes, d.groupEntries, d.segments, d.segmentBytes, d.removed, d.rewritten, d.punched, d.rotations, d.noSpace, d.corruptions, d.damaged,
	}
}

// DiskEvents makes numbers of what the engine on disk reports, and log lines of
// what somebody must know.
func (m *Metrics) DiskEvents(logger *slog.Logger) disklog.Events {
	d := m.disk
	short := shortage{logger: logger, full: d.noSpace}
	damage := damages{logger: logger, met: d.corruptions, places: d.damaged}
	return disklog.Events{
		GroupCommitted: func(g disklog.GroupCommitted) {
			d.groupBytes.Observe(float64(g.Bytes))
			d.groupEntries.Observe(float64(g.Entries))
		},
		JournalSynced: func(took time.Duration) { d.sync.Observe(took.Seconds()) },
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
		SegmentRewritten: func(s disklog.SegmentRewritten) {
			d.rewritten.Add(float64(s.Written))
			logger.Debug("segments rewritten", "number", s.Number, "inputs", s.Inputs, "before", s.Before, "bytes", s.Written, "took", s.Duration)
		},
		HolePunched: func(h disklog.HolePunched) {
			d.punched.Add(float64(h.Bytes))
			logger.Debug("segment punched", "number", h.Number, "bytes", h.Bytes)
		},
		SpaceKept: func(err error) {
			logger.Warn("space on the disk could not be given back", "err", err)
		},
		NoSpace:    short.note,
		Corruption: damage.note,
	}
}

// WatchDisk adds what log has on the disk and in memory, counted when it is asked
// for.
func (m *Metrics) WatchDisk(log *disklog.Log) {
	gauge := func(name, help string, value func(disklog.Stats) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
			func() float64 { return value(log.Stats()) }))
	}
	gauge("freshet_disk_segments", "Segment files.",
		func(s disklog.Stats) float64 { return float64(s.Segments) })
	gauge("freshet_disk_segments_bytes", "Bytes of segment files.",
		func(s disklog.Stats) float64 { return float64(s.SegmentBytes) })
	gauge("freshet_disk_segments_records", "Records in segment files, dead ones that are not removed yet too.",
		func(s disklog.Stats) float64 { return float64(s.SegmentRecords) })
	gauge("freshet_wal_files", "Files of the journal, those made in advance too.",
		func(s disklog.Stats) float64 { return float64(s.JournalFiles) })
	gauge("freshet_wal_bytes", "Bytes of the journal's files.",
		func(s disklog.Stats) float64 { return float64(s.JournalBytes) })
	gauge("freshet_memtable_bytes", "Memory of records that are in no segment yet.",
		func(s disklog.Stats) float64 { return float64(s.MemtableBytes) })
}
