package streams

import (
	"context"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// RegisterStreamConsumer registers a consumer with a stream that is ACTIVE or
// UPDATING: CREATING, then ACTIVE. The answer describes it as CREATING, as AWS's
// does, also where there is no delay and the next answer will say ACTIVE. It
// refuses a name that is taken, be it by a consumer in DELETING, and what goes
// over the limits. That those in CREATING are counted per account and region is
// not documented. Tags hold from CREATING on.
func (s *Service) RegisterStreamConsumer(ctx context.Context, caller access.Caller, in *kinesis.RegisterStreamConsumerInput) (*kinesis.RegisterStreamConsumerOutput, error) {
	st, err := s.find(caller, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	name, tags := strings.Clone(*in.ConsumerName), cloneTags(in.Tags)
	st, err = s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if old == nil {
			return nil, errNoStream(st.streamKey)
		}
		if err := s.checkRegistration(old, name, tags); err != nil {
			return nil, err
		}
		return old.withConsumer(s.registered(old, name, tags, time.Now())), nil
	})
	s.poke() // it may be in doubt whether the change was written
	if err != nil {
		return nil, err
	}
	c := st.consumer(name)
	return &kinesis.RegisterStreamConsumerOutput{Consumer: &kinesis.Consumer{
		ConsumerName:              &c.name,
		ConsumerARN:               new(st.consumerKey(c).arn()),
		ConsumerStatus:            new(kinesis.ConsumerStatusCreating),
		ConsumerCreationTimestamp: c.creation(),
	}}, nil
}

// checkRegistration judges whether st may get a consumer of that name.
func (s *Service) checkRegistration(st *stream, name string, tags map[string]string) error {
	switch {
	case !st.takesPuts():
		return errNotActive(st)
	case st.consumer(name) != nil:
		return errConsumerExists(st.streamKey, name)
	case st.readers() >= s.consumerLimit(st.streamKey):
		return errConsumerLimit(st.streamKey, s.consumerLimit(st.streamKey))
	case s.consumersCreating(st.streamKey) >= limits.ConsumersCreating:
		return errConsumersCreating(st.streamKey, limits.ConsumersCreating)
	}
	return checkTags(st.streamKey, tags)
}

// registered makes a consumer of st. Without a delay nobody ever sees it CREATING.
func (s *Service) registered(st *stream, name string, tags map[string]string, now time.Time) *consumer {
	doc := consumerDocument{
		Status:  kinesis.ConsumerStatusCreating,
		Since:   shardlog.MillisOf(now),
		Created: max(now.Unix(), st.ConsumerGone+1),
		Tags:    tags,
	}
	if s.options.TransitionDelay <= 0 {
		doc.Status = kinesis.ConsumerStatusActive
	}
	return newConsumer(name, doc)
}

// readers is how many consumers and queues st has; they share a limit (API,
// CreateQueue).
func (st *stream) readers() int { return len(st.consumers) + len(st.queues) }

// consumerLimit is how many consumers the stream at key may have: more while its
// account has On-demand Advantage (API, RegisterStreamConsumer).
func (s *Service) consumerLimit(key streamKey) int {
	if s.committed(key.accountKey()) {
		return limits.ConsumersPerStreamAdvantage
	}
	return limits.ConsumersPerStream
}

// consumersCreating counts the consumers in CREATING of key's account and region.
func (s *Service) consumersCreating(key streamKey) int {
	n := 0
	for _, st := range s.catalog.now().of(streamKey{account: key.account, region: key.region}) {
		for _, c := range st.consumers {
			if c.Status == kinesis.ConsumerStatusCreating {
				n++
			}
		}
	}
	return n
}
