package streams

import (
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// Touches returns what the operation op touches when region's i calls it with in, so
// that policies may judge it: resources that exist with their tags and policies, others by
// the ARN that they have or would have. It knows every operation of the model, and
// panics at any other.
//
// The resources are those of the service authorization reference (Kinesis Data Streams),
// but that shard counts, modes and metrics of a stream, for which it names none, are the
// stream's here. Queues are not in it yet: what is done to one is done to the queue,
// and making one to its stream.
func (s *Service) Touches(op *awsapi.Operation, i access.Identity, in any) access.Request {
	t := namedBy(op, in)
	found := s.touched(i, t)
	r := access.Request{Tags: t.tags, TagKeys: t.tagKeys}
	for _, f := range found {
		f.Shared = f.Shared && shared[op]
		f.Unlocked = unlocked[op]
		r.Uses = append(r.Uses, access.Use{Action: op.Action, Resource: f})
	}
	if len(t.tags) > 0 && op.TagAction != "" {
		r.Uses = append(r.Uses, access.Use{Action: op.TagAction, Resource: made(t, found[0])})
	}
	return r
}

// made is what an operation creates with tags, which is in found, or a consumer of it.
func made(t touch, found access.Resource) access.Resource {
	if t.makesConsumer == nil {
		return found
	}
	return access.Resource{ARN: found.ARN + "/consumer/" + *t.makesConsumer + ":*", Account: found.Account}
}

// touch is what an input names.
type touch struct {
	none               bool    // it names nothing, and is judged as "*"
	name, arn          *string // a stream
	consumer           *string // a consumer of arn's stream
	consumerARN        *string
	resourceARN        *string // a stream, a consumer, a queue or a channel
	iterator, nextPage *string // tokens that say which stream they are of
	makesConsumer      *string // the name of one that arn's stream shall have
	streams            []*string
	tags               map[string]string
	tagKeys            []string
}

// touched finds what t names. It is never empty. An input that does not name what its
// operation needs, or in a way that is not understood, touches all streams of the account:
// whoever may do that is told, in AWS's words, what is wrong with it.
//
// By a name the caller means a stream of his own. Where an ARN is there as well it
// is the ARN that counts: the operation refuses one of another name.
func (s *Service) touched(i access.Identity, t touch) (found []access.Resource) {
	switch {
	case t.none:
		return []access.Resource{{ARN: "*"}}
	case t.consumerARN != nil, t.consumer != nil:
		return []access.Resource{s.touchedConsumer(i, t)}
	case t.resourceARN != nil:
		return []access.Resource{s.touchedARN(i, *t.resourceARN)}
	}
	streams := t.streams
	if t.arn != nil {
		streams = []*string{t.arn}
	}
	for _, arn := range streams {
		found = append(found, s.touchedStreamARN(i, arn))
	}
	if t.name != nil && t.arn == nil {
		found = append(found, s.touchedStream(streamKey{i.Account(), i.Region(), *t.name}))
	}
	if key, ok := s.tokenStream(i, t); ok {
		found = append(found, s.touchedStream(key))
	}
	if found == nil {
		found = []access.Resource{anyStream(i)}
	}
	return found
}

// anyStream stands for all streams of i's account.
func anyStream(i access.Identity) access.Resource {
	return access.Resource{ARN: streamKey{i.Account(), i.Region(), "*"}.arn(), Account: i.Account()}
}

// Resource is a stream, whether it is there or not, as policies see it, for what is done
// with it besides AWS's operations. No policy of its own lets other accounts do that.
func (s *Service) Resource(account, region, name string) access.Resource {
	r := s.touchedStream(streamKey{account, region, name})
	r.Shared = false
	return r
}

// touchedStream is the stream at key, whether it is there or not. Its ARN is the one that
// we would write, so that no other spelling escapes a policy.
func (s *Service) touchedStream(key streamKey) access.Resource {
	r := access.Resource{ARN: key.arn(), Account: key.account, Shared: true}
	if st := s.catalog.now().byKey[key]; st != nil {
		r.Tags, r.Policy = st.Tags, st.shared
	}
	return r
}

func (s *Service) touchedStreamARN(i access.Identity, arn *string) access.Resource {
	if arn == nil {
		return anyStream(i)
	}
	key, ok := parseARN(*arn)
	if !ok {
		return anyStream(i)
	}
	return s.touchedStream(key)
}

// touchedConsumer is the consumer that a request means by an ARN, or by its stream's and
// a name; such a one that is not there has no creation in its ARN.
func (s *Service) touchedConsumer(i access.Identity, t touch) access.Resource {
	key, err := consumerAddress(t.arn, t.consumer, t.consumerARN)
	if err != nil {
		return anyStream(i)
	}
	return s.touchedConsumerAt(key, t.consumerARN == nil)
}

func (s *Service) touchedConsumerAt(key consumerKey, byName bool) access.Resource {
	r := access.Resource{ARN: key.arn(), Account: key.stream.account, Shared: true}
	if byName {
		r.ARN = key.stream.arn() + "/consumer/" + key.name + ":*"
	}
	st := s.catalog.now().byKey[key.stream]
	if st == nil {
		return r
	}
	if c := st.consumer(key.name); c != nil && (byName || c.Created == key.created) {
		r.ARN, r.Tags, r.Policy = st.consumerKey(c).arn(), c.Tags, c.shared
	}
	return r
}

// touchedARN is what a ResourceARN, a QueueARN or a ChannelARN names.
func (s *Service) touchedARN(i access.Identity, arn string) access.Resource {
	if key, ok := parseConsumerARN(arn); ok {
		return s.touchedConsumerAt(key, false)
	}
	if key, ok := parseARN(arn); ok {
		return s.touchedStream(key)
	}
	f := strings.SplitN(arn, ":", 6)
	if len(f) != 6 || !strings.HasPrefix(f[5], "queue/") && !strings.HasPrefix(f[5], "channel/") {
		return anyStream(i)
	}
	r := access.Resource{ARN: "arn:" + partitionOf(f[3]) + ":kinesis:" + f[3] + ":" + f[4] + ":" + f[5], Account: f[4], Shared: true}
	if id, account, region, ok := parseQueueARN(arn); ok {
		st := s.catalog.now().byID[id.stream]
		if q := st.queue(id.number); q != nil && st.account == account && st.region == region {
			r.Tags, r.Policy = q.Tags, q.shared
		}
	}
	return r
}

// tokenStream returns the stream that a shard iterator or a page of ListShards is of.
// That it is too old does not matter here: the operation says so.
func (s *Service) tokenStream(i access.Identity, t touch) (streamKey, bool) {
	var id shardlog.StreamID
	var name string
	switch {
	case t.iterator != nil:
		it, err := s.tokens.readIterator(*t.iterator)
		if err != nil {
			return streamKey{}, false
		}
		id, name = it.stream, it.name
	case t.nextPage != nil:
		p, err := s.tokens.openShards(*t.nextPage, 0)
		if err != nil {
			return streamKey{}, false
		}
		id, name = p.stream, p.name
	default:
		return streamKey{}, false
	}
	if st := s.catalog.now().byID[id]; st != nil {
		return st.streamKey, true
	}
	return streamKey{i.Account(), i.Region(), name}, true // gone
}
