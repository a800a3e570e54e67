package streams

import (
	"sync"
	"time"

	"github.com/freshet/freshet/internal/limits"
)

// meter is the buckets of one shard. It is made when a limit first asks for it:
// a shard whose stream has no limits has none. What time it is, it asks Go's
// monotonic clock, which is never set back. Its lock is held for some arithmetic.
type meter struct {
	begin time.Time
	mu    struct {
		sync.Mutex
		writeBytes, writeRecords bucket
		readBytes, readCalls     bucket
		iterators                bucket
		// paying is until when reads pay for what was read before.
		paying time.Duration
	}
}

// meter returns the shard's, and makes it if need be.
func (l *liveShard) meter() *meter {
	if m := l.metered.Load(); m != nil {
		return m
	}
	l.metered.CompareAndSwap(nil, &meter{begin: time.Now()})
	return l.metered.Load()
}

// now is asked while the lock is held, so that it never decreases.
func (m *meter) now() time.Duration { return time.Since(m.begin) }

// takeWrite lets a record of that many bytes through, or returns the name of the
// limit that does not. What a shard takes at once after a rest is a second's
// worth, and the largest record of its stream in any case: the shard of a stream
// with records of 10 MiB takes one, and the next when it has been made up for
// (developer guide, Handle large records: a tank that refills at a steady rate).
func (m *meter) takeWrite(p *limits.Profile, largest, bytes int64) (limit string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	byBytes, byRecords := rate{p.WriteBytes, max(p.WriteBytes, largest)}, aSecondOf(p.WriteRecords)
	switch {
	case p.WriteBytes > 0 && m.mu.writeBytes.wait(now, bytes, byBytes) > 0:
		return limitWriteBytes
	case p.WriteRecords > 0 && !m.mu.writeRecords.take(now, 1, byRecords):
		return limitWriteRecords
	}
	if p.WriteBytes > 0 {
		m.mu.writeBytes.use(bytes)
	}
	return ""
}

// takeRead lets a call of GetRecords through, or returns the name of the limit
// that does not. How much it will return nobody knows yet: who was let through
// pays afterwards, by payRead.
func (m *meter) takeRead(p *limits.Profile) (limit string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if p.ReadBytes > 0 && now < min(m.mu.paying, now+m.mu.readBytes.full(now, readRate(p))) {
		return limitReadBytes
	}
	if p.ReadCalls > 0 && !m.mu.readCalls.take(now, 1, aSecondOf(p.ReadCalls)) {
		return limitReadCalls
	}
	return ""
}

// payRead takes what a call of GetRecords returned. Once that is more than a
// second's worth ahead, the next call waits until all of it is paid for: five
// seconds after 10 MiB, at least one otherwise (API, GetRecords).
func (m *meter) payRead(p *limits.Profile, bytes int64) {
	if p.ReadBytes == 0 || bytes == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now, r := m.now(), readRate(p)
	m.mu.readBytes.full(now, r) // settles it
	m.mu.readBytes.use(bytes)
	if ahead := m.mu.readBytes.full(now, r); ahead >= time.Second {
		m.mu.paying = now + ahead
	}
}

// readRate has room for the largest debt: what was less than a second ahead, and
// the largest answer on top. Of answers that were on their way at once it forgets
// the rest.
func readRate(p *limits.Profile) rate {
	return rate{p.ReadBytes, p.ReadBytes + limits.GetRecordsBytes}
}

// takeIterator lets a call of GetShardIterator through, or does not.
func (m *meter) takeIterator(perSecond int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.iterators.take(m.now(), 1, aSecondOf(perSecond))
}
