package streams

import (
	"context"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// position is where a reader asks to begin, in the words of GetShardIterator.
type position struct {
	kind   kinesis.ShardIteratorType
	number *string    // StartingSequenceNumber
	at     *time.Time // Timestamp
}

// offset returns the offset of p in sh: that of a record, or of the one that
// comes next. LATEST is decided now. It judges p in AWS's order: the number is
// given or missing against the type, it can be read, it names this shard, it
// names this stream; for AT_TIMESTAMP, the time is given, and is not in the
// future.
func (s *Service) offset(ctx context.Context, st *stream, sh *shard, p position) (shardlog.Offset, error) {
	numbered := p.kind == kinesis.ShardIteratorTypeAtSequenceNumber || p.kind == kinesis.ShardIteratorTypeAfterSequenceNumber
	var n sequenceNumber
	if p.number != nil {
		if p.kind == kinesis.ShardIteratorTypeLatest || p.kind == kinesis.ShardIteratorTypeTrimHorizon {
			return 0, errStartingNumberUnwanted(p.kind)
		}
		var err error
		if n, err = startingNumber(st, sh, *p.number); err != nil {
			return 0, err
		}
	} else if numbered {
		return 0, errStartingNumberMissing(p.kind)
	}
	switch p.kind {
	case kinesis.ShardIteratorTypeAtSequenceNumber, kinesis.ShardIteratorTypeAfterSequenceNumber:
		return offsetOf(n, p.kind)
	case kinesis.ShardIteratorTypeLatest:
		return s.log.State(st.ref(sh)).Next, nil
	case kinesis.ShardIteratorTypeAtTimestamp:
		return s.offsetAt(ctx, st, sh, p.at)
	}
	return 0, nil // TRIM_HORIZON: reading begins where there is something to be seen
}

// startingNumber reads a number and judges whether it is one of sh's.
func startingNumber(st *stream, sh *shard, number string) (sequenceNumber, error) {
	n, ok := parseSequenceNumber(number)
	switch {
	case !ok:
		return n, errStartingNumberInvalid(st.streamKey, number, sh.number)
	case n.shard != sh.number:
		return n, errStartingNumberShard(n.shard, sh.number)
	case n.version == 0:
		return n, errInternal() // observed
	case n.version != 2 || n.created != uint64(sh.Created):
		return n, errStartingNumberStream(st.streamKey, number, sh.number)
	}
	return n, nil
}

// offsetOf returns where n lies. The starting number, whose index is 0, comes
// before every record. A ContinuationSequenceNumber, which is none of a record, lies
// between two: there AT and AFTER are the same.
func offsetOf(n sequenceNumber, kind kinesis.ShardIteratorType) (shardlog.Offset, error) {
	if kind == kinesis.ShardIteratorTypeAfterSequenceNumber || n.passed {
		if n.index == sequenceIndexMax {
			return 0, errStartingNumberEnd()
		}
		return shardlog.Offset(n.index), nil
	}
	return shardlog.Offset(max(n.index, 1) - 1), nil
}

// offsetAt returns the first record that arrived at or after at, or the place
// of the next one if there is none.
func (s *Service) offsetAt(ctx context.Context, st *stream, sh *shard, at *time.Time) (shardlog.Offset, error) {
	if at == nil {
		return 0, errNoTimestamp()
	}
	t, now := shardlog.MillisOf(*at), now()
	if t > now {
		return 0, errTimestampAhead(t, now)
	}
	offset, err := s.log.Find(ctx, st.ref(sh), t)
	if err != nil {
		return 0, fmt.Errorf("find a time in %s of stream %s: %w", sh.id, st.name, err)
	}
	return offset, nil
}
