"""The program that one writes first: a stream unless it exists, two records, and
those that failed once more."""

import time

import boto3
from botocore.exceptions import ClientError

STREAM = "first-program"

kinesis = boto3.client("kinesis")


def ensure_stream():
    """Create the stream unless it exists, and wait for it."""
    try:
        kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        print("created", STREAM)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
        print("there is", STREAM)
    kinesis.get_waiter("stream_exists").wait(StreamName=STREAM)


def put(records):
    """Put records until none has failed."""
    while records:
        answer = kinesis.put_records(StreamName=STREAM, Records=records)
        for record, result in zip(records, answer["Records"]):
            print("put", record["PartitionKey"], result.get("ShardId"), result.get("ErrorCode", "ok"))
        records = [record for record, result in zip(records, answer["Records"]) if "ErrorCode" in result]
        if records:
            time.sleep(1)


def read():
    """Return all data of the stream."""
    found = []
    for shard in kinesis.describe_stream(StreamName=STREAM)["StreamDescription"]["Shards"]:
        iterator = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        answer = kinesis.get_records(ShardIterator=iterator["ShardIterator"])
        found += [record["Data"] for record in answer["Records"]]
    return found


for run in (1, 2):
    ensure_stream()
    put([{"Data": b"first", "PartitionKey": "one"}, {"Data": b"second", "PartitionKey": "two"}])
    assert sorted(read()) == sorted([b"first", b"second"] * run), read()
kinesis.delete_stream(StreamName=STREAM)
print("done")
