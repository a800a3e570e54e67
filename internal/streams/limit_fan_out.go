package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// pace holds an event with these records back until the rates of its stream let it
// through, or ctx ends.
func (p *push) pace(ctx context.Context, records []shardlog.Record) {
	d := p.delay(records)
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// delay is how long an event with these records, which will be sent, must wait. A
// consumer gets so much of a shard in a second, whatever others read of it, and as
// much at once after a rest; nothing is refused. A record that is larger waits for a
// rest that is longer.
func (p *push) delay(records []shardlog.Record) time.Duration {
	if p.c.st.limits == nil || !p.c.st.limits.Calls || len(records) == 0 {
		return 0
	}
	n := int64(sizeOf(records...))
	d := p.sent.wait(time.Since(p.u.begun), n, rate{limits.FanOutBytes, max(limits.FanOutBytes, n)})
	p.sent.use(n)
	return d
}
