package streams

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/limits"
)

// calls are the buckets of the operations that AWS lets an account call so often
// in a second. They are full again after a second, and then need not be
// remembered: what is kept follows what was called in the last second.
type calls struct {
	begin time.Time
	mu    struct {
		sync.Mutex
		buckets map[callKey]*bucket
		// sweepAt is the number of buckets at which those that are full are
		// forgotten.
		sweepAt int
	}
}

// callKey is whose calls of what are counted together. stream is "" for a rate of
// the account; consumer and shard are, but for a rate of a consumer on a shard.
type callKey struct {
	account, region, stream, consumer, operation string

	shard uint32
}

const sweepCalls = 1024

// take lets a call through, or does not. What it keeps of key is copied.
func (c *calls) take(key callKey, r rate) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Since(c.begin)
	b := c.mu.buckets[key]
	if b == nil {
		c.sweepLocked(now)
		b = new(bucket)
		c.mu.buckets[key.clone()] = b
	}
	return b.take(now, 1, r)
}

func (c *calls) sweepLocked(now time.Duration) {
	if c.mu.buckets == nil {
		c.mu.buckets, c.mu.sweepAt = map[callKey]*bucket{}, sweepCalls
	}
	if len(c.mu.buckets) < c.mu.sweepAt {
		return
	}
	for key, b := range c.mu.buckets {
		if now-b.at >= time.Second { // by any rate of calls
			delete(c.mu.buckets, key)
		}
	}
	c.mu.sweepAt = max(sweepCalls, 2*len(c.mu.buckets))
}

func (k callKey) clone() callKey {
	return callKey{
		strings.Clone(k.account), strings.Clone(k.region), strings.Clone(k.stream),
		strings.Clone(k.consumer), strings.Clone(k.operation), k.shard,
	}
}

// LimitsCalls reports whether LimitCall may refuse a call of an operation: whether
// AWS states a rate that an account, a stream, or a consumer on a shard is counted
// for. Those of a shard are the operations' own matter.
func (s *Service) LimitsCalls(operation string) bool {
	r, ok := limits.OperationRate(operation)
	return ok && r.Scope != limits.PerShard
}

// LimitCall lets a call of an operation through, or returns what AWS says to one
// too many. It is called once the input keeps to the model's constraints and
// before the operation; in is what the operation gets. Rates of an account go by
// its profile, the others by that of the stream.
//
// Unlike AWS, a page of ListShards that a token asks for is not counted.
func (s *Service) LimitCall(caller access.Caller, operation string, in any) error {
	r, _ := limits.OperationRate(operation)
	key := callKey{account: caller.Account(), region: caller.Region(), operation: operation}
	name := streamIn(in)
	if !s.countsCalls(&key, r.Scope, name) {
		return nil
	}
	if r.Scope == limits.PerConsumer {
		v := reflect.ValueOf(in).Elem()
		key.consumer = textIn(v, "ConsumerARN")
		key.shard, _ = parseShardID(textIn(v, "ShardId"))
	}
	if s.calls.take(key, aSecondOf(int64(r.PerSecond))) {
		return nil
	}
	k, says := key.clone(), r.Says(operation)
	s.options.Throttled(Throttled{k.account, k.region, k.stream, k.operation, says, 1})
	if name == "" {
		return errAccountCalls(k.account, says)
	}
	return errStreamCalls(k.account, name, says)
}

// countsCalls reports whether calls with a rate of that scope are counted. If it is
// not the account's, it sets key.stream to the stream of that name; of one that is
// not there the operation will say so.
func (s *Service) countsCalls(key *callKey, scope limits.Scope, name string) bool {
	if scope == limits.PerAccount {
		profile, _ := s.catalog.profiles().ofAccount(accountKey{key.account, key.region})
		return profile.Calls
	}
	st := s.catalog.now().byKey[streamKey{key.account, key.region, name}]
	if st == nil || st.limits == nil {
		return false
	}
	key.stream = st.name
	return st.limits.Calls
}

// streamIn returns the name of the stream that an input names, "" if none. It
// lies in the input.
func streamIn(in any) string {
	v := reflect.ValueOf(in).Elem()
	if name := textIn(v, "StreamName"); name != "" {
		return name
	}
	for _, member := range []string{"StreamARN", "ConsumerARN", "ResourceARN"} {
		if _, name, ok := strings.Cut(textIn(v, member), ":stream/"); ok {
			name, _, _ = strings.Cut(name, "/")
			return name
		}
	}
	return ""
}

// textIn returns the text of a member of a structure, "" if it has none.
func textIn(v reflect.Value, member string) string {
	f := v.FieldByName(member)
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
		return ""
	}
	return f.Elem().String()
}
