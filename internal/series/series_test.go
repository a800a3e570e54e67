package series

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// nine returns a series of nine rows: seconds, something flat, something that grows.
func nine() *Series {
	s := New("second", "flat", "grows")
	for i := range 9 {
		s.Add(float64(i), 5, float64(10*i))
	}
	return s
}

func TestThirdsTellWhatGrows(t *testing.T) {
	first, last := nine().Thirds()
	if !slices.Equal(first, []float64{1, 5, 10}) || !slices.Equal(last, []float64{7, 5, 70}) {
		t.Errorf("thirds are %v and %v", first, last)
	}
	first, last = New("second", "flat").Thirds()
	if !slices.Equal(first, []float64{0, 0}) || !slices.Equal(last, []float64{0, 0}) {
		t.Errorf("of nothing: %v and %v", first, last)
	}
}

func TestCondensedRowsAreMedians(t *testing.T) {
	f := func(n int, want ...float64) {
		t.Helper()
		var got []float64
		for _, row := range nine().Condense(n).rows {
			got = append(got, row[2])
		}
		if !slices.Equal(got, want) {
			t.Errorf("Condense(%d) is %v, want %v", n, got, want)
		}
	}
	f(3, 10, 40, 70)
	f(5, 20, 70)
	f(100, 40)
	f(0, 0, 10, 20, 30, 40, 50, 60, 70, 80)
}

func TestTheTableIsCSV(t *testing.T) {
	var b strings.Builder
	if err := nine().WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(rows) != 10 || rows[0][2] != "grows" || rows[9][2] != "80" {
		t.Errorf("%v, %v", rows, err)
	}
}

// The plot is XML with a line of nine points for each column.
func TestThePlotIsXML(t *testing.T) {
	plot := nine().Plot(Panel{"both", []string{"flat", "grows"}}, Panel{"one", []string{"grows"}})
	d := xml.NewDecoder(strings.NewReader(plot))
	lines := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "polyline" {
			continue
		}
		lines++
		for _, a := range start.Attr {
			if a.Name.Local == "points" && len(strings.Fields(a.Value)) != 9 {
				t.Errorf("points are %s", a.Value)
			}
		}
	}
	if lines != 3 {
		t.Errorf("there are %d lines", lines)
	}
}

func TestARowMissesNoColumn(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a row of one value was taken")
		}
	}()
	nine().Add(1)
}

func TestAxesEndAtRoundNumbers(t *testing.T) {
	f := func(x, want float64) {
		t.Helper()
		if got := roundUp(x); got != want {
			t.Errorf("roundUp(%g) = %g, want %g", x, got, want)
		}
	}
	f(0, 1)
	f(1, 1)
	f(1.1, 1.6)
	f(47, 50)
	f(810, 1000)
}

func TestLatenciesAreTakenOnceAndSorted(t *testing.T) {
	var l Latencies
	for _, ms := range []int{30, 10, 20} {
		l.Add(time.Duration(ms) * time.Millisecond)
	}
	took := l.Take()
	f := func(q, want float64) {
		t.Helper()
		if got := Quantile(took, q); got != want {
			t.Errorf("Quantile(%g) = %g, want %g", q, got, want)
		}
	}
	f(0, 10)
	f(0.5, 20)
	f(1, 30)
	if again := l.Take(); len(again) != 0 || Quantile(again, 0.5) != 0 {
		t.Errorf("taken twice: %v", again)
	}
}

func TestFilesWithoutANameAreNotWritten(t *testing.T) {
	dir := t.TempDir()
	if err := nine().WriteFiles("", "", Panel{"one", []string{"grows"}}); err != nil {
		t.Error(err)
	}
	table, plot := filepath.Join(dir, "t.csv"), filepath.Join(dir, "p.svg")
	if err := nine().WriteFiles(table, plot, Panel{"one", []string{"grows"}}); err != nil {
		t.Error(err)
	}
	for _, name := range []string{table, plot} {
		if text, err := os.ReadFile(name); err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
}
