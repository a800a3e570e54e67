"""What the programs of this folder share: a client, puts that end, a whole read."""

import time

import boto3
import botocore.config

# PutRecords takes 500 records and 10 MiB in one call.
MOST_RECORDS = 500
MOST_BYTES = 10 << 20


def client():
    """A client of the endpoint that AWS_ENDPOINT_URL names."""
    return boto3.client("kinesis", config=botocore.config.Config(retries={"mode": "standard", "max_attempts": 3}))


def make(kinesis, name, shards):
    """Create a stream and wait until it is ACTIVE."""
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})


def remove(kinesis, name):
    """Delete a stream and wait until it is gone."""
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})


def batches(records):
    """Cut records, pairs of partition key and data, into what one call takes."""
    batch, size = [], 0
    for key, data in records:
        more = len(key.encode()) + len(data)
        if batch and (len(batch) == MOST_RECORDS or size + more > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((key, data))
        size += more
    if batch:
        yield batch


def put_all(kinesis, name, records):
    """Put records, those that failed again, and yield (key, data, shard, number)
    in the order of acknowledgement."""
    for batch in batches(records):
        for attempt in range(10):
            entries = [{"PartitionKey": key, "Data": data} for key, data in batch]
            answer = kinesis.put_records(StreamName=name, Records=entries)
            failed = []
            for record, result in zip(batch, answer["Records"], strict=True):
                if "ErrorCode" in result:
                    failed.append(record)
                else:
                    yield *record, result["ShardId"], result["SequenceNumber"]
            assert len(failed) == answer["FailedRecordCount"], answer
            if not failed:
                break
            batch = failed
            time.sleep(0.1 * 2**attempt)
        else:
            raise RuntimeError(f"{len(batch)} records failed ten times")


def read_shard(kinesis, name, shard):
    """Yield a shard's records from the oldest to the newest."""
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator)
        yield from answer["Records"]
        if not answer["Records"] and answer["MillisBehindLatest"] == 0:
            return
        iterator = answer.get("NextShardIterator")


def shards(kinesis, name):
    """The ids of a stream's shards."""
    pages = kinesis.get_paginator("list_shards").paginate(StreamName=name)
    return [shard["ShardId"] for page in pages for shard in page["Shards"]]
