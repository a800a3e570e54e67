package streams

import (
	"context"
	"time"
	"unsafe"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// GetRecords returns the records from an iterator on, up to Limit and 10 MiB,
// and a new iterator each time. It does not wait for records, unless ctx has
// Patience, and then it counts as one read all the same. With the last
// record of a closed shard there is no new iterator, and ChildShards are there:
// never the one without the other, or the KCL reads on for ever.
//
// The Data of the records belong to the log and must not be written to.
func (s *Service) GetRecords(ctx context.Context, caller access.Caller, in *kinesis.GetRecordsInput) (*kinesis.GetRecordsOutput, error) {
	it, err := s.tokens.openIterator(*in.ShardIterator, now())
	if err != nil {
		return nil, err
	}
	st, err := s.iterated(caller, it, in.StreamARN)
	if err != nil {
		return nil, err
	}
	sh := st.shard(it.shard)
	if in.DryRun != nil && *in.DryRun {
		return nil, errDryRun()
	}
	if f := s.faultsOf(st); f != nil {
		if err := f.read(ctx, st, sh, it); err != nil {
			return nil, err
		}
	}
	if err := s.limitRead(st, sh); err != nil {
		return nil, err
	}
	c := cursor{log: s.log, st: st, sh: sh, horizon: s.horizon(st), next: it.next}
	p, err := s.readPatiently(ctx, &c, shardlog.Limit{
		Records: limits.Page(in.Limit, limits.GetRecordsRecords),
		Bytes:   limits.GetRecordsBytes,
	})
	if err != nil {
		return nil, errRead(st, it.shard, err)
	}
	st, sh = c.st, c.sh // as they are after the waiting; in may be gone by now
	st.payRead(sh, int64(sizeOf(p.records...)))
	out := &kinesis.GetRecordsOutput{
		Records:            sh.describe(p.records),
		MillisBehindLatest: new(int64(p.behind)),
	}
	if p.ended {
		out.ChildShards = st.childShards(sh)
		return out, nil
	}
	it.next, it.given = c.next, now()
	out.NextShardIterator = new(s.tokens.iterator(it))
	return out, nil
}

// iterated returns the stream of an iterator; its shard exists. arn may name
// the stream as well.
func (s *Service) iterated(caller access.Caller, it shardIterator, arn *string) (*stream, error) {
	key := streamKey{caller.Account(), caller.Region(), it.name}
	snapshot := s.catalog.now()
	st := snapshot.byID[it.stream]
	if st == nil {
		// A stream that was made again has the shard, but not the place (observed).
		if again := snapshot.byKey[key]; again != nil && again.shows(it.shard, s.horizon(again)) {
			return nil, errInternal()
		}
		return nil, errNoShard(key, it.shard)
	}
	// What another account's iterator gets is not documented. It must not tell
	// that the stream is there.
	if !st.owns(caller) || !st.shows(it.shard, s.horizon(st)) {
		return nil, errNoShard(key, it.shard)
	}
	if arn != nil {
		if named, ok := parseARN(*arn); !ok || named != st.streamKey {
			return nil, errIteratorOfAnotherStream(*arn)
		}
	}
	return st, nil
}

// describe returns records as AWS describes them, in a number of allocations
// that does not depend on theirs. Partition keys are those of the log's own
// records, and one that is empty was not given.
func (sh *shard) describe(records []shardlog.Record) []kinesis.Record {
	n := len(records)
	list := make([]kinesis.Record, n)
	numbers := make([]string, n)
	arrivals := make([]time.Time, 0, n)
	digits := make([]byte, 0, n*sequenceDigits)
	var sequence sequence
	var encrypted *kinesis.EncryptionType
	for i := range records {
		r := &records[i]
		at := len(digits)
		digits = sequence.append(digits, sh.sequence(r.Offset, r.Stamp))
		numbers[i] = unsafe.String(&digits[at], sequenceDigits) // digits has room for all and never moves
		if i == 0 || r.Arrival != records[i-1].Arrival {        // those that arrived together share a time
			arrivals = append(arrivals, r.Arrival.Time())
		}
		list[i] = kinesis.Record{
			SequenceNumber:              &numbers[i],
			ApproximateArrivalTimestamp: &arrivals[len(arrivals)-1],
			Data:                        r.Data,
		}
		if r.Key != "" {
			list[i].PartitionKey = &r.Key
		}
		if r.Encrypted {
			if encrypted == nil {
				encrypted = new(kinesis.EncryptionTypeKms)
			}
			list[i].EncryptionType = encrypted
		}
	}
	return list
}
