package series

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Series is a table of figures over time.
type Series struct {
	columns []string
	rows    [][]float64
}

// New returns an empty series. The first column is the second of each row; rows
// are added in its order.
func New(columns ...string) *Series { return &Series{columns: columns} }

// Columns returns how many columns there are.
func (s *Series) Columns() int { return len(s.columns) }

// Add adds a row. It panics unless there is a value for every column.
func (s *Series) Add(values ...float64) {
	if len(values) != len(s.columns) {
		panic(fmt.Sprintf("BUG: a row of %d values for %d columns", len(values), len(s.columns)))
	}
	s.rows = append(s.rows, values)
}

// Condense returns a series with a row of medians for each n rows of s, the last
// of perhaps fewer.
func (s *Series) Condense(n int) *Series {
	short := New(s.columns...)
	for part := range slices.Chunk(s.rows, max(n, 1)) {
		short.Add(medians(part, len(s.columns))...)
	}
	return short
}

// Thirds returns the medians of the first and of the last third of the rows.
func (s *Series) Thirds() (first, last []float64) {
	third := len(s.rows) / 3
	return medians(s.rows[:third], len(s.columns)), medians(s.rows[len(s.rows)-third:], len(s.columns))
}

// medians returns the median of each column; zeros of no rows.
func medians(rows [][]float64, columns int) []float64 {
	m := make([]float64, columns)
	if len(rows) == 0 {
		return m
	}
	values := make([]float64, len(rows))
	for c := range m {
		for i, row := range rows {
			values[i] = row[c]
		}
		slices.Sort(values)
		m[c] = values[len(values)/2]
	}
	return m
}

// String sets the first third against the last, for people.
func (s *Series) String() string {
	first, last := s.Thirds()
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s %12s %12s\n", "medians of", "first third", "last third")
	for c, name := range s.columns[1:] {
		fmt.Fprintf(&b, "%-18s %12.2f %12.2f\n", name, first[c+1], last[c+1])
	}
	return b.String()
}

// WriteCSV writes the columns' names and the rows.
func (s *Series) WriteCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	_ = w.Write(s.columns) // Error tells
	line := make([]string, len(s.columns))
	for _, row := range s.rows {
		for c, v := range row {
			line[c] = strconv.FormatFloat(v, 'g', 6, 64)
		}
		_ = w.Write(line)
	}
	w.Flush()
	return w.Error()
}

// column returns the place of a column. It panics if there is none of that name.
func (s *Series) column(name string) int {
	at := slices.Index(s.columns, name)
	if at < 0 {
		panic("BUG: no column " + name)
	}
	return at
}
