package main

import (
	"fmt"

	"github.com/freshet/freshet/internal/series"
)

// report is what a soak has found.
type report struct {
	top     float64 // records/s
	share   float64
	counts  string
	samples *series.Series
	// step is how many samples a row of the table and of the plot stands for.
	step int
}

func (s *run) report(top float64) *report {
	c := &s.counts
	return &report{
		top: top, share: s.share, samples: s.samples, step: int(s.row.Seconds()),
		counts: fmt.Sprintf("%d records in %d appends and %d groups; tails met all but what was dropped over them: %d, look-ups %d;\n"+
			"%d shards sealed, %d streams dropped, %d segments written, %d removed; the folder verified and opened again",
			c.records.Load(), c.appends.Load(), c.groups.Load(), c.tailed.Load(), c.cold.Load(),
			c.sealed.Load(), c.dropped.Load(), c.segments.Load(), c.segmentsGone.Load()),
	}
}

// String tells it to people.
func (r *report) String() string {
	return fmt.Sprintf("%s\n\ntop speed %.0f records/s, kept to %.2f of it\n\n%s", r.counts, r.top, r.share, r.samples)
}

// write writes the table and the plot to the files that have names.
func (r *report) write(table, plot string) error {
	return r.samples.Condense(r.step).WriteFiles(table, plot, panels...)
}
