package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// PutRecord puts one record and returns when it is durable.
// SequenceNumberForOrdering is judged, and holds by construction: numbers of a
// shard only rise.
func (s *Service) PutRecord(ctx context.Context, caller access.Caller, in *kinesis.PutRecordInput) (*kinesis.PutRecordOutput, error) {
	st, err := s.writable(caller, in.StreamName, in.StreamARN)
	if in.PartitionKey == nil && (err != nil || st.needsKey()) {
		return nil, errNoKey("partitionKey") // a constraint, so before all else
	}
	if err != nil {
		return nil, err
	}
	p := newPuts(st, 1)
	if err := p.add(0, in.Data, in.PartitionKey, in.ExplicitHashKey); err != nil {
		return nil, err
	}
	if err := s.checkOrdering(st, in.SequenceNumberForOrdering); err != nil {
		return nil, err
	}
	if err := st.tooLong(len(in.Data), len(p.entries[0].Key), func() string { return "data" }); err != nil {
		return nil, err
	}
	if in.DryRun != nil && *in.DryRun {
		return nil, errDryRun()
	}
	if err := s.append(ctx, p); err != nil {
		return nil, err
	}
	if err := p.results[0].Err; err != nil {
		return nil, errPut(st, err)
	}
	return &kinesis.PutRecordOutput{
		ShardId:        &p.shards[0].id,
		SequenceNumber: new(p.sequence(0).String()),
	}, nil
}

// checkOrdering judges a SequenceNumberForOrdering: it can be read, and did not
// arrive in the future. One of another shard is accepted (observed).
func (s *Service) checkOrdering(st *stream, number *string) error {
	if number == nil {
		return nil
	}
	n, ok := parseSequenceNumber(*number)
	if !ok || n.arrival > uint64(now()/1000) && !s.gave(st, n) {
		return errOrdering(st.streamKey, *number)
	}
	return nil
}

// gave reports whether n was given to a record of st or to the start of a
// shard. Such a number may be ahead of the clock: the clock was set back, or
// the shard has just been made by a reshard.
func (s *Service) gave(st *stream, n sequenceNumber) bool {
	sh := st.shard(n.shard)
	return sh != nil && n.version == 2 && n.created == uint64(sh.Created) && n.index <= uint64(s.log.State(st.ref(sh)).Next)
}
