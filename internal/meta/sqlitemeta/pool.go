package sqlitemeta

import (
	"context"
	"errors"
	"sync"
)

// readers is how many Views run at once; more wait.
const readers = 8

// pool bounds the readers and keeps those that are not in use.
type pool struct {
	// taken has a token for each reader in use.
	taken chan struct{}

	mu struct {
		sync.Mutex
		// idle are connected. The last one is taken first, so that a store
		// that is read by one at a time has one reader, with a warm cache.
		idle []*session
	}
}

func newPool() pool { return pool{taken: make(chan struct{}, readers)} }

// take waits for a place, until ctx ends, and returns an idle reader, or nil if
// the caller must connect one. It is followed by give.
func (p *pool) take(ctx context.Context) (*session, error) {
	select {
	case p.taken <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.mu.idle) - 1
	if last < 0 {
		return nil, nil
	}
	s := p.mu.idle[last]
	p.mu.idle = p.mu.idle[:last]
	return s, nil
}

// give frees a place and keeps s unless it is nil.
func (p *pool) give(s *session) {
	if s != nil {
		p.mu.Lock()
		p.mu.idle = append(p.mu.idle, s)
		p.mu.Unlock()
	}
	<-p.taken
}

// close ends the readers. None is in use, and none will be.
func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, s := range p.mu.idle {
		errs = append(errs, s.close())
	}
	p.mu.idle = nil
	return errors.Join(errs...)
}
