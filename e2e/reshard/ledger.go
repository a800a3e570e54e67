package reshard

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// onItsWay is how much older than the instant at which a reader begins a record may
// be: it has its arrival before it is durable, and is there only then.
const onItsWay = time.Second

// ledger is what a reader saw of each key.
type ledger struct {
	since time.Time
	first map[string]int64  // the number of the first record
	next  map[string]int64  // the number after the last
	last  map[string]string // the last sequence number
}

func newLedger(since time.Time) ledger {
	return ledger{since, map[string]int64{}, map[string]int64{}, map[string]string{}}
}

// add takes the next record of a key. It is an error if it is not the next, or
// arrived long before the reader begins.
func (l *ledger) add(rec types.Record) error {
	key := *rec.PartitionKey
	n, err := strconv.ParseInt(string(rec.Data), 10, 64)
	if err != nil {
		return fmt.Errorf("record of %s: %w", key, err)
	}
	next, seen := l.next[key]
	switch {
	case !seen:
		l.first[key] = n
	case n != next:
		return fmt.Errorf("record %d of %s follows %d", n, key, next-1)
	case *rec.SequenceNumber <= l.last[key]:
		return fmt.Errorf("record %d of %s has number %s, the one before has %s", n, key, *rec.SequenceNumber, l.last[key])
	}
	if rec.ApproximateArrivalTimestamp.Before(l.since.Add(-onItsWay)) {
		return fmt.Errorf("record %d of %s arrived at %v, before %v", n, key, rec.ApproximateArrivalTimestamp, l.since)
	}
	l.next[key], l.last[key] = n+1, *rec.SequenceNumber
	return nil
}

// complete is an error unless the records of key begin at most at from and end
// before to.
func (l *ledger) complete(key string, from, to int64) error {
	first, seen := l.first[key]
	if !seen {
		first = to
	}
	if first > from || seen && l.next[key] != to {
		return fmt.Errorf("records %d to %d of %s were read, want %d to %d", first, l.next[key], key, from, to)
	}
	return nil
}

// divideTheRing is an error unless the hash keys of shards are all that there are,
// each once: what the Kinesis Client Library demands of a list that it begins with.
func divideTheRing(shards []types.Shard) error {
	type part struct{ start, end *big.Int }
	parts := make([]part, len(shards))
	for i, sh := range shards {
		start, _ := new(big.Int).SetString(*sh.HashKeyRange.StartingHashKey, 10)
		end, _ := new(big.Int).SetString(*sh.HashKeyRange.EndingHashKey, 10)
		parts[i] = part{start, end}
	}
	slices.SortFunc(parts, func(a, b part) int { return a.start.Cmp(b.start) })
	next, one := new(big.Int), big.NewInt(1)
	for _, p := range parts {
		if p.start.Cmp(next) != 0 {
			return fmt.Errorf("a shard begins at hash key %v, want %v", p.start, next)
		}
		next.Add(p.end, one)
	}
	if all := new(big.Int).Lsh(one, 128); next.Cmp(all) != 0 {
		return fmt.Errorf("no shard begins at hash key %v", next)
	}
	return nil
}
