package streams

import (
	"context"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// outcome is what became of one entry of an operation on received records.
type outcome struct {
	handle string
	failed *awsapi.Error // nil if nothing did
}

// verdict does something to a letter at now, or says why not. l is nil if the record is
// no letter any more; then failed says what that means. It is called with the lock of d.
type verdict func(d *delivery, i int, l *letter, failed *awsapi.Error, now time.Time) *awsapi.Error

// eachReceipt lets judge decide over the records that handles name, each for itself and
// in order. isDead says which operation the handles must be from.
func (s *Service) eachReceipt(caller access.Caller, arn *string, isDead bool, handles []*string, judge verdict) (*delivery, []outcome, error) {
	st, q, err := s.findQueue(caller, arn)
	if err != nil {
		return nil, nil, err
	}
	if q.Status == kinesis.QueueStatusDeleting {
		return nil, nil, errNoQueue(q.arn(st.streamKey))
	}
	d, now := s.deliveries.of(q.id), time.Now()
	outcomes := make([]outcome, len(handles))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settleLocked(q, now)
	for i, handle := range handles {
		outcomes[i].handle = strings.Clone(*handle)
		r, ok := s.tokens.openReceipt(*handle)
		if !ok || r.queue != q.id || r.dead != isDead {
			outcomes[i].failed = errReceipt()
			continue
		}
		l, failed := s.letterOfLocked(st, d, r)
		outcomes[i].failed = judge(d, i, l, failed, now)
	}
	return d, outcomes, nil
}

// letterOfLocked returns the letter that r is the newest receipt of. If there is none
// it says why not: what was acknowledged cannot be told from what was never kept, but
// for what the log has forgotten.
func (s *Service) letterOfLocked(st *stream, d *delivery, r receipt) (*letter, *awsapi.Error) {
	l, p := d.letterLocked(r.shard, r.offset), d.mu.shards[r.shard]
	sh := st.shard(r.shard)
	switch {
	case l == nil && (sh == nil || p == nil || r.offset >= p.read || r.offset < s.log.State(st.ref(sh)).Floor):
		return nil, errReceiptGone()
	case l == nil:
		return nil, errReceiptAcknowledged()
	case l.handed != r.handed:
		return nil, errReceiptSuperseded()
	case !r.dead && l.state == dead:
		return nil, errReceiptDead()
	}
	return l, nil
}

// acknowledge forgets records, and returns when that is durable. One that was
// acknowledged already is a success again.
func (s *Service) acknowledge(ctx context.Context, caller access.Caller, arn *string, isDead bool, handles []*string) ([]outcome, error) {
	d, outcomes, err := s.eachReceipt(caller, arn, isDead, handles, func(d *delivery, _ int, l *letter, failed *awsapi.Error, _ time.Time) *awsapi.Error {
		if l != nil {
			d.removeLocked(l)
		}
		if failed != nil && failed.Message == errReceiptAcknowledged().Message {
			return nil
		}
		return failed
	})
	if err != nil {
		return nil, err
	}
	return outcomes, s.deliveries.written(ctx, d)
}

// hide makes records visible so many seconds from now. One whose time is over but that
// nobody has received again is in flight again; that is not documented.
func (s *Service) hide(caller access.Caller, arn *string, isDead bool, handles []*string, seconds []int32) ([]outcome, error) {
	d, outcomes, err := s.eachReceipt(caller, arn, isDead, handles, func(d *delivery, i int, l *letter, failed *awsapi.Error, now time.Time) *awsapi.Error {
		if l != nil {
			d.moveLocked(l, now.Add(time.Duration(seconds[i])*time.Second))
		}
		return failed
	})
	if err != nil {
		return nil, err
	}
	s.deliveries.note(d, s.deliveries.soon)
	return outcomes, nil
}

// restore makes of dead letters records that were never received, and returns when
// that is durable.
func (s *Service) restore(ctx context.Context, caller access.Caller, arn *string, handles []*string) ([]outcome, error) {
	d, outcomes, err := s.eachReceipt(caller, arn, true, handles, func(d *delivery, _ int, l *letter, failed *awsapi.Error, now time.Time) *awsapi.Error {
		if l != nil {
			d.restoreLocked(l, now)
		}
		return failed
	})
	if err != nil {
		return nil, err
	}
	return outcomes, s.deliveries.written(ctx, d)
}

// parted makes of outcomes the two lists of an answer, neither of which is nil.
func parted[S, F any](outcomes []outcome, succeeded func(handle *string) S, failed func(handle, code, message *string) F) ([]S, []F) {
	good, bad := []S{}, []F{}
	for _, o := range outcomes {
		if o.failed == nil {
			good = append(good, succeeded(&o.handle))
		} else {
			bad = append(bad, failed(&o.handle, &o.failed.Code, &o.failed.Message))
		}
	}
	return good, bad
}

// handlesOf returns the receipt handles of entries.
func handlesOf[E any](entries []E, handle func(*E) *string) []*string {
	list := make([]*string, len(entries))
	for i := range entries {
		list[i] = handle(&entries[i])
	}
	return list
}
