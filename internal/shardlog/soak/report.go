package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"
)

// report is what a soak has found.
type report struct {
	top    float64 // records/s
	share  float64
	counts string
	// rows are the medians of some seconds each; first and last those of the
	// first and the last third of all.
	rows        []sample
	first, last sample
}

func (s *run) report(top float64) *report {
	c := &s.counts
	r := &report{top: top, share: s.share}
	r.counts = fmt.Sprintf("%d records in %d appends and %d groups; tails met all but what was dropped over them: %d, look-ups %d;\n"+
		"%d shards sealed, %d streams dropped, %d segments written, %d removed; the folder verified and opened again",
		c.records.Load(), c.appends.Load(), c.groups.Load(), c.tailed.Load(), c.cold.Load(),
		c.sealed.Load(), c.dropped.Load(), c.segments.Load(), c.segmentsGone.Load())
	step := max(int(s.row.Seconds()), 1)
	for from := 0; from < len(s.samples); from += step {
		row := medians(s.samples[from:min(from+step, len(s.samples))])
		r.rows = append(r.rows, row)
	}
	third := len(s.samples) / 3
	r.first, r.last = medians(s.samples[:third]), medians(s.samples[len(s.samples)-third:])
	return r
}

// String tells it to people.
func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\ntop speed %.0f records/s, kept to %.2f of it\n\n", r.counts, r.top, r.share)
	fmt.Fprintf(&b, "%-14s %12s %12s\n", "medians of", "first third", "last third")
	for _, c := range columns[1:] {
		fmt.Fprintf(&b, "%-14s %12.2f %12.2f\n", c.name, *c.of(&r.first), *c.of(&r.last))
	}
	return b.String()
}

// write writes the table and the plot to the files that have names.
func (r *report) write(table, plot string) error {
	var err error
	if table != "" {
		err = writeFile(table, r.table)
	}
	if plot != "" {
		err = errors.Join(err, os.WriteFile(plot, []byte(r.plot()), 0o644))
	}
	return err
}

func writeFile(name string, fill func(*csv.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(csv.NewWriter(f)), f.Close())
}

func (r *report) table(w *csv.Writer) error {
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = c.name
	}
	_ = w.Write(line) // Error tells
	for i := range r.rows {
		for k, c := range columns {
			line[k] = fmt.Sprintf("%.6g", *c.of(&r.rows[i]))
		}
		_ = w.Write(line)
	}
	w.Flush()
	return w.Error()
}
