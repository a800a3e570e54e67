package main

import (
	"fmt"
	"math"
	"strings"
)

// The plot is three panels over the same time. Its colours are readable on white
// and on black, and its texts take the reader's.
const (
	plotWidth   = 860
	panelHeight = 150
	panelGap    = 46
	leftMargin  = 64
	topMargin   = 34
)

// line is one line of a panel.
type line struct {
	column column
	colour string
}

// panel is lines that share an axis.
type panel struct {
	title string
	lines []line
}

func panels() []panel {
	by := map[string]column{}
	for _, c := range columns {
		by[c.name] = c
	}
	return []panel{
		{"append, ms", []line{{by["p99 ms"], "#d9730d"}, {by["p50 ms"], "#2f8fd8"}}},
		{"memory, MiB", []line{{by["resident MiB"], "#d9730d"}, {by["heap MiB"], "#2f8fd8"}}},
		{"data folder, MiB", []line{{by["folder MiB"], "#3a9d5d"}}},
	}
}

// plot returns the plot as SVG.
func (r *report) plot() string {
	list := panels()
	height := topMargin + len(list)*(panelHeight+panelGap)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`+"\n", plotWidth, height)
	b.WriteString("<style>text { fill: #333 } .axis { stroke: #8886 } @media (prefers-color-scheme: dark) { text { fill: #ddd } }</style>\n")
	end := 1.0
	if n := len(r.rows); n > 0 {
		end = max(r.rows[n-1].second, 1)
	}
	for i, p := range list {
		r.panel(&b, p, topMargin+i*(panelHeight+panelGap), end)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// panel draws one panel from top down; end is the last second.
func (r *report) panel(b *strings.Builder, p panel, top int, end float64) {
	highest := 0.0
	for _, l := range p.lines {
		for i := range r.rows {
			highest = max(highest, *l.column.of(&r.rows[i]))
		}
	}
	highest = roundUp(highest)
	x := func(second float64) float64 { return leftMargin + second/end*(plotWidth-leftMargin-16) }
	y := func(value float64) float64 { return float64(top) + panelHeight*(1-value/highest) }
	fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="bold">%s</text>`+"\n", leftMargin, top-12, p.title)
	for i := range 5 {
		value := highest * float64(i) / 4
		fmt.Fprintf(b, `<line class="axis" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`+"\n",
			leftMargin, plotWidth-16, y(value), y(value), leftMargin-8, y(value)+4, value)
	}
	for i := range 7 {
		second := end * float64(i) / 6
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x(second), top+panelHeight+16, clock(second))
	}
	for i, l := range p.lines {
		var points strings.Builder
		for k := range r.rows {
			fmt.Fprintf(&points, "%.1f,%.1f ", x(r.rows[k].second), y(*l.column.of(&r.rows[k])))
		}
		fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="1.6" points="%s"/>`+"\n", l.colour, strings.TrimSpace(points.String()))
		at := plotWidth - 16 - 110*(len(p.lines)-i) + 20
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="12" height="3" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n",
			at, top-17, l.colour, at+18, top-12, l.column.name)
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
