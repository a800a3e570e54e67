package identity

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/meta"
)

// Service is who there is. Each operation is a method, in the file of its name; all
// may be called from any number of goroutines at once. Who calls an operation was
// found to be allowed to (resources.go says on what), but for rules that policies
// cannot override, which the operations keep themselves. An error that is no
// *awsapi.Error is an internal failure.
type Service struct {
	catalog *catalog
	options Options
}

// New makes a service that keeps everything in store, which stays the caller's. Load
// comes next.
func New(store meta.Store, o Options) *Service {
	o.setDefaults()
	return &Service{catalog: newCatalog(store, o.Evict), options: o}
}

// Load reads everything. It is called once, before anything else and before Run. It
// returns ErrNoSealing if there are secrets and nothing to open them with.
func (s *Service) Load(ctx context.Context) error {
	if err := s.catalog.openSealer(ctx, s.options.Sealing); err != nil {
		return err
	}
	if err := s.catalog.refresh(ctx); err != nil || s.catalog.sealer == nil {
		return err
	}
	return s.ensureTokenKey(ctx)
}

// Run does what is to be done in the background, until ctx ends and all its
// goroutines have returned. It returns nil: what fails is logged and tried again.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { s.runUsage(ctx) })
	wg.Go(func() { s.runWatch(ctx) })
	wg.Go(func() { s.runTokenKeys(ctx) })
	wg.Wait()
	return nil
}

// Used says that a request was signed with the key keyID, for a service, in a region.
// It is called when the signature was found good.
func (s *Service) Used(keyID, service, region string) {
	if k := s.catalog.now().keys[keyID]; k != nil {
		k.used.note(time.Now(), service, region)
	}
}

// lastWrites bounds what is written when the service ends.
const lastWrites = 5 * time.Second

func (s *Service) runUsage(ctx context.Context) {
	ticks := time.NewTicker(usageInterval)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			s.writeUsage(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
			defer cancel()
			s.writeUsage(last)
			return
		}
	}
}

func (s *Service) writeUsage(ctx context.Context) {
	if err := s.catalog.usage.write(ctx); err != nil && ctx.Err() == nil {
		s.options.Logger.Warn("last uses of access keys will be written again", "err", err)
	}
}

// watchPause is how long to wait before the store is read again that could not be.
const watchPause = time.Second

// runWatch sees what other processes change.
func (s *Service) runWatch(ctx context.Context) {
	var seen meta.Version
	for {
		version, err := s.catalog.store.Watch(ctx, seen)
		if err == nil {
			err = s.catalog.refresh(ctx)
		}
		switch {
		case ctx.Err() != nil || errors.Is(err, meta.ErrClosed):
			return
		case err != nil:
			s.options.Logger.Error("who may come in is not known, and so nobody may", "err", fmt.Errorf("watch identities: %w", err))
			select {
			case <-time.After(watchPause):
			case <-ctx.Done():
			}
		default:
			seen = version
		}
	}
}
