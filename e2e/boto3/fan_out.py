"""Enhanced fan-out: register a consumer, subscribe, read while it is pushed, resume
where one left off, and follow a split to the children."""

import threading
import time

import stream
from botocore.exceptions import ClientError

STREAM = "fan-out"


def registered(kinesis, arn):
    """Register a consumer, wait until it is ACTIVE, and return its ARN."""
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="audit")["Consumer"]["ConsumerARN"]
    while kinesis.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerStatus"] != "ACTIVE":
        time.sleep(0.1)
    return consumer


def subscribe(kinesis, consumer, shard, **position):
    """Subscribe; a subscription of a moment ago has to be five seconds old."""
    for _ in range(60):
        try:
            answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition=position)
            return answer["EventStream"]
        except kinesis.exceptions.ResourceInUseException:
            time.sleep(0.1)
    raise RuntimeError("the shard stays in use")


def events(subscription):
    """Yield the events of a subscription; botocore raises what comes as an exception."""
    for message in subscription:
        assert set(message) == {"SubscribeToShardEvent"}, message
        yield message["SubscribeToShardEvent"]


def read(subscription, want):
    """Return the data of the first records, and where to go on from."""
    got = []
    for event in events(subscription):
        got += [record["Data"] for record in event["Records"]]
        if len(got) >= want:
            subscription.close()
            return got, event["ContinuationSequenceNumber"]
    raise RuntimeError(f"the subscription ended after {len(got)} records")


def main():
    kinesis = stream.client()
    stream.make(kinesis, STREAM, 1)
    arn = kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["StreamARN"]
    consumer = registered(kinesis, arn)
    shard = stream.shards(kinesis, STREAM)[0]

    records = [(f"key-{i}", f"record {i}".encode()) for i in range(300)]
    writer = threading.Thread(target=lambda: list(stream.put_all(kinesis, STREAM, records)))
    subscription = subscribe(kinesis, consumer, shard, Type="LATEST")
    writer.start()
    got, position = read(subscription, len(records))
    writer.join()
    assert got == [data for _, data in records], (len(got), got[:3])

    # Where the first one ended, the next goes on, none missing and none twice.
    kinesis.put_record(StreamName=STREAM, PartitionKey="k", Data=b"later")
    got, position = read(subscribe(kinesis, consumer, shard, Type="AT_SEQUENCE_NUMBER", SequenceNumber=position), 1)
    assert got == [b"later"], got

    # At its end the shard names its children.
    subscription = subscribe(kinesis, consumer, shard, Type="AFTER_SEQUENCE_NUMBER", SequenceNumber=position)
    kinesis.split_shard(StreamName=STREAM, ShardToSplit=shard, NewStartingHashKey=str(2**127))
    last = list(events(subscription))[-1]
    assert "ContinuationSequenceNumber" not in last and last["Records"] == [], last
    children = [child["ShardId"] for child in last["ChildShards"]]
    assert len(children) == 2 and all(child["ParentShards"] == [shard] for child in last["ChildShards"]), last

    # A consumer that is deregistered ends its subscriptions.
    subscription = subscribe(kinesis, consumer, children[0], Type="TRIM_HORIZON")
    kinesis.deregister_stream_consumer(ConsumerARN=consumer)
    try:
        list(events(subscription))
    except ClientError as error:
        assert error.response["Error"]["Code"].startswith("Resource"), error.response
    else:
        raise RuntimeError("the subscription outlived its consumer")
    stream.remove(kinesis, STREAM)
    print("done")


if __name__ == "__main__":
    main()
