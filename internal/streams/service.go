package streams

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// Service is Kinesis Data Streams. Each operation is a method, in the file of
// its name; all may be called from any number of goroutines at once. Inputs
// satisfy the model's constraints: wire has seen to that. An error that is no
// *awsapi.Error is an internal failure.
type Service struct {
	log     shardlog.Log // gate
	gate    *keyGate
	catalog *catalog
	tokens  *tokens // set by Load
	options Options
	clock   *clock
	calls   calls

	subscriptions subscriptions
	deliveries    *deliveries

	// clones are those under way, *clone by the target's id; wakeClones tells their
	// goroutine that there may be one more.
	clones     sync.Map
	wakeClones chan struct{}

	// faulty is nil while no stream has faults (faults.go).
	faulty atomic.Pointer[faultyStreams]

	// looks is how many looks measuring has taken.
	looks atomic.Int64

	// wake tells the goroutine of transitions that there may be one.
	wake chan struct{}
	// wakeKeys tells the goroutine of key checks that a stream has another key.
	wakeKeys chan struct{}
}

// New makes a service that keeps records in log and everything else in store.
// Both stay the caller's. Load comes next.
func New(log shardlog.Log, store meta.Store, o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Throttled == nil {
		o.Throttled = func(Throttled) {}
	}
	if o.KeyChecked == nil {
		o.KeyChecked = func(KeyCheck) {}
	}
	gate := &keyGate{Log: log}
	c := newClock()
	keep := keeping{log: log, compression: o.Compression, clock: c}
	s := &Service{log: gate, gate: gate, wakeKeys: make(chan struct{}, 1), catalog: newCatalog(store, keep, o.Limits), options: o, clock: c, wake: make(chan struct{}, 1), wakeClones: make(chan struct{}, 1), calls: calls{begin: time.Now()}}
	s.deliveries = newDeliveries(store, s.catalog.now)
	s.catalog.replaced = func(old, next *snapshot) {
		s.subscriptions.replaced(old, next)
		s.deliveries.replaced(old, next)
	}
	return s
}

// Load reads the catalog, and tells the log how each stream is kept. It is called
// once, before any operation and before Run. Transitions that were under way when the catalog was written last are
// finished by Run.
func (s *Service) Load(ctx context.Context) error {
	t, err := loadTokens(ctx, s.catalog.store)
	if err != nil {
		return err
	}
	s.tokens = t
	if err := s.catalog.load(ctx); err != nil {
		return err
	}
	if err := s.abandonClones(ctx); err != nil {
		return err
	}
	s.clock.start(s.newest())
	return s.deliveries.load(ctx, s.log)
}

// newest returns when the newest record arrived, 0 if there never was one.
func (s *Service) newest() (newest shardlog.Millis) {
	for _, st := range s.catalog.now().sorted {
		for _, sh := range st.shards {
			newest = max(newest, s.log.State(st.ref(sh)).LastArrival)
		}
	}
	return newest
}

// Run does what is to be done in the background, until ctx ends and all its
// goroutines have returned. It returns nil: what fails is logged and tried
// again.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { s.runTransitions(ctx) })
	wg.Go(func() { s.runTrimming(ctx) })
	wg.Go(func() { s.runClones(ctx) })
	wg.Go(func() { s.runMeasuring(ctx) })
	wg.Go(func() { s.runKeyChecks(ctx) })
	wg.Go(func() { s.deliveries.run(ctx, s.deliveriesFailed) })
	wg.Wait()
	return nil
}

func (s *Service) deliveriesFailed(err error) {
	s.options.Logger.Warn("deliveries will be written again", "err", err)
}

// find returns the stream that a request means.
func (s *Service) find(caller access.Caller, name, arn *string) (*stream, error) {
	key, err := address(caller, name, arn)
	if err != nil {
		return nil, err
	}
	st := s.catalog.now().byKey[key]
	if st == nil || !key.owns(caller) {
		return nil, errNoStream(key)
	}
	return st, nil
}

// horizon is the trim horizon of st now: what arrived before is not shown.
func (s *Service) horizon(st *stream) shardlog.Millis { return st.horizon(s.clock.hiding()) }

// shardLimit bounds the open shards of provisioned streams in a region.
func (s *Service) shardLimit(region string) int {
	if s.options.ShardLimit > 0 {
		return s.options.ShardLimit
	}
	return limits.ShardsPerAccount(region)
}

// onDemandLimit bounds the on-demand streams.
func (s *Service) onDemandLimit() int {
	if s.options.OnDemandLimit > 0 {
		return s.options.OnDemandLimit
	}
	return limits.OnDemandStreams
}

func now() shardlog.Millis { return shardlog.MillisOf(time.Now()) }
