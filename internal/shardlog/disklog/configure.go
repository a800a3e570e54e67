package disklog

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Configure says how a stream is kept; see shardlog.Log. Settings are not on the
// disk: they decide what the next flush does with the stream's records.
// A key is unwrapped by the first append that needs it.
func (l *Log) Configure(_ context.Context, id shardlog.StreamID, s shardlog.Settings) error {
	if err := l.changeable(); err != nil {
		return err
	}
	st, err := l.shards.stream(id)
	if err != nil {
		return err
	}
	var k *dataKey
	if s.Key != 0 {
		if k, err = l.keys.get(s.Key, id); err != nil {
			return fmt.Errorf("%w: %w", shardlog.ErrNoKey, err)
		}
	}
	st.settings.Store(&s)
	st.key.Store(k)
	return nil
}

// class says which records are likely to be deleted together. It decides in
// which segment they are put; when they are deleted, the floors decide.
type class uint8

const (
	classDay class = iota + 1
	classWeek
	classMonth
	classYear
)

func (c class) String() string {
	switch c {
	case classDay:
		return "day"
	case classWeek:
		return "week"
	case classMonth:
		return "month"
	case classYear:
		return "year"
	}
	return fmt.Sprintf("class %d", uint8(c))
}

const day = 24 * time.Hour

// classOf returns the class of a retention; 0 is a day.
func classOf(retention time.Duration) class {
	switch {
	case retention <= day:
		return classDay
	case retention <= 7*day:
		return classWeek
	case retention <= 31*day:
		return classMonth
	default:
		return classYear
	}
}

// expiry returns until when a record of the stream is wanted that arrived at t.
func (st *stream) expiry(t shardlog.Millis) shardlog.Millis {
	return t + shardlog.Millis(cmp.Or(st.kept().Retention, day).Milliseconds())
}

// kept returns the stream's settings.
func (st *stream) kept() shardlog.Settings {
	if s := st.settings.Load(); s != nil {
		return *s
	}
	return shardlog.Settings{}
}
