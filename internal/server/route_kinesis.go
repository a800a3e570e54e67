package server

import (
	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/wire"
	codec "github.com/freshet/freshet/internal/wire/kinesiscodec"
)

// kinesisRoutes is the table of contents of Data Streams: the operations that
// exist, in the order of the API reference. Any other operation of the model is
// answered as AWS answers one it does not know, and named in the log (missing.go).
func kinesisRoutes(s *streams.Service, m *Metrics, patient, attentive wire.Prepare) []wire.Route {
	return []wire.Route{
		wire.Op(kinesis.OpAcknowledgeDeadLetterQueueRecords, s.AcknowledgeDeadLetterQueueRecords),
		wire.Op(kinesis.OpAcknowledgeQueueRecords, s.AcknowledgeQueueRecords),
		wire.Op(kinesis.OpAddTagsToStream, s.AddTagsToStream),
		wire.Op(kinesis.OpCreateChannel, s.CreateChannel),
		wire.Op(kinesis.OpCreateQueue, s.CreateQueue),
		wire.Op(kinesis.OpCreateStream, s.CreateStream),
		wire.Op(kinesis.OpDecreaseStreamRetentionPeriod, s.DecreaseStreamRetentionPeriod),
		wire.Op(kinesis.OpDeleteChannel, s.DeleteChannel),
		wire.Op(kinesis.OpDeleteQueue, s.DeleteQueue),
		wire.Op(kinesis.OpDeleteResourcePolicy, s.DeleteResourcePolicy),
		wire.Op(kinesis.OpDeleteStream, m.forget(s.DeleteStream)),
		wire.Op(kinesis.OpDeregisterStreamConsumer, s.DeregisterStreamConsumer),
		wire.Op(kinesis.OpDescribeAccountSettings, s.DescribeAccountSettings),
		wire.Op(kinesis.OpDescribeChannel, s.DescribeChannel),
		wire.Op(kinesis.OpDescribeLimits, s.DescribeLimits),
		wire.Op(kinesis.OpDescribeQueue, s.DescribeQueue),
		wire.Op(kinesis.OpDescribeStream, s.DescribeStream),
		wire.Op(kinesis.OpDescribeStreamConsumer, s.DescribeStreamConsumer),
		wire.Op(kinesis.OpDescribeStreamSummary, s.DescribeStreamSummary),
		wire.Op(kinesis.OpDisableEnhancedMonitoring, s.DisableEnhancedMonitoring),
		wire.Op(kinesis.OpEnableEnhancedMonitoring, s.EnableEnhancedMonitoring),
		wire.Op(kinesis.OpGetRecords, s.GetRecords).WithFast(typeJSON, codec.GetRecordsJSON).WithFast(typeCBOR, codec.GetRecordsCBOR).WithContext(patient),
		wire.Op(kinesis.OpGetResourcePolicy, s.GetResourcePolicy),
		wire.Op(kinesis.OpGetShardIterator, s.GetShardIterator),
		wire.Op(kinesis.OpIncreaseStreamRetentionPeriod, s.IncreaseStreamRetentionPeriod),
		wire.Op(kinesis.OpListChannels, s.ListChannels),
		wire.Op(kinesis.OpListQueues, s.ListQueues),
		wire.Op(kinesis.OpListShards, s.ListShards),
		wire.Op(kinesis.OpListStreamConsumers, s.ListStreamConsumers),
		wire.Op(kinesis.OpListStreams, s.ListStreams),
		wire.Op(kinesis.OpListTagsForResource, s.ListTagsForResource),
		wire.Op(kinesis.OpListTagsForStream, s.ListTagsForStream),
		wire.Op(kinesis.OpMergeShards, s.MergeShards),
		wire.Op(kinesis.OpPutRecord, m.countRecord(s.PutRecord)).WithFast(typeJSON, codec.PutRecordJSON).WithFast(typeCBOR, codec.PutRecordCBOR),
		wire.Op(kinesis.OpPutRecords, m.countRecords(s.PutRecords)).WithFast(typeJSON, codec.PutRecordsJSON).WithFast(typeCBOR, codec.PutRecordsCBOR),
		wire.Op(kinesis.OpPutResourcePolicy, s.PutResourcePolicy),
		wire.Op(kinesis.OpReceiveDeadLetterQueueRecords, s.ReceiveDeadLetterQueueRecords).WithContext(attentive),
		wire.Op(kinesis.OpReceiveQueueRecords, s.ReceiveQueueRecords).WithContext(attentive),
		wire.Op(kinesis.OpRegisterStreamConsumer, s.RegisterStreamConsumer),
		wire.Op(kinesis.OpRemoveTagsFromStream, s.RemoveTagsFromStream),
		wire.Op(kinesis.OpRestoreDeadLetterQueueRecords, s.RestoreDeadLetterQueueRecords),
		wire.Op(kinesis.OpSplitShard, s.SplitShard),
		wire.Op(kinesis.OpStartStreamEncryption, s.StartStreamEncryption),
		wire.Op(kinesis.OpStopStreamEncryption, s.StopStreamEncryption),
		wire.Stream(kinesis.OpSubscribeToShard, m.countPushed(s.SubscribeToShard)).WithFast(typeJSON, codec.SubscribeToShardJSON).WithFast(typeCBOR, codec.SubscribeToShardCBOR),
		wire.Op(kinesis.OpTagResource, s.TagResource),
		wire.Op(kinesis.OpUntagResource, s.UntagResource),
		wire.Op(kinesis.OpUpdateAccountSettings, s.UpdateAccountSettings),
		wire.Op(kinesis.OpUpdateChannel, s.UpdateChannel),
		wire.Op(kinesis.OpUpdateDeadLetterQueueRecordsVisibility, s.UpdateDeadLetterQueueRecordsVisibility),
		wire.Op(kinesis.OpUpdateMaxRecordSize, s.UpdateMaxRecordSize),
		wire.Op(kinesis.OpUpdateQueue, s.UpdateQueue),
		wire.Op(kinesis.OpUpdateQueueRecordsVisibility, s.UpdateQueueRecordsVisibility),
		wire.Op(kinesis.OpUpdateShardCount, s.UpdateShardCount),
		wire.Op(kinesis.OpUpdateStreamMode, s.UpdateStreamMode),
		wire.Op(kinesis.OpUpdateStreamRecordDistributionStrategy, s.UpdateStreamRecordDistributionStrategy),
		wire.Op(kinesis.OpUpdateStreamWarmThroughput, s.UpdateStreamWarmThroughput),
	}
}

// limited lets the rates of operations be kept before they are performed: no
// operation needs to know its own.
func limited(s *streams.Service, routes []wire.Route) []wire.Route {
	for i, r := range routes {
		if s.LimitsCalls(r.Operation()) {
			routes[i] = r.Before(func(caller access.Caller, in any) error { return s.LimitCall(caller, r.Operation(), in) })
		}
	}
	return routes
}

const (
	typeJSON = "application/x-amz-json-1.1"
	typeCBOR = "application/x-amz-cbor-1.1"
)
