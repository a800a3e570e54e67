package streams

import (
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// scope is which shards a listing has.
type scope uint8

const (
	// sinceAt are the shards that were open at an instant or later.
	sinceAt scope = iota
	// openAt are those that were open at it.
	openAt
)

// listing says which shards of a stream are listed, all pages long: times are
// decided when the first page is made.
type listing struct {
	scope scope
	at    shardlog.Millis
	asOf  shardlog.Millis // the instant of the first page
}

// has reports whether sh, of the family as it was at n.asOf, is listed.
func (n listing) has(l lineage, sh *shard) bool {
	if n.scope == openAt {
		return l.openAt(sh, n.at)
	}
	return l.since(sh, n.at)
}

// listingOf makes of a ShardFilter a listing and the id after which it begins,
// nil for the first. A filter of nil is FROM_TRIM_HORIZON.
func listingOf(l lineage, f *kinesis.ShardFilter) (n listing, after *string, err error) {
	n = listing{scope: sinceAt, at: l.horizon, asOf: l.asOf}
	if f == nil {
		return n, nil, nil
	}
	if err := checkFilter(f); err != nil {
		return n, nil, err
	}
	switch *f.Type {
	case kinesis.ShardFilterTypeAfterShardId:
		after = f.ShardId
	case kinesis.ShardFilterTypeAtTrimHorizon:
		n.scope, n.at = openAt, l.clamp(l.horizon)
	case kinesis.ShardFilterTypeAtLatest:
		n.scope, n.at = openAt, l.asOf
	case kinesis.ShardFilterTypeAtTimestamp:
		n.scope, n.at = openAt, l.clamp(millis(f.Timestamp))
	case kinesis.ShardFilterTypeFromTimestamp:
		n.at = max(millis(f.Timestamp), l.horizon)
	}
	return n, after, nil
}

// checkFilter: ShardId goes with AFTER_SHARD_ID, Timestamp with the two types
// that are named after it, and neither with any other (API, ListShards).
func checkFilter(f *kinesis.ShardFilter) error {
	wantsID := *f.Type == kinesis.ShardFilterTypeAfterShardId
	wantsTime := *f.Type == kinesis.ShardFilterTypeAtTimestamp || *f.Type == kinesis.ShardFilterTypeFromTimestamp
	switch {
	case wantsID && f.ShardId == nil:
		return errFilterNeeds(*f.Type, "ShardId")
	case !wantsID && f.ShardId != nil:
		return errFilterRefuses(*f.Type, "ShardId")
	case wantsTime && f.Timestamp == nil:
		return errFilterNeeds(*f.Type, "Timestamp")
	case !wantsTime && f.Timestamp != nil:
		return errFilterRefuses(*f.Type, "Timestamp")
	}
	return nil
}

func millis(t *time.Time) shardlog.Millis { return shardlog.MillisOf(*t) }

// pageOf returns the first most shards at or above from that has accepts, and
// whether there are more.
func (l lineage) pageOf(from int64, most int, has func(*shard) bool) (list []kinesis.Shard, more bool) {
	list = []kinesis.Shard{}
	for _, sh := range l.st.shards {
		if int64(sh.number) < from || !has(sh) {
			continue
		}
		if len(list) == most {
			return list, true
		}
		list = append(list, l.describe(sh))
	}
	return list, false
}

// exclusiveStart returns the number at which a listing begins that comes after
// id, which is read as loosely as any.
func exclusiveStart(key streamKey, id *string) (int64, error) {
	if id == nil {
		return 0, nil
	}
	number, ok := parseShardID(*id)
	if !ok {
		return 0, errShardNotFound(key, *id)
	}
	return int64(number) + 1, nil
}
