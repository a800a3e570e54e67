package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// Patience is that of a reader who had rather wait than come back.
//
// Unlike AWS, whose GetRecords never waits.
type Patience struct {
	// For is how long it waits for a record.
	For time.Duration
	// Until is a context at whose end nobody waits any longer: what there is is
	// answered.
	Until context.Context
	// Idle is called once, before the waiting begins. The operation does not look
	// at its input from then on.
	Idle func()
}

type patienceKey struct{}

// WithPatience lets the reads of ctx wait.
func WithPatience(ctx context.Context, p Patience) context.Context {
	return context.WithValue(ctx, patienceKey{}, p)
}

// readPatiently is cursor.read for a reader that may have patience: where there
// is nothing it waits for the commit of a record, or for the end of the shard. It
// leaves c as fresh as the page. It costs no polling, and looks at the log once
// for each change of the shard.
func (s *Service) readPatiently(ctx context.Context, c *cursor, limit shardlog.Limit) (page, error) {
	p, err := c.read(ctx, limit)
	if err != nil || p.isNews() {
		return p, err
	}
	patience, ok := ctx.Value(patienceKey{}).(Patience)
	if !ok {
		return p, nil
	}
	patience.Idle()
	waiting, end := context.WithTimeout(ctx, patience.For)
	defer end()
	defer context.AfterFunc(patience.Until, end)()
	for !p.isNews() {
		if err := s.awaitNews(waiting, c); err != nil {
			if waiting.Err() != nil && ctx.Err() == nil {
				return p, nil // it has waited long enough
			}
			return page{}, err
		}
		if err := c.refresh(s); err != nil {
			return page{}, err
		}
		if p, err = c.read(ctx, limit); err != nil {
			return page{}, err
		}
	}
	return p, nil
}

// isNews reports whether there is something to tell a reader of.
func (p page) isNews() bool { return len(p.records) > 0 || p.ended }

// awaitNews waits until something may be read at c.next, or the catalog knows
// more of the shard than c. A shard that the log has sealed is closed by the next
// commit of the catalog.
func (s *Service) awaitNews(ctx context.Context, c *cursor) error {
	if err := s.log.Wait(ctx, c.st.ref(c.sh), c.next); err != nil {
		return err
	}
	state := s.log.State(c.st.ref(c.sh))
	if !state.Sealed || c.next < state.Next || c.sh.State == closed {
		return nil
	}
	_, err := s.awaitChange(ctx, c.st)
	return err
}

// refresh lets c look at its stream and shard as they are now.
func (c *cursor) refresh(s *Service) error {
	st := s.catalog.now().byID[c.st.id]
	if st == nil {
		return shardlog.ErrDropped
	}
	sh := st.shard(c.sh.number)
	if sh == nil {
		return shardlog.ErrDropped // its last record has expired meanwhile
	}
	c.st, c.sh, c.horizon = st, sh, s.horizon(st)
	return nil
}
