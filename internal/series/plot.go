package series

import (
	"fmt"
	"math"
	"strings"
)

// The sizes of a plot, in pixels. Its colours are readable on white and on black,
// and its texts take the reader's.
const (
	plotWidth   = 860
	panelHeight = 150
	panelGap    = 46
	leftMargin  = 64
	rightMargin = 16
	topMargin   = 34
)

// Panel is a part of a plot: columns that share an axis, at most three.
type Panel struct {
	Title   string
	Columns []string
}

var colours = []string{"#d9730d", "#2f8fd8", "#3a9d5d"}

// Plot returns s as SVG, one panel below the other. It panics on a column that
// there is not.
func (s *Series) Plot(panels ...Panel) string {
	height := topMargin + len(panels)*(panelHeight+panelGap)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`+"\n", plotWidth, height)
	b.WriteString("<style>text { fill: #333 } .axis { stroke: #8886 } @media (prefers-color-scheme: dark) { text { fill: #ddd } }</style>\n")
	end := 1.0
	if n := len(s.rows); n > 0 {
		end = max(s.rows[n-1][0], 1)
	}
	for i, p := range panels {
		d := drawing{&b, s, float64(topMargin + i*(panelHeight+panelGap)), end, s.highest(p)}
		d.axes(p)
		d.lines(p)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// highest returns where the axis of p ends.
func (s *Series) highest(p Panel) float64 {
	highest := 0.0
	for _, name := range p.Columns {
		c := s.column(name)
		for _, row := range s.rows {
			highest = max(highest, row[c])
		}
	}
	return roundUp(highest)
}

// drawing draws one panel from top down.
type drawing struct {
	b       *strings.Builder
	s       *Series
	top     float64
	end     float64 // the last second
	highest float64 // of the axis
}

func (d *drawing) x(second float64) float64 {
	return leftMargin + second/d.end*(plotWidth-leftMargin-rightMargin)
}

func (d *drawing) y(value float64) float64 { return d.top + panelHeight*(1-value/d.highest) }

func (d *drawing) axes(p Panel) {
	fmt.Fprintf(d.b, `<text x="%d" y="%.0f" font-weight="bold">%s</text>`+"\n", leftMargin, d.top-12, p.Title)
	for i := range 5 {
		value := d.highest * float64(i) / 4
		fmt.Fprintf(d.b, `<line class="axis" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`+"\n",
			leftMargin, plotWidth-rightMargin, d.y(value), d.y(value), leftMargin-8, d.y(value)+4, value)
	}
	for i := range 7 {
		second := d.end * float64(i) / 6
		fmt.Fprintf(d.b, `<text x="%.1f" y="%.0f" text-anchor="middle">%s</text>`+"\n", d.x(second), d.top+panelHeight+16, clock(second))
	}
}

func (d *drawing) lines(p Panel) {
	for i, name := range p.Columns {
		c := d.s.column(name)
		var points strings.Builder
		for _, row := range d.s.rows {
			fmt.Fprintf(&points, "%.1f,%.1f ", d.x(row[0]), d.y(row[c]))
		}
		fmt.Fprintf(d.b, `<polyline fill="none" stroke="%s" stroke-width="1.6" points="%s"/>`+"\n", colours[i], strings.TrimSpace(points.String()))
		at := plotWidth - rightMargin - 120*(len(p.Columns)-i) + 20
		fmt.Fprintf(d.b, `<rect x="%d" y="%.0f" width="12" height="3" fill="%s"/><text x="%d" y="%.0f">%s</text>`+"\n",
			at, d.top-17, colours[i], at+18, d.top-12, name)
	}
}

// roundUp returns the next number above x that divides well by four, or 1.
func roundUp(x float64) float64 {
	if x <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, digit := range []float64{1, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8} {
		if x <= digit*power {
			return digit * power
		}
	}
	return 10 * power
}

// clock writes a time as minutes and seconds.
func clock(second float64) string {
	n := int(second + 0.5)
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}
