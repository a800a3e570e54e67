package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
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
	if p.evenly && in.SequenceNumberForOrdering != nil {
		return nil, errOrderingUnwanted(st.streamKey)
	}
	if err := s.checkOrdering(ctx, st, in.SequenceNumberForOrdering); err != nil {
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
		ShardId:        new(shardID(p.shards[0].number)),
		SequenceNumber: new(p.sequence(0).String()),
		EncryptionType: p.st.putEncryption(),
	}, nil
}

// checkOrdering judges a SequenceNumberForOrdering: it can be read, and did not
// arrive in the future. One of another shard is accepted (observed).
func (s *Service) checkOrdering(ctx context.Context, st *stream, number *string) error {
	if number == nil {
		return nil
	}
	n, ok := parseSequenceNumber(*number)
	if !ok || n.arrival > uint64(now()/1000) && !s.gave(ctx, st, n) {
		return errOrdering(st.streamKey, *number)
	}
	return nil
}

// gave reports whether n is the number of a record that st holds, or of the
// start of a shard. Such a number may be ahead of the clock: the clock was set
// back, or the shard has just been made by a reshard. It is asked of those
// numbers only, so it may read.
func (s *Service) gave(ctx context.Context, st *stream, n sequenceNumber) bool {
	sh := st.shard(n.shard)
	if sh == nil {
		return false
	}
	if n.index == 0 {
		return n == sh.starting()
	}
	batch, err := s.log.Read(ctx, st.ref(sh), shardlog.Offset(n.index-1), shardlog.Limit{Records: 1, Bytes: 1})
	return err == nil && len(batch.Records) == 1 && n == sh.sequence(batch.Records[0].Offset, batch.Records[0].Stamp)
}
