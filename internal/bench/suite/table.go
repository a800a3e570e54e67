package suite

import (
	"fmt"
	"io"
	"strings"
)

// table is a table of docs/benchmarks.md.
type table struct {
	head []string
	rows []*row
}

type row struct {
	name  string
	cells []string
}

func newTable(head ...string) *table { return &table{head: head} }

// add adds a round's figures to the row of that name, which is new in the first.
func (t *table) add(name string, cells ...string) {
	for _, r := range t.rows {
		if r.name == name {
			for i, c := range cells {
				r.cells[i] += " · " + c
			}
			return
		}
	}
	t.rows = append(t.rows, &row{name, cells})
}

func (t *table) print(w io.Writer) {
	line := func(cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	fmt.Fprintf(w, "|%s\n", strings.Repeat("---|", len(t.head)))
	for _, r := range t.rows {
		cells := append([]string{r.name}, r.cells...)
		for len(cells) < len(t.head) {
			cells = append(cells, "")
		}
		line(cells)
	}
	fmt.Fprintln(w)
}
