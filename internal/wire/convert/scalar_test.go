package convert

import (
	"math"
	"testing"
)

func TestFloor(t *testing.T) {
	f := func(in float64, want int64) {
		t.Helper()
		if got := Floor(in); got != want {
			t.Errorf("Floor(%v) = %d, want %d", in, got, want)
		}
	}
	f(1.9, 1)
	f(-1.1, -2)
	f(math.Inf(1), math.MaxInt64)
	f(math.Inf(-1), math.MinInt64)
	f(math.NaN(), 0)
	f(9.3e18, math.MaxInt64)
	f(-9.3e18, math.MinInt64)
}
