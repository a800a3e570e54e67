package streams

import (
	"context"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// subscriber is who subscribes to what: a consumer to a shard of its stream.
type subscriber struct {
	stream   shardlog.StreamID
	consumer string
	created  int64 // the consumer's
	shard    uint32
}

// subscription is one successful call of SubscribeToShard. It is used by the
// goroutine of its request, and woken by others: by those who change its stream,
// and by who takes it over.
type subscription struct {
	subscriber
	begun time.Time

	mu struct {
		sync.Mutex
		taken bool // by a later subscription
		// woken says that there is something to look at, since look was called.
		woken bool
		// interrupt ends what the request waits for, nil while it does not wait.
		interrupt context.CancelFunc
	}
}

// wake makes the request look again at what may have changed.
func (u *subscription) wake() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.wakeLocked()
}

func (u *subscription) wakeLocked() {
	u.mu.woken = true
	if u.mu.interrupt != nil {
		u.mu.interrupt()
	}
}

func (u *subscription) takeOver() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mu.taken = true
	u.wakeLocked()
}

// look reports whether the subscription was taken over. What changes from now on
// wakes it.
func (u *subscription) look() (taken bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mu.woken = false
	return u.mu.taken
}

// wait calls fn, which waits until something has happened or its context ends: when
// u is woken, also if that was since look was called, and when d has passed. Then
// it returns nil, else what fn does.
func (u *subscription) wait(ctx context.Context, d time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	if !u.setInterrupt(cancel) {
		return nil
	}
	defer u.setInterrupt(nil)
	err := fn(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// setInterrupt reports false if there is something to look at first.
func (u *subscription) setInterrupt(interrupt context.CancelFunc) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mu.interrupt = interrupt
	return !u.mu.woken
}

// subscriptions knows the latest subscription of each subscriber, while it goes on.
// One that ended so early that it still kept another from beginning is known until
// there is a later one, or the consumer is gone.
type subscriptions struct {
	mu struct {
		sync.Mutex
		byStream map[shardlog.StreamID]map[subscriber]*subscription
	}
}

// begin makes u the latest of its subscriber. It reports false if the one before
// began less than limits.SubscriptionRest ago, whether or not it goes on; else that
// one is taken over. end must follow.
func (n *subscriptions) begin(u *subscription) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.mu.byStream[u.stream][u.subscriber]
	if rests(before) {
		return false
	}
	if before != nil {
		before.takeOver()
	}
	if n.mu.byStream == nil {
		n.mu.byStream = map[shardlog.StreamID]map[subscriber]*subscription{}
	}
	if n.mu.byStream[u.stream] == nil {
		n.mu.byStream[u.stream] = map[subscriber]*subscription{}
	}
	n.mu.byStream[u.stream][u.subscriber] = u
	return true
}

// mayBegin reports whether begin would succeed.
func (n *subscriptions) mayBegin(who subscriber) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !rests(n.mu.byStream[who.stream][who])
}

// rests reports whether u, which may be nil, keeps another from beginning.
func rests(u *subscription) bool {
	return u != nil && time.Since(u.begun) < limits.SubscriptionRest
}

// end is called when u's request ends. st is u's stream as it is then, nil if it is
// gone: if the consumer went while u began, replaced did not know u yet.
func (n *subscriptions) end(u *subscription, st *stream) {
	n.mu.Lock()
	defer n.mu.Unlock()
	of := n.mu.byStream[u.stream]
	if of[u.subscriber] != u || rests(u) && st.consumerOf(u.subscriber) != nil {
		return
	}
	delete(of, u.subscriber)
	if len(of) == 0 {
		delete(n.mu.byStream, u.stream)
	}
}

// replaced wakes the subscriptions to streams that are others in next than in old,
// and forgets those whose consumers are gone: nobody can take them over.
func (n *subscriptions) replaced(old, next *snapshot) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, of := range n.mu.byStream {
		st := next.byID[id]
		if old.byID[id] == st {
			continue
		}
		for who, u := range of {
			u.wake()
			if st.consumerOf(who) == nil {
				delete(of, who)
			}
		}
		if len(of) == 0 {
			delete(n.mu.byStream, id)
		}
	}
}

// consumerOf returns the consumer of st, which may be nil, that who is, or nil.
func (st *stream) consumerOf(who subscriber) *consumer {
	if st == nil {
		return nil
	}
	c := st.consumer(who.consumer)
	if c == nil || c.Created != who.created {
		return nil
	}
	return c
}
