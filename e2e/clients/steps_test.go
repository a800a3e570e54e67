//go:build e2e

package clients

import (
	"encoding/base64"
	"slices"
)

const (
	shard0 = "shardId-000000000000"
	shard1 = "shardId-000000000001"
)

// b64 is a blob as it comes over a bridge.
func b64(data string) string { return base64.StdEncoding.EncodeToString([]byte(data)) }

// steps are taken in order, on an empty server.
var steps = slices.Concat(streamSteps, dataSteps, consumerSteps, shardSteps, settingSteps, tagSteps, policySteps, accountSteps, modeSteps, channelSteps, queueSteps, endSteps)

var streamSteps = []step{
	{op: "CreateStream", in: object{"StreamName": "clients", "ShardCount": 2}},
	{op: "CreateStream", in: object{"StreamName": "clients", "ShardCount": 2}, fails: "ResourceInUseException"},
	{op: "DescribeStream", in: object{"StreamName": "clients"}, want: object{
		"StreamDescription.StreamStatus": "ACTIVE", "StreamDescription.Shards.1.ShardId": shard1,
		"StreamDescription.HasMoreShards": false, "StreamDescription.RetentionPeriodHours": 24,
	}, keep: map[string]string{"arn": "StreamDescription.StreamARN"}},
	{op: "DescribeStreamSummary", in: object{"StreamARN": "{arn}"}, want: object{
		"StreamDescriptionSummary.StreamName": "clients", "StreamDescriptionSummary.OpenShardCount": 2,
		"StreamDescriptionSummary.StreamModeDetails.StreamMode": "PROVISIONED",
	}},
	{op: "DescribeStreamSummary", in: object{"StreamName": "none"}, fails: "ResourceNotFoundException"},
	{op: "ListStreams", in: object{}, want: object{"StreamNames.0": "clients", "StreamSummaries.0.StreamARN": "{arn}", "HasMoreStreams": false}},
	{op: "ListShards", in: object{"StreamName": "clients", "MaxResults": 1, "ShardFilter": object{"Type": "AT_LATEST"}},
		want: object{"Shards.0.ShardId": shard0, "Shards.0.HashKeyRange.StartingHashKey": "0"}, keep: map[string]string{"token": "NextToken"}},
	{op: "ListShards", in: object{"NextToken": "{token}"}, want: object{"Shards.0.ShardId": shard1, "NextToken": nil}},
}

var dataSteps = []step{
	{op: "PutRecord", in: object{"StreamName": "clients", "PartitionKey": "köy", "ExplicitHashKey": "0", "Data": blob("first \x00\xc3\xbf")},
		want: object{"ShardId": shard0}, keep: map[string]string{"number": "SequenceNumber"}},
	{op: "PutRecords", in: object{"StreamARN": "{arn}", "Records": list{
		object{"PartitionKey": "a", "ExplicitHashKey": "0", "Data": blob("second")},
		object{"PartitionKey": "b", "ExplicitHashKey": "340282366920938463463374607431768211455", "Data": blob("other shard")},
	}}, want: object{"FailedRecordCount": 0, "Records.0.ShardId": shard0, "Records.1.ShardId": shard1, "Records.1.ErrorCode": nil}},
	{op: "PutRecord", in: object{"StreamName": "none", "PartitionKey": "a", "Data": blob("x")}, fails: "ResourceNotFoundException"},
	{op: "GetShardIterator", in: object{"StreamName": "clients", "ShardId": shard0, "ShardIteratorType": "TRIM_HORIZON"}, keep: map[string]string{"iterator": "ShardIterator"}},
	{op: "GetRecords", in: object{"ShardIterator": "{iterator}", "Limit": 1}, want: object{
		"Records.0.PartitionKey": "köy", "Records.0.Data": b64("first \x00\xc3\xbf"), "Records.0.SequenceNumber": "{number}", "Records.1": nil,
	}, keep: map[string]string{"next": "NextShardIterator"}},
	{op: "GetRecords", in: object{"ShardIterator": "{next}"}, want: object{"Records.0.Data": b64("second"), "Records.1": nil, "MillisBehindLatest": 0}},
	{op: "GetShardIterator", in: object{"StreamName": "clients", "ShardId": shard0, "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": instant(1700000000.5)},
		keep: map[string]string{"iterator": "ShardIterator"}},
	{op: "GetRecords", in: object{"ShardIterator": "{iterator}"}, want: object{"Records.0.SequenceNumber": "{number}", "Records.1.Data": b64("second")}},
	{op: "GetRecords", in: object{"ShardIterator": "forged"}, fails: "InvalidArgumentException"},
}

var consumerSteps = []step{
	{op: "RegisterStreamConsumer", in: object{"StreamARN": "{arn}", "ConsumerName": "reader"}, want: object{"Consumer.ConsumerName": "reader"},
		keep: map[string]string{"consumer": "Consumer.ConsumerARN"}},
	{op: "RegisterStreamConsumer", in: object{"StreamARN": "{arn}", "ConsumerName": "reader"}, fails: "ResourceInUseException"},
	{op: "DescribeStreamConsumer", in: object{"ConsumerARN": "{consumer}"}, want: object{
		"ConsumerDescription.ConsumerStatus": "ACTIVE", "ConsumerDescription.StreamARN": "{arn}",
	}},
	{op: "SubscribeToShard", in: object{"ConsumerARN": "{consumer}", "ShardId": shard0, "StartingPosition": object{"Type": "TRIM_HORIZON"}}, records: 2, want: object{
		"Events.0.Records.0.SequenceNumber": "{number}", "Events.0.Records.0.Data": b64("first \x00\xc3\xbf"), "Events.0.MillisBehindLatest": 0,
	}},
	{op: "SubscribeToShard", in: object{"ConsumerARN": "{consumer}", "ShardId": "shardId-9", "StartingPosition": object{"Type": "LATEST"}}, fails: "ResourceNotFoundException"},
	{op: "ListStreamConsumers", in: object{"StreamARN": "{arn}"}, want: object{"Consumers.0.ConsumerARN": "{consumer}", "Consumers.1": nil}},
}

// shard 0 is split, and read to its end; its halves are merged again.
var shardSteps = []step{
	{op: "SplitShard", in: object{"StreamName": "clients", "ShardToSplit": shard0, "NewStartingHashKey": "85070591730234615865843651857942052864"}},
	{op: "DescribeStreamSummary", in: object{"StreamName": "clients"}, want: object{"StreamDescriptionSummary.OpenShardCount": 3}},
	{op: "GetShardIterator", in: object{"StreamName": "clients", "ShardId": shard0, "ShardIteratorType": "LATEST"}, keep: map[string]string{"iterator": "ShardIterator"}},
	{op: "GetRecords", in: object{"ShardIterator": "{iterator}"}, want: object{
		"NextShardIterator": nil, "ChildShards.0.ShardId": "shardId-000000000002", "ChildShards.0.ParentShards.0": shard0,
		"ChildShards.1.ShardId": "shardId-000000000003", "ChildShards.1.HashKeyRange.StartingHashKey": "85070591730234615865843651857942052864",
	}},
	{op: "MergeShards", in: object{"StreamARN": "{arn}", "ShardToMerge": "shardId-000000000002", "AdjacentShardToMerge": "shardId-000000000003"}},
	{op: "ListShards", in: object{"StreamName": "clients", "ShardFilter": object{"Type": "AT_LATEST"}}, want: object{
		"Shards.0.ShardId": shard1, "Shards.1.ShardId": "shardId-000000000004", "Shards.1.AdjacentParentShardId": "shardId-000000000003", "Shards.2": nil,
	}},
	{op: "MergeShards", in: object{"StreamName": "clients", "ShardToMerge": shard1, "AdjacentShardToMerge": "shardId-000000000004"}, fails: "InvalidArgumentException"},
	{op: "UpdateShardCount", in: object{"StreamName": "clients", "TargetShardCount": 3, "ScalingType": "UNIFORM_SCALING"},
		want: object{"StreamName": "clients", "CurrentShardCount": 2, "TargetShardCount": 3, "StreamARN": "{arn}"}},
	{op: "UpdateShardCount", in: object{"StreamARN": "{arn}", "TargetShardCount": 1, "ScalingType": "UNIFORM_SCALING"}, fails: "LimitExceededException"},
}

var settingSteps = []step{
	{op: "IncreaseStreamRetentionPeriod", in: object{"StreamName": "clients", "RetentionPeriodHours": 48}},
	{op: "IncreaseStreamRetentionPeriod", in: object{"StreamName": "clients", "RetentionPeriodHours": 36}, fails: "InvalidArgumentException"},
	{op: "DescribeStreamSummary", in: object{"StreamName": "clients"}, want: object{"StreamDescriptionSummary.RetentionPeriodHours": 48}},
	{op: "DecreaseStreamRetentionPeriod", in: object{"StreamARN": "{arn}", "RetentionPeriodHours": 24}},
	{op: "EnableEnhancedMonitoring", in: object{"StreamName": "clients", "ShardLevelMetrics": list{"IncomingBytes"}},
		want: object{"StreamARN": "{arn}", "CurrentShardLevelMetrics.0": nil, "DesiredShardLevelMetrics.0": "IncomingBytes"}},
	{op: "DisableEnhancedMonitoring", in: object{"StreamARN": "{arn}", "ShardLevelMetrics": list{"ALL"}},
		want: object{"StreamName": "clients", "CurrentShardLevelMetrics.0": "IncomingBytes", "DesiredShardLevelMetrics.0": nil}},
	{op: "UpdateMaxRecordSize", in: object{"StreamARN": "{arn}", "MaxRecordSizeInKiB": 2048}},
	{op: "StartStreamEncryption", in: object{"StreamName": "clients", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}},
	{op: "DescribeStreamSummary", in: object{"StreamName": "clients"}, want: object{
		"StreamDescriptionSummary.EncryptionType": "KMS", "StreamDescriptionSummary.KeyId": "alias/aws/kinesis"}},
	{op: "StartStreamEncryption", in: object{"StreamName": "clients", "EncryptionType": "KMS", "KeyId": "alias/none"}, fails: "KMSNotFoundException"},
	{op: "StopStreamEncryption", in: object{"StreamName": "clients", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}},
}

var tagSteps = []step{
	{op: "AddTagsToStream", in: object{"StreamName": "clients", "Tags": object{"team": "water", "stage": "test"}}},
	{op: "ListTagsForStream", in: object{"StreamName": "clients", "Limit": 1}, want: object{"Tags.0.Key": "stage", "Tags.0.Value": "test", "HasMoreTags": true}},
	{op: "RemoveTagsFromStream", in: object{"StreamARN": "{arn}", "TagKeys": list{"stage"}}},
	{op: "TagResource", in: object{"ResourceARN": "{consumer}", "Tags": object{"reads": "all"}}},
	{op: "ListTagsForResource", in: object{"ResourceARN": "{consumer}"}, want: object{"Tags.0.Key": "reads", "Tags.0.Value": "all", "Tags.1": nil}},
	{op: "UntagResource", in: object{"ResourceARN": "{consumer}", "TagKeys": list{"reads", "unknown"}}},
	{op: "ListTagsForResource", in: object{"ResourceARN": "{arn}"}, want: object{"Tags.0.Key": "team", "Tags.1": nil}},
	{op: "AddTagsToStream", in: object{"StreamName": "clients", "Tags": object{"a,b": "c"}}, fails: "InvalidArgumentException"},
}

var policySteps = []step{
	{op: "GetResourcePolicy", in: object{"ResourceARN": "{arn}"}, want: object{"Policy": "{}"}},
	{op: "PutResourcePolicy", in: object{"ResourceARN": "{arn}", "Policy": policy}},
	{op: "GetResourcePolicy", in: object{"ResourceARN": "{arn}"}, want: object{"Policy": policy}},
	{op: "DeleteResourcePolicy", in: object{"ResourceARN": "{arn}"}},
	{op: "DeleteResourcePolicy", in: object{"ResourceARN": "{arn}"}, fails: "ResourceNotFoundException"},
}

const policy = `{"Version":"2012-10-17","Statement":[{"Sid":"readers","Effect":"Allow","Principal":{"AWS":"111122223333"},` +
	`"Action":"kinesis:GetRecords","Resource":"arn:aws:kinesis:us-east-1:000000000000:stream/clients"}]}`

var accountSteps = []step{
	{op: "DescribeLimits", in: object{}, want: object{"OpenShardCount": 3, "OnDemandStreamCount": 0}},
	{op: "DescribeAccountSettings", in: object{}, want: object{"MinimumThroughputBillingCommitment.Status": "DISABLED"}},
	{op: "UpdateAccountSettings", in: object{"MinimumThroughputBillingCommitment": object{"Status": "ENABLED"}},
		want: object{"MinimumThroughputBillingCommitment.Status": "ENABLED"}},
}

var modeSteps = []step{
	{op: "UpdateStreamMode", in: object{"StreamARN": "{arn}", "StreamModeDetails": object{"StreamMode": "ON_DEMAND"}}},
	{op: "DescribeStreamSummary", in: object{"StreamName": "clients"}, want: object{"StreamDescriptionSummary.StreamModeDetails.StreamMode": "ON_DEMAND"}},
	{op: "UpdateStreamRecordDistributionStrategy", in: object{"StreamARN": "{arn}", "RecordDistributionStrategy": "AUTO"}},
	{op: "UpdateStreamWarmThroughput", in: object{"StreamARN": "{arn}", "WarmThroughputMiBps": 5},
		want: object{"StreamName": "clients", "StreamARN": "{arn}", "WarmThroughput.TargetMiBps": 5, "WarmThroughput.CurrentMiBps": 3}},
}

// There are no channels yet.
var channelSteps = []step{
	{op: "ListChannels", in: object{}, want: object{"ChannelSummaries.0": nil}},
	{op: "CreateChannel", in: object{
		"ChannelName": "bucket", "ServiceExecutionRoleARN": "arn:aws:iam::000000000000:role/channel",
		"StreamConfigurationList": list{object{"StreamARN": "{arn}", "RecordConfiguration": object{"RecordFormatType": "JSON"}}},
		"S3DestinationConfiguration": object{"StorageConfiguration": object{
			"BucketARN": "arn:aws:s3:::bucket", "ExpectedBucketOwner": "000000000000", "CompressionType": "GZIP",
		}},
	}, fails: "ValidationException"},
	{op: "DescribeChannel", in: object{"ChannelARN": channel}, fails: "ResourceNotFoundException"},
	{op: "UpdateChannel", in: object{"ChannelARN": channel}, fails: "ResourceNotFoundException"},
	{op: "DeleteChannel", in: object{"ChannelARN": channel}, fails: "ResourceNotFoundException"},
}

const channel = "arn:aws:kinesis:us-east-1:000000000000:channel/bucket"

var queueSteps = []step{
	{op: "CreateQueue", in: object{"QueueName": "work",
		"StreamConfigurationList": list{object{"StreamARN": "{arn}", "StartingPosition": object{"Type": "LATEST"}}},
		"QueueAttributes":         object{"VisibilityTimeoutSeconds": 0, "DeadLetterConfiguration": object{"TargetType": "BUILT_IN", "MaxReceiveCount": 1}},
	}, want: object{"QueueDescription.QueueStatus": "CREATING"}, keep: map[string]string{"queue": "QueueDescription.QueueARN"}},
	{op: "DescribeQueue", in: object{"QueueARN": "{queue}"}, want: object{"QueueDescription.QueueStatus": "ACTIVE", "QueueDescription.QueueName": "work"}},
	{op: "ListQueues", in: object{"StreamFilter": list{object{"StreamARN": "{arn}"}}}, want: object{"QueueSummaries.0.QueueARN": "{queue}", "QueueSummaries.1": nil}},
	{op: "PutRecord", in: object{"StreamName": "clients", "PartitionKey": "q", "Data": blob("queued")}},
	{op: "ReceiveQueueRecords", in: object{"QueueARN": "{queue}", "WaitTimeSeconds": 1},
		want: object{"QueueRecords.0.Data": b64("queued"), "QueueRecords.0.ReceiveCount": 1, "QueueRecords.1": nil}},
	{op: "ReceiveDeadLetterQueueRecords", in: object{"QueueARN": "{queue}", "VisibilityTimeoutSeconds": 60},
		want: object{"QueueRecords.0.Data": b64("queued")}, keep: map[string]string{"letter": "QueueRecords.0.ReceiptHandle"}},
	{op: "RestoreDeadLetterQueueRecords", in: object{"QueueARN": "{queue}", "Entries": list{object{"ReceiptHandle": "{letter}"}}},
		want: object{"Successful.0.ReceiptHandle": "{letter}", "Failed.0": nil}},
	{op: "UpdateQueue", in: object{"QueueARN": "{queue}", "QueueAttributes": object{"DeadLetterConfiguration": object{"TargetType": "NONE"}}},
		want: object{"QueueDescription.QueueAttributes.DeadLetterConfiguration.TargetType": "NONE"}},
	{op: "ReceiveQueueRecords", in: object{"QueueARN": "{queue}", "VisibilityTimeoutSeconds": 60},
		want: object{"QueueRecords.0.ReceiveCount": 1}, keep: map[string]string{"receipt": "QueueRecords.0.ReceiptHandle"}},
	{op: "UpdateQueueRecordsVisibility", in: object{"QueueARN": "{queue}", "Entries": list{object{"ReceiptHandle": "{receipt}", "VisibilityTimeoutSeconds": 90}}},
		want: object{"Successful.0.ReceiptHandle": "{receipt}", "Failed.0": nil}},
	{op: "AcknowledgeQueueRecords", in: object{"QueueARN": "{queue}", "Entries": list{object{"ReceiptHandle": "{receipt}"}, object{"ReceiptHandle": "forged"}}},
		want: object{"Successful.0.ReceiptHandle": "{receipt}", "Successful.1": nil, "Failed.0.ReceiptHandle": "forged", "Failed.0.ErrorCode": "InvalidArgumentException"}},
	{op: "UpdateDeadLetterQueueRecordsVisibility", in: object{"QueueARN": "{queue}", "Entries": list{object{"ReceiptHandle": "{letter}", "VisibilityTimeoutSeconds": 0}}},
		want: object{"Successful.0": nil, "Failed.0.ErrorCode": "ResourceNotFoundException"}},
	{op: "AcknowledgeDeadLetterQueueRecords", in: object{"QueueARN": "{queue}", "Entries": list{object{"ReceiptHandle": "forged"}}},
		want: object{"Successful.0": nil, "Failed.0.ErrorCode": "InvalidArgumentException"}},
	{op: "DeleteQueue", in: object{"QueueARN": "{queue}"}},
	{op: "DescribeQueue", in: object{"QueueARN": "{queue}"}, fails: "ResourceNotFoundException"},
}

var endSteps = []step{
	{op: "DeregisterStreamConsumer", in: object{"StreamARN": "{arn}", "ConsumerName": "reader"}},
	{op: "DescribeStreamConsumer", in: object{"ConsumerARN": "{consumer}"}, fails: "ResourceNotFoundException"},
	{op: "DeleteStream", in: object{"StreamName": "clients", "EnforceConsumerDeletion": true}},
	{op: "DescribeStream", in: object{"StreamName": "clients"}, fails: "ResourceNotFoundException"},
}
