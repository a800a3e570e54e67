package streams

import "time"

// rate is what a bucket lets through: so much in a second, and so much at once
// after a rest. Both are above 0 and at most 2^32.
type rate struct {
	perSecond, burst int64
}

// aSecondOf is the rate that lets a second's worth through at once.
func aSecondOf(n int64) rate { return rate{n, n} }

// A token is a billion parts: a rate makes up for perSecond of them in a
// nanosecond, so that nothing is rounded.
const parts = int64(time.Second)

// bucket is a bucket of tokens. The zero value is full. It has no clock and no
// lock; its user says what time it is.
//
// In any span of time it lets through at most burst, and what perSecond makes of
// the span. A clock that goes back, or another rate, keeps nobody waiting for
// longer than it takes to fill an empty bucket.
type bucket struct {
	missing int64         // to be full, in parts
	at      time.Duration // when that was so
}

// settle brings b to now and to r.
func (b *bucket) settle(now time.Duration, r rate) {
	switch passed := int64(now - b.at); {
	case passed > b.missing/r.perSecond:
		b.missing = 0
	case passed > 0:
		b.missing = max(0, b.missing-passed*r.perSecond)
	}
	b.at, b.missing = now, min(b.missing, r.burst*parts)
}

// wait returns how long it is at now until n are there, at most r.burst.
func (b *bucket) wait(now time.Duration, n int64, r rate) time.Duration {
	b.settle(now, r)
	return refillTime(b.missing+(n-r.burst)*parts, r)
}

// full returns how long it is at now until b is full.
func (b *bucket) full(now time.Duration, r rate) time.Duration {
	b.settle(now, r)
	return refillTime(b.missing, r)
}

// refillTime is how long it takes to make up for p parts, rounded up; 0 if p is below 0.
func refillTime(p int64, r rate) time.Duration {
	if p <= 0 {
		return 0
	}
	return time.Duration((p-1)/r.perSecond + 1)
}

// use takes n, after wait or full has settled b.
func (b *bucket) use(n int64) { b.missing += n * parts }

// take takes n if they are there.
func (b *bucket) take(now time.Duration, n int64, r rate) bool {
	if b.wait(now, n, r) > 0 {
		return false
	}
	b.use(n)
	return true
}
