package disklog

// Stats is what a log has on the disk and in memory at one moment.
type Stats struct {
	// Segments are the segment files that the manifest names, with SegmentBytes
	// and SegmentRecords in them. Records that are dead and not removed yet, and
	// holes, are counted too.
	Segments       int
	SegmentBytes   int64
	SegmentRecords uint64
	// JournalFiles are all files of the journal, those that are prepared or spare
	// too, of JournalBytes.
	JournalFiles int
	JournalBytes int64
	// MemtableBytes is the memory of the records that are in no segment yet.
	MemtableBytes int64
}

// Stats counts. It takes each of two locks once, for microseconds, and touches no
// disk; the numbers are not all of the same instant.
func (l *Log) Stats() Stats {
	s := Stats{MemtableBytes: l.space.unflushed.Load()}
	v := l.segments.acquire()
	for _, segment := range v.segments {
		s.Segments++
		s.SegmentBytes += segment.size
		s.SegmentRecords += segment.records
	}
	l.segments.release(v)

	l.mu.Lock()
	defer l.mu.Unlock()
	count := func(files ...*journalFile) {
		for _, f := range files {
			if f != nil {
				s.JournalFiles++
				s.JournalBytes += f.size
			}
		}
	}
	count(l.mu.current, l.mu.next)
	count(l.mu.old...)
	count(l.mu.spares...)
	return s
}
