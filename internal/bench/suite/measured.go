package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/bench"
)

// measured is what one load has told of a server.
type measured struct {
	bench.Result
	// floor is the same load on the floor; its zero value, there was none.
	floor bench.Result
	// used is what the server used for it, groups what it committed.
	used   bench.Usage
	groups bench.Groups
}

// run measures load on v.
func run(ctx context.Context, v *server, load bench.Load) (m measured, err error) {
	usage, err := v.Usage()
	if err != nil {
		return m, err
	}
	groups, err := v.target.Groups(ctx)
	if err != nil {
		return m, err
	}
	if m.Result, err = load.Run(ctx, v.target); err != nil {
		return m, err
	}
	if m.used, err = v.Usage(); err != nil {
		return m, err
	}
	if m.groups, err = v.target.Groups(ctx); err != nil {
		return m, err
	}
	m.used.CPU -= usage.CPU
	m.used.Written -= usage.Written
	m.groups.Syncs -= groups.Syncs
	m.groups.Records -= groups.Records
	return m, nil
}

// compare measures load on a floor that answers reply, and on v.
func (s *Suite) compare(ctx context.Context, v *server, load bench.Load, reply []byte) (m measured, err error) {
	onFloor := load
	onFloor.Once, onFloor.Duration = false, s.Load
	floor, err := bench.OnFloor(ctx, s.Binary, v.target.Secure(), onFloor, reply)
	if err != nil {
		return m, fmt.Errorf("floor: %w", err)
	}
	m, err = run(ctx, v, load)
	m.floor = floor
	return m, err
}

// rate is how many records were put or got in a second.
func (m *measured) rate() string { return thousands(int(m.RecordsPerSecond() / 1000)) }

// thousands writes n thousand.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d,000", n)
	}
	return fmt.Sprintf("%d,%03d,000", n/1000, n%1000)
}

func (m *measured) ratio() string {
	return fmt.Sprintf("%.3f", m.RecordsPerSecond()/m.floor.RecordsPerSecond())
}

func (m *measured) latencies() string {
	return fmt.Sprintf("%s / %s / %s", bench.Short(m.Latency(0.5)), bench.Short(m.Latency(0.99)), bench.Short(m.Latency(0.999)))
}

// cpu is the server's processor time for a record.
func (m *measured) cpu() string {
	return fmt.Sprintf("%.2f", float64(m.used.CPU)/float64(m.All.Records)/float64(time.Microsecond))
}

// grouped is how many records a sync made durable, and how many syncs there were
// in a second.
func (m *measured) grouped() string {
	return fmt.Sprintf("%.0f / %.0f", m.groups.Records/m.groups.Syncs, m.groups.Syncs/m.All.Elapsed.Seconds())
}

// amplification is what went to the disk for each byte of payload.
func (m *measured) amplification() string {
	return fmt.Sprintf("%.2f", float64(m.used.Written)/float64(m.All.Payload))
}
