"""A program whose credentials are a role's, by a token in a file."""

import boto3

kinesis, sts = boto3.client("kinesis"), boto3.client("sts")
who = sts.get_caller_identity()["Arn"]
kinesis.create_stream(StreamName="pods", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="pods", WaiterConfig={"Delay": 1})
for n in range(3):
    kinesis.put_record(StreamName="pods", PartitionKey=str(n), Data=b"hello")
shard = kinesis.list_shards(StreamName="pods")["Shards"][0]["ShardId"]
at = kinesis.get_shard_iterator(StreamName="pods", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
print(who, "put and read", len(kinesis.get_records(ShardIterator=at)["Records"]))
