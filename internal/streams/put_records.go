package streams

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// PutRecords puts up to 500 records in one append and answers each for itself,
// in the order of the request. A record that cannot be right fails the whole
// call, and so does a log that takes nothing, or a stream that is deleted
// meanwhile; what else happens to a single record is in its result.
//
// Unlike AWS, it keeps the order of the records of a call within their shards.
func (s *Service) PutRecords(ctx context.Context, caller access.Caller, in *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
	st, err := s.writable(caller, in.StreamName, in.StreamARN)
	if i := firstWithoutKey(in.Records); i >= 0 && (err != nil || st.needsKey()) {
		return nil, errNoKey(fmt.Sprintf("records.%d.member.partitionKey", i+1))
	}
	if err != nil {
		return nil, err
	}
	p := newPuts(st, len(in.Records))
	for i := range in.Records {
		r := &in.Records[i]
		if err := p.add(i, r.Data, r.PartitionKey, r.ExplicitHashKey); err != nil {
			return nil, err
		}
	}
	if err := p.checkSizes(); err != nil {
		return nil, err
	}
	if in.DryRun != nil && *in.DryRun {
		return nil, errDryRun()
	}
	if err := s.append(ctx, p); err != nil {
		return nil, err
	}
	return p.answer()
}

// firstWithoutKey returns the index of the first record without a partition
// key, -1 if all have one.
func firstWithoutKey(records []kinesis.PutRecordsRequestEntry) int {
	for i := range records {
		if records[i].PartitionKey == nil {
			return i
		}
	}
	return -1
}

// checkSizes judges each record against the stream's bound, and all together.
func (p *puts) checkSizes() error {
	total := 0
	for i := range p.entries {
		data, key := len(p.entries[i].Data), len(p.entries[i].Key)
		path := func() string { return fmt.Sprintf("records.%d.member.data", i+1) }
		if err := p.st.tooLong(data, key, path); err != nil {
			return err
		}
		total += data + key
	}
	if total > limits.PutRecordsBytes {
		return errRequestTooLarge()
	}
	return nil
}

// answer makes the output of the results. The number of allocations does not
// depend on that of records: all sequence numbers and ids are cut from one text.
// The ids are written anew, which is quicker than to look for those of shards
// that nobody has looked at for long.
func (p *puts) answer() (*kinesis.PutRecordsOutput, error) {
	n := len(p.results)
	records := make([]kinesis.PutRecordsResultEntry, n)
	names := make([]struct{ number, shard string }, n)
	text := make([]byte, 0, n*(sequenceDigits+shardIDLength)) // has room for all and never moves
	failed := int32(0)
	for i := range p.results {
		if err := p.results[i].Err; err != nil {
			if errors.Is(err, shardlog.ErrDropped) {
				return nil, errNoStream(p.st.streamKey) // nothing of the stream is left
			}
			if errors.Is(err, shardlog.ErrKey) {
				return nil, errStreamKey(p.st, err)
			}
			failed++
			records[i].ErrorCode, records[i].ErrorMessage = failure(err)
			continue
		}
		at := len(text)
		text = p.sequence(i).append(text)
		text = appendShardID(text, p.shards[i].number)
		names[i].number = unsafe.String(&text[at], sequenceDigits)
		names[i].shard = unsafe.String(&text[at+sequenceDigits], shardIDLength)
		records[i].SequenceNumber = &names[i].number
		records[i].ShardId = &names[i].shard
	}
	return &kinesis.PutRecordsOutput{FailedRecordCount: &failed, Records: records, EncryptionType: p.st.putEncryption()}, nil
}

// failure returns the code and the message of a record that was not put, or of
// which that is not known.
func failure(err error) (code, message *string) {
	var refused *awsapi.Error
	if errors.As(err, &refused) {
		return &refused.Code, &refused.Message
	}
	if errors.Is(err, shardlog.ErrNoSpace) {
		return new(codeThroughput), new(messageNoSpace)
	}
	return new(codeInternal), new(messageInternal)
}
