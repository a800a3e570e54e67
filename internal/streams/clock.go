package streams

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// clock is the time by which records are too old. The wall clock is asked for
// everything else: what arrives is stamped with it, and iterators expire by it.
//
// It is two steady clocks. Both wait an hour before they believe that the wall
// clock jumped ahead. By shown, which readers go by, the wall clock is right when
// the process starts. By kept, which deletion goes by, it is not later than the
// newest record then, until an hour has passed: a machine may start with a wrong
// clock. A server that was off for a week only trims an hour late; one that never
// runs for an hour keeps what is within the retention of its newest record.
//
// What is not covered: a wrong clock at which records arrive, and a restart
// before it is mended. By those records the clock seems right.
type clock struct {
	begin       time.Time // by Go's monotonic clock, which stands still while the machine sleeps
	shown, kept atomic.Pointer[steadyClock]
}

func newClock() *clock {
	c := &clock{begin: time.Now()}
	c.start(0)
	return c
}

// start begins anew, in a process whose log got its newest record at newest, 0 if
// it has none.
func (c *clock) start(newest shardlog.Millis) {
	wall, elapsed := c.read()
	c.shown.Store(new(steadyFrom(0, wall, elapsed)))
	c.kept.Store(new(steadyFrom(newest, wall, elapsed)))
}

func (c *clock) read() (wall shardlog.Millis, elapsed time.Duration) {
	t := time.Now()
	return shardlog.MillisOf(t), t.Sub(c.begin)
}

// hiding is the time by which readers are not shown what is too old.
func (c *clock) hiding() shardlog.Millis { return c.shown.Load().at(c.read()) }

// forgetting is the time by which what is too old is deleted.
func (c *clock) forgetting() shardlog.Millis { return c.kept.Load().at(c.read()) }

// look is called by one goroutine, about every minute. It says what happens to
// the clock, once each time.
func (c *clock) look(logger *slog.Logger) {
	wall, elapsed := c.read()
	kept, _ := c.kept.Load().look(wall, elapsed)
	c.kept.Store(&kept)
	shown, news := c.shown.Load().look(wall, elapsed)
	c.shown.Store(&shown)
	ahead := (time.Duration(wall-shown.last) * time.Millisecond).Round(time.Second)
	switch news {
	case clockJumped:
		logger.Warn("the clock has jumped ahead: until it has stayed there for an hour no record is too old by it",
			"ahead", ahead, "until", wall.Time().Add(clockPatience))
	case clockAccepted:
		logger.Warn("the clock has stayed where it jumped to: records that are too old by it are deleted")
	case clockReturned:
		logger.Info("the clock has come back: no record was deleted by it")
	}
}
