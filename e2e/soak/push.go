package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// register makes a consumer of the stream and returns a reader that is pushed to.
func (st *stream) register(ctx context.Context) (reader, error) {
	out, err := st.client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{StreamARN: &st.arn, ConsumerName: aws.String("pushed")})
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	consumer := *out.Consumer.ConsumerARN
	return func(ctx context.Context, shard string, meet func([]types.Record) error) ([]types.ChildShard, error) {
		p := &pushed{st: st, consumer: consumer, shard: shard, meet: meet}
		p.position = types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon}
		for {
			children, err := p.subscribe(ctx)
			if err != nil || len(children) > 0 {
				return children, err
			}
		}
	}, nil
}

// pushed is a shard that is pushed, in one subscription after the other.
type pushed struct {
	st              *stream
	consumer, shard string
	meet            func([]types.Record) error
	position        types.StartingPosition
}

// subscribe reads one subscription to its end. It returns the children if that is
// the end of the shard too.
func (p *pushed) subscribe(ctx context.Context) (children []types.ChildShard, err error) {
	out, err := p.st.client.pushing.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{
		ConsumerARN: &p.consumer, ShardId: &p.shard, StartingPosition: &p.position,
	})
	if err != nil {
		return nil, err
	}
	p.st.counts.subscriptions.Add(1)
	events := out.GetStream()
	defer func() { err = errors.Join(err, events.Close()) }()
	for e := range events.Events() {
		event, ok := e.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent)
		if !ok {
			return nil, fmt.Errorf("an event of type %T", e)
		}
		if err := p.meet(event.Value.Records); err != nil {
			return nil, err
		}
		ended := event.Value.ContinuationSequenceNumber == nil
		if ended != (len(event.Value.ChildShards) > 0) {
			return nil, fmt.Errorf("%d children beside the continuation %v", len(event.Value.ChildShards), event.Value.ContinuationSequenceNumber)
		}
		if ended {
			return event.Value.ChildShards, nil
		}
		p.position = types.StartingPosition{
			Type:           types.ShardIteratorTypeAfterSequenceNumber,
			SequenceNumber: event.Value.ContinuationSequenceNumber,
		}
	}
	return nil, events.Err()
}
