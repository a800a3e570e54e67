package streams

import (
	"fmt"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// namedBy reads what the input of op names.
func namedBy(op *awsapi.Operation, in any) touch {
	read, ok := touching[op]
	if !ok {
		panic("BUG: streams: nobody has said what " + op.Name + " touches")
	}
	return read(in)
}

// touching says of every operation what its input names. StreamId, which many inputs
// have, is reserved and ignored by all. A page of queues or of streams is of the
// account, and so is what a filter by streams lets through. CreateChannel, which makes
// none here, needs no iam:PassRole for that, nor does it associate a stream.
var touching = map[*awsapi.Operation]func(in any) touch{
	kinesis.OpAcknowledgeDeadLetterQueueRecords: row(func(in *kinesis.AcknowledgeDeadLetterQueueRecordsInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpAcknowledgeQueueRecords:           row(func(in *kinesis.AcknowledgeQueueRecordsInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpAddTagsToStream: row(func(in *kinesis.AddTagsToStreamInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN, tags: in.Tags}
	}),
	kinesis.OpCreateChannel: row(func(in *kinesis.CreateChannelInput) touch {
		return touch{streams: each(in.StreamConfigurationList, func(c *kinesis.ChannelStreamConfiguration) *string { return c.StreamARN }), tags: in.Tags}
	}),
	kinesis.OpCreateQueue: row(func(in *kinesis.CreateQueueInput) touch {
		return touch{streams: each(in.StreamConfigurationList, func(c *kinesis.QueueStreamConfiguration) *string { return c.StreamARN }), tags: in.Tags}
	}),
	kinesis.OpCreateStream: row(func(in *kinesis.CreateStreamInput) touch { return touch{name: in.StreamName, tags: in.Tags} }),
	kinesis.OpDecreaseStreamRetentionPeriod: row(func(in *kinesis.DecreaseStreamRetentionPeriodInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpDeleteChannel:        row(func(in *kinesis.DeleteChannelInput) touch { return touch{resourceARN: in.ChannelARN} }),
	kinesis.OpDeleteQueue:          row(func(in *kinesis.DeleteQueueInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpDeleteResourcePolicy: row(func(in *kinesis.DeleteResourcePolicyInput) touch { return touch{resourceARN: in.ResourceARN} }),
	kinesis.OpDeleteStream:         row(func(in *kinesis.DeleteStreamInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpDeregisterStreamConsumer: row(func(in *kinesis.DeregisterStreamConsumerInput) touch {
		return touch{arn: in.StreamARN, consumer: in.ConsumerName, consumerARN: in.ConsumerARN}
	}),
	kinesis.OpDescribeAccountSettings: ofNone,
	kinesis.OpDescribeChannel:         row(func(in *kinesis.DescribeChannelInput) touch { return touch{resourceARN: in.ChannelARN} }),
	kinesis.OpDescribeLimits:          ofNone,
	kinesis.OpDescribeQueue:           row(func(in *kinesis.DescribeQueueInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpDescribeStream:          row(func(in *kinesis.DescribeStreamInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpDescribeStreamConsumer: row(func(in *kinesis.DescribeStreamConsumerInput) touch {
		return touch{arn: in.StreamARN, consumer: in.ConsumerName, consumerARN: in.ConsumerARN}
	}),
	kinesis.OpDescribeStreamSummary: row(func(in *kinesis.DescribeStreamSummaryInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpDisableEnhancedMonitoring: row(func(in *kinesis.DisableEnhancedMonitoringInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpEnableEnhancedMonitoring: row(func(in *kinesis.EnableEnhancedMonitoringInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpGetRecords:        row(func(in *kinesis.GetRecordsInput) touch { return touch{arn: in.StreamARN, iterator: in.ShardIterator} }),
	kinesis.OpGetResourcePolicy: row(func(in *kinesis.GetResourcePolicyInput) touch { return touch{resourceARN: in.ResourceARN} }),
	kinesis.OpGetShardIterator:  row(func(in *kinesis.GetShardIteratorInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpIncreaseStreamRetentionPeriod: row(func(in *kinesis.IncreaseStreamRetentionPeriodInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpListChannels: ofNone,
	kinesis.OpListQueues:   ofNone,
	kinesis.OpListShards: row(func(in *kinesis.ListShardsInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN, nextPage: in.NextToken}
	}),
	kinesis.OpListStreamConsumers:           row(func(in *kinesis.ListStreamConsumersInput) touch { return touch{arn: in.StreamARN} }),
	kinesis.OpListStreams:                   ofNone,
	kinesis.OpListTagsForResource:           row(func(in *kinesis.ListTagsForResourceInput) touch { return touch{resourceARN: in.ResourceARN} }),
	kinesis.OpListTagsForStream:             row(func(in *kinesis.ListTagsForStreamInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpMergeShards:                   row(func(in *kinesis.MergeShardsInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpPutRecord:                     row(func(in *kinesis.PutRecordInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpPutRecords:                    row(func(in *kinesis.PutRecordsInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpPutResourcePolicy:             row(func(in *kinesis.PutResourcePolicyInput) touch { return touch{resourceARN: in.ResourceARN} }),
	kinesis.OpReceiveDeadLetterQueueRecords: row(func(in *kinesis.ReceiveDeadLetterQueueRecordsInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpReceiveQueueRecords:           row(func(in *kinesis.ReceiveQueueRecordsInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpRegisterStreamConsumer: row(func(in *kinesis.RegisterStreamConsumerInput) touch {
		return touch{arn: in.StreamARN, makesConsumer: in.ConsumerName, tags: in.Tags}
	}),
	kinesis.OpRemoveTagsFromStream: row(func(in *kinesis.RemoveTagsFromStreamInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN, tagKeys: in.TagKeys}
	}),
	kinesis.OpRestoreDeadLetterQueueRecords: row(func(in *kinesis.RestoreDeadLetterQueueRecordsInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpSplitShard:                    row(func(in *kinesis.SplitShardInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpStartStreamEncryption: row(func(in *kinesis.StartStreamEncryptionInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpStopStreamEncryption: row(func(in *kinesis.StopStreamEncryptionInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
	kinesis.OpSubscribeToShard: row(func(in *kinesis.SubscribeToShardInput) touch { return touch{consumerARN: in.ConsumerARN} }),
	kinesis.OpTagResource:      row(func(in *kinesis.TagResourceInput) touch { return touch{resourceARN: in.ResourceARN, tags: in.Tags} }),
	kinesis.OpUntagResource: row(func(in *kinesis.UntagResourceInput) touch {
		return touch{resourceARN: in.ResourceARN, tagKeys: in.TagKeys}
	}),
	kinesis.OpUpdateAccountSettings: ofNone,
	kinesis.OpUpdateChannel:         row(func(in *kinesis.UpdateChannelInput) touch { return touch{resourceARN: in.ChannelARN} }),
	kinesis.OpUpdateDeadLetterQueueRecordsVisibility: row(func(in *kinesis.UpdateDeadLetterQueueRecordsVisibilityInput) touch {
		return touch{resourceARN: in.QueueARN}
	}),
	kinesis.OpUpdateMaxRecordSize:                    row(func(in *kinesis.UpdateMaxRecordSizeInput) touch { return touch{arn: in.StreamARN} }),
	kinesis.OpUpdateQueue:                            row(func(in *kinesis.UpdateQueueInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpUpdateQueueRecordsVisibility:           row(func(in *kinesis.UpdateQueueRecordsVisibilityInput) touch { return touch{resourceARN: in.QueueARN} }),
	kinesis.OpUpdateShardCount:                       row(func(in *kinesis.UpdateShardCountInput) touch { return touch{name: in.StreamName, arn: in.StreamARN} }),
	kinesis.OpUpdateStreamMode:                       row(func(in *kinesis.UpdateStreamModeInput) touch { return touch{arn: in.StreamARN} }),
	kinesis.OpUpdateStreamRecordDistributionStrategy: row(func(in *kinesis.UpdateStreamRecordDistributionStrategyInput) touch { return touch{arn: in.StreamARN} }),
	kinesis.OpUpdateStreamWarmThroughput: row(func(in *kinesis.UpdateStreamWarmThroughputInput) touch {
		return touch{name: in.StreamName, arn: in.StreamARN}
	}),
}

// shared are the operations that the policy of a stream or a consumer may let other
// accounts do (developer guide, sharing a stream: actions that can be shared). For queues,
// which have policies too, it is not documented: what is done with their records.
var shared = map[*awsapi.Operation]bool{
	kinesis.OpDescribeStreamConsumer: true,
	kinesis.OpDescribeStreamSummary:  true,
	kinesis.OpGetRecords:             true,
	kinesis.OpGetShardIterator:       true,
	kinesis.OpListShards:             true,
	kinesis.OpPutRecord:              true,
	kinesis.OpPutRecords:             true,
	kinesis.OpSubscribeToShard:       true,

	kinesis.OpAcknowledgeDeadLetterQueueRecords:      true,
	kinesis.OpAcknowledgeQueueRecords:                true,
	kinesis.OpDescribeQueue:                          true,
	kinesis.OpReceiveDeadLetterQueueRecords:          true,
	kinesis.OpReceiveQueueRecords:                    true,
	kinesis.OpRestoreDeadLetterQueueRecords:          true,
	kinesis.OpUpdateDeadLetterQueueRecordsVisibility: true,
	kinesis.OpUpdateQueueRecordsVisibility:           true,
}

// unlocked are the operations that no policy of a resource can deny the root of its
// account, so that a policy that denies everybody can be taken back (API,
// PutResourcePolicy, names the root as who needs no permission).
var unlocked = map[*awsapi.Operation]bool{
	kinesis.OpDeleteResourcePolicy: true,
	kinesis.OpGetResourcePolicy:    true,
	kinesis.OpPutResourcePolicy:    true,
}

// row says what the input of one operation names.
func row[In any](name func(in *In) touch) func(any) touch {
	return func(in any) touch {
		typed, ok := in.(*In)
		if !ok {
			panic(fmt.Sprintf("BUG: streams: an input of %T, not %T", in, new(In)))
		}
		return name(typed)
	}
}

// ofNone is the row of operations that are about no resource.
func ofNone(any) touch { return touch{none: true} }

// each returns a member of each element.
func each[E any](list []E, member func(*E) *string) []*string {
	all := make([]*string, len(list))
	for i := range list {
		all[i] = member(&list[i])
	}
	return all
}
