package main

import (
	"fmt"

	"github.com/freshet/freshet/internal/series"
)

// report is what a soak has found.
type report struct {
	counts  string
	samples *series.Series
	// step is how many samples a row of the table and of the plot stands for.
	step int
}

func (s *run) report() *report {
	c := &s.counts
	return &report{
		samples: s.samples, step: int(s.row.Seconds()),
		counts: fmt.Sprintf("%d records put, each met by polling and by push (%d, %d); %d splits, %d merges, %d scalings, %d subscriptions, %d trims, %d passing streams",
			c.records.Load(), c.polled.Load(), c.pushed.Load(), c.splits.Load(), c.merges.Load(), c.scalings.Load(), c.subscriptions.Load(), c.trims.Load(), c.passed.Load()),
	}
}

// String tells it to people.
func (r *report) String() string { return fmt.Sprintf("%s\n\n%s", r.counts, r.samples) }

// write writes the table and the plot to the files that have names.
func (r *report) write(table, plot string) error {
	return r.samples.Condense(r.step).WriteFiles(table, plot, panels...)
}
