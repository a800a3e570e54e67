package streams

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// limitRead lets a call of GetRecords through, or says which limit of the shard
// does not. A call that is refused counts for no limit.
func (s *Service) limitRead(st *stream, sh *shard) error {
	if st.limits == nil {
		return nil
	}
	limit := sh.live.meter().takeRead(st.limits)
	if limit == "" {
		return nil
	}
	says := st.limits.Says(limit)
	s.throttled(st, limit, says, 1)
	return errReadThrottled(st, sh, says)
}

// payRead counts what such a call returned.
func (st *stream) payRead(sh *shard, bytes int64) {
	if st.limits != nil {
		sh.live.meter().payRead(st.limits, bytes)
	}
}

// limitIterator does the same for GetShardIterator, of which AWS counts the calls
// of an account on a shard (API, GetShardIterator).
func (s *Service) limitIterator(st *stream, sh *shard) error {
	if st.limits == nil || !st.limits.Calls {
		return nil
	}
	operation := kinesis.OpGetShardIterator.Name
	r, ok := limits.OperationRate(operation)
	if !ok || sh.live.meter().takeIterator(int64(r.PerSecond)) {
		return nil
	}
	s.throttled(st, operation, r.Says(operation), 1)
	return errReadThrottled(st, sh, r.Says(operation))
}
