package streams

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBucketLetsABurstThroughAndThenItsRate(t *testing.T) {
	b, r := bucket{}, rate{perSecond: 5, burst: 5}
	f := func(now time.Duration, want int) {
		t.Helper()
		got := 0
		for b.take(now, 1, r) {
			got++
		}
		wantEqual(t, got, want, "what was let through at "+now.String())
	}
	f(0, 5)
	f(199*time.Millisecond, 0)
	f(200*time.Millisecond, 1)
	f(time.Second, 4)
	f(time.Hour, 5)

	b, r = bucket{}, aSecondOf(3) // which is no whole number of nanoseconds
	f(0, 3)
	f(time.Second, 3)
	f(time.Second+333333333, 0)
	f(time.Second+333333334, 1)
}

func TestBucketSaysHowLongToWait(t *testing.T) {
	b, r := bucket{}, rate{perSecond: 100, burst: 1000}
	wantEqual(t, b.wait(0, 1000, r), 0, "the wait for all of it")
	b.use(1000)
	wantEqual(t, b.wait(0, 1, r), 10*time.Millisecond, "the wait for one")
	wantEqual(t, b.wait(0, 1000, r), 10*time.Second, "the wait for all again")
	wantEqual(t, b.wait(4*time.Second, 500, r), time.Second, "the wait for half, four seconds later")
}

// In any window, what is let through is at most the rate times the window and
// the burst; and who waits as long as it is said is let through.
func TestBucketKeepsItsRateInEveryWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		burst := rapid.Int64Range(1, 20<<20).Draw(t, "burst")
		r := rate{rapid.Int64Range(1, 1<<30).Draw(t, "per second"), burst}
		type taken struct {
			at time.Duration
			n  int64
		}
		var all []taken
		var b bucket
		now := time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "takes") {
			now += time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "later"))
			n := rapid.Int64Range(0, burst).Draw(t, "n")
			if !b.take(now, n, r) {
				wait := b.wait(now, n, r)
				if longest := refillTime(burst*parts, r); wait > longest {
					t.Fatalf("%d is to wait for %s, an empty bucket is full after %s", n, wait, longest)
				}
				if at := b; at.take(now+wait-1, n, r) {
					t.Fatalf("%d is let through before it has waited for %s", n, wait)
				}
				if now += wait; !b.take(now, n, r) {
					t.Fatalf("%d has waited for %s and is not let through", n, wait)
				}
			}
			all = append(all, taken{now, n})
		}
		for i := range all {
			sum := int64(0)
			for _, later := range all[i:] {
				sum += later.n
				window := later.at - all[i].at
				if most := float64(r.perSecond)*window.Seconds() + float64(burst) + 1e-3; float64(sum) > most {
					t.Fatalf("%d in %s, at most %.3f", sum, window, most)
				}
			}
		}
	})
}

// A clock that is set back, and a rate that changes, keep nobody waiting for
// longer than an empty bucket would.
func TestNobodyStarvesUnderAClockThatGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b bucket
		for range rapid.IntRange(1, 40).Draw(t, "takes") {
			r := rate{rapid.Int64Range(1, 1<<30).Draw(t, "per second"), rapid.Int64Range(1, 20<<20).Draw(t, "burst")}
			now := time.Duration(rapid.Int64Range(0, int64(365*24*time.Hour)).Draw(t, "now"))
			n := rapid.Int64Range(0, r.burst).Draw(t, "n")
			if wait := b.wait(now, n, r); wait > refillTime(r.burst*parts, r) {
				t.Fatalf("%d is to wait for %s, an empty bucket is full after %s", n, wait, refillTime(r.burst*parts, r))
			} else if wait > 0 {
				now += wait
			}
			if !b.take(now, n, r) {
				t.Fatalf("%d has waited and is not let through", n)
			}
		}
	})
}
