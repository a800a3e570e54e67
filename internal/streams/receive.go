package streams

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// receiving is one call that receives records, or dead letters. It is used by the
// goroutine of its request.
type receiving struct {
	s    *Service
	d    *delivery
	lane *lane
	dead bool
	most int
	// timeout is nil where that of the queue holds.
	timeout *int32

	st *stream // fresh ones before each look
	q  *queue
}

// receive answers Limit, WaitTimeSeconds and VisibilityTimeoutSeconds of the
// operations that receive. It waits without polling: for the commit of a record, for
// the instant at which one is visible again, for a change of the queue. Who waits is
// no goroutine of ours but the caller's; while it does there is one for each shard
// that may get records, however many receivers the queue has.
//
// With a Patience it waits no longer than that has it.
func (s *Service) receive(ctx context.Context, caller access.Caller, isDead bool, in *kinesis.ReceiveQueueRecordsInput) ([]kinesis.QueueRecord, error) {
	st, q, err := s.findQueue(caller, in.QueueARN)
	if err != nil {
		return nil, err
	}
	r := &receiving{s: s, d: s.deliveries.of(q.id), dead: isDead, most: limits.Page(in.Limit, limits.ReceiveRecords), st: st, q: q}
	if r.lane = &r.d.records; isDead {
		r.lane = &r.d.deadLetters
	}
	if in.VisibilityTimeoutSeconds != nil {
		r.timeout = new(*in.VisibilityTimeoutSeconds)
	}
	wait := limits.ReceiveWait
	if in.WaitTimeSeconds != nil {
		wait = time.Duration(*in.WaitTimeSeconds) * time.Second
	}
	patience, ok := ctx.Value(patienceKey{}).(Patience)
	if !ok {
		patience = Patience{For: wait, Until: ctx, Idle: func() {}}
	}
	waiting, end := context.WithTimeout(ctx, min(wait, patience.For))
	defer end()
	defer context.AfterFunc(patience.Until, end)()
	records, err := r.run(ctx, waiting, sync.OnceFunc(patience.Idle))
	if err == nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return records, err
}

// run looks until there is something or waiting ends; then it returns no records and
// no error. idle is called before it waits.
func (r *receiving) run(ctx, waiting context.Context, idle func()) ([]kinesis.QueueRecord, error) {
	none := []kinesis.QueueRecord{}
	select {
	case r.lane.turn <- struct{}{}:
	default:
		idle()
		select {
		case r.lane.turn <- struct{}{}:
		case <-waiting.Done():
			return none, nil
		}
	}
	defer func() { <-r.lane.turn }()
	for {
		select { // what happens from now on wakes us
		case <-r.lane.news:
		default:
		}
		var err error
		if r.st, r.q, err = r.s.queueNow(r.st, r.q); err != nil {
			return nil, err
		}
		if r.q.Status == kinesis.QueueStatusDeleting || r.st.Status == kinesis.StreamStatusDeleting {
			return nil, errNoQueue(r.q.arn(r.st.streamKey))
		}
		if r.q.delivers() {
			got, err := r.look(ctx)
			if len(got) > 0 || err != nil {
				return got, err
			}
		}
		if waiting.Err() != nil {
			return none, nil
		}
		idle()
		if err := r.await(waiting); err != nil {
			return nil, err
		}
	}
}

// look takes what there is. An error is returned if there is nothing else: damage in
// one shard keeps nobody from the others' records.
func (r *receiving) look(ctx context.Context) ([]kinesis.QueueRecord, error) {
	now, timeout := time.Now(), r.q.Visibility
	if r.timeout != nil {
		timeout = *r.timeout
	}
	// At least a moment: a record is in one answer once.
	visible := now.Add(max(time.Duration(timeout)*time.Second, time.Nanosecond))
	b := &bundle{receiving: r, left: limits.ReceiveBytes, visible: visible}
	r.d.mu.Lock()
	r.d.settleLocked(r.q, now)
	r.d.mu.turn++
	turn, room := r.d.mu.turn, limits.QueueInFlight-r.d.inFlightLocked()
	r.d.mu.Unlock()

	var err error
	switch {
	case r.dead:
		err = b.again(ctx, dead, now)
	case turn%2 == 0:
		err = errors.Join(b.again(ctx, living, now), b.unseen(ctx, turn, room))
	default:
		// Every other time, so that records that nobody acknowledges keep back none.
		err = errors.Join(b.unseen(ctx, turn, room), b.again(ctx, living, now))
	}
	if len(b.records) > 0 {
		r.s.deliveries.note(r.d, r.s.deliveries.soon)
		return b.records, nil
	}
	if err == nil && !r.dead && room <= 0 {
		return nil, errInFlight(r.q, limits.QueueInFlight)
	}
	return nil, err
}

// await waits until there may be something to look at, or ctx ends.
func (r *receiving) await(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	var timer <-chan time.Time
	if at, ok := r.nextInstant(); ok {
		timer = time.After(time.Until(at))
	}
	var wg sync.WaitGroup
	failed := make(chan error, 1)
	for _, x := range r.tails() {
		wg.Go(func() {
			err := r.s.log.Wait(ctx, x.shard, x.next)
			if ctx.Err() != nil || errors.Is(err, shardlog.ErrDropped) { // the catalog will say it
				err = nil
			}
			select {
			case failed <- err:
			default: // another was the first
			}
			end()
		})
	}
	select {
	case <-r.lane.news:
	case <-timer:
	case <-ctx.Done():
	}
	end()
	wg.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// nextInstant returns when something is visible again, unless it is told before.
func (r *receiving) nextInstant() (at time.Time, ok bool) {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	states := []letterState{living}
	if r.dead {
		states = []letterState{last, dead}
	}
	for _, state := range states {
		if h := r.d.mu.heaps[state]; len(h) > 0 && (!ok || h[0].visible.Before(at)) {
			at, ok = h[0].visible, true
		}
	}
	return at, ok
}

// tail is where a shard's next record will lie.
type tail struct {
	shard shardlog.Shard
	next  shardlog.Offset
}

// tails returns those that are worth waiting at. One that is sealed and read has
// successors, which the catalog tells of.
func (r *receiving) tails() (list []tail) {
	if r.dead || !r.q.delivers() {
		return nil
	}
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	for _, sh := range r.st.shards {
		if sh.State == pending {
			continue
		}
		next := r.d.progressLocked(r.q, sh.number).read
		if state := r.s.log.State(r.st.ref(sh)); !state.Sealed || next < state.Next {
			list = append(list, tail{r.st.ref(sh), next})
		}
	}
	return list
}
