package streams

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// hearing is the subscriber of a test: what a subscription has said so far, each event with the
// time at which it came.
type hearing struct {
	r     *rig
	leave context.CancelFunc
	mu    sync.Mutex
	heard []heard
	ended bool
	err   error // what it ended with
}

type heard struct {
	*kinesis.SubscribeToShardEvent
	at time.Time
}

// subscribe subscribes to a shard of the stream "orders" and lets it go on in the
// bubble until the test ends, or leave is called.
func (r *rig) subscribe(arn, shard string, from kinesis.StartingPosition) *hearing {
	r.t.Helper()
	s, err := r.subscribeErr(arn, shard, from)
	must(r.t, 0, err)
	return s
}

func (r *rig) subscribeErr(arn, shard string, from kinesis.StartingPosition) (*hearing, error) {
	ctx, leave := context.WithCancel(r.ctx())
	events, err := r.SubscribeToShard(ctx, testCaller, &kinesis.SubscribeToShardInput{ConsumerARN: &arn, ShardId: &shard, StartingPosition: &from})
	if err != nil {
		leave()
		return nil, err
	}
	s := &hearing{r: r, leave: leave}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e, err := range events {
			s.hear(e, err)
		}
		s.end()
	}()
	r.t.Cleanup(func() { leave(); <-done })
	synctest.Wait()
	return s, nil
}

func (s *hearing) hear(e *kinesis.SubscribeToShardEvent, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err = err; err == nil {
		s.heard = append(s.heard, heard{e, time.Now()})
	}
}

func (s *hearing) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// events returns the events so far.
func (s *hearing) events() []heard {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// over returns whether it has ended, and with which error.
func (s *hearing) over() (bool, error) {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended, s.err
}

// said returns the data of all records so far.
func (s *hearing) said() []string {
	list := []string{}
	for _, e := range s.events() {
		list = append(list, texts(e.Records)...)
	}
	return list
}

// last returns the newest event.
func (s *hearing) last() heard {
	s.r.t.Helper()
	events := s.events()
	if len(events) == 0 {
		s.r.t.Fatal("nothing was said")
	}
	return events[len(events)-1]
}

// wantGoing checks that the subscription has not ended.
func (s *hearing) wantGoing() {
	s.r.t.Helper()
	if ended, err := s.over(); ended {
		s.r.t.Errorf("the subscription has ended: %v", err)
	}
}

// wantEnd checks that it has ended, without an error if code is empty.
func (s *hearing) wantEnd(code, message string) {
	s.r.t.Helper()
	switch ended, err := s.over(); {
	case !ended:
		s.r.t.Error("the subscription goes on")
	case code != "":
		wantError(s.r.t, err, code, message)
	case err != nil:
		s.r.t.Errorf("the subscription has ended with %v", err)
	}
}

// audited makes a stream and a consumer of it, and returns the consumer's ARN.
func (r *rig) audited(shards int32) string {
	r.t.Helper()
	r.create("orders", shards)
	return r.register("orders", "audit")
}

func latest() kinesis.StartingPosition {
	return kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeLatest)}
}

func horizon() kinesis.StartingPosition {
	return kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeTrimHorizon)}
}

func atNumber(n string) kinesis.StartingPosition {
	return kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeAtSequenceNumber), SequenceNumber: &n}
}

func afterNumber(n string) kinesis.StartingPosition {
	return kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeAfterSequenceNumber), SequenceNumber: &n}
}

func atTime(t time.Time) kinesis.StartingPosition {
	return kinesis.StartingPosition{Type: new(kinesis.ShardIteratorTypeAtTimestamp), Timestamp: &t}
}
