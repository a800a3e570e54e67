"""Streams and records through the AWS CLI; e2e/clients has the other operations.

What a person types, with the answers checked: names and shapes as AWS has them,
errors with AWS's codes and exit codes.
"""

import base64
import json
import os
import subprocess
import time

STREAM = f"operations-{os.getpid()}"
HIGHEST = 2**128 - 1


def aws(operation, *arguments, fails=None):
    """Run `aws kinesis`, and return its answer, or check that it fails with an error."""
    command = ["aws", "kinesis", operation, *map(str, arguments), "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = " ".join(command[1:-2])
    if fails:
        assert done.returncode != 0, f"{line} succeeded: {done.stdout}"
        assert f"({fails})" in done.stderr, f"{line}: {done.stderr}, want {fails}"
        print(f"ok  {line[:100]}  -> {fails}")
        return None
    assert done.returncode == 0, f"{line}: {done.stderr}"
    print(f"ok  {line[:100]}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def create_stream():
    assert aws("create-stream", "--stream-name", STREAM, "--shard-count", 3) is None
    wait = subprocess.run(["aws", "kinesis", "wait", "stream-exists", "--stream-name", STREAM], check=False)
    assert wait.returncode == 0
    aws("create-stream", "--stream-name", STREAM, "--shard-count", 1, fails="ResourceInUseException")
    aws("create-stream", "--stream-name", "bad name", "--shard-count", 1, fails="ValidationException")
    aws("create-stream", "--stream-name", STREAM + "-huge", "--shard-count", 10**9, fails="LimitExceededException")


def describe_stream():
    # Paging, the CLI would put the answer together from the members that it knows.
    d = aws("describe-stream", "--no-paginate", "--stream-name", STREAM)["StreamDescription"]
    assert d["StreamName"] == STREAM and d["StreamStatus"] == "ACTIVE", d
    assert d["StreamARN"].endswith(f":000000000000:stream/{STREAM}"), d
    assert d["RetentionPeriodHours"] == 24 and d["EncryptionType"] == "NONE", d
    assert d["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}], d
    assert d["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}, d
    assert [s["ShardId"] for s in d["Shards"]] == [f"shardId-{n:012}" for n in range(3)], d
    ranges = [(int(s["HashKeyRange"]["StartingHashKey"]), int(s["HashKeyRange"]["EndingHashKey"])) for s in d["Shards"]]
    assert ranges[0][0] == 0 and ranges[-1][1] == HIGHEST, ranges
    assert all(a[1] + 1 == b[0] for a, b in zip(ranges, ranges[1:])), ranges

    page = aws("describe-stream", "--no-paginate", "--stream-name", STREAM, "--limit", 2)["StreamDescription"]
    assert page["HasMoreShards"] and len(page["Shards"]) == 2, page
    page = aws("describe-stream", "--no-paginate", "--stream-arn", d["StreamARN"], "--limit", 2,
               "--exclusive-start-shard-id", "shardId-000000000001")["StreamDescription"]
    assert not page["HasMoreShards"] and [s["ShardId"] for s in page["Shards"]] == ["shardId-000000000002"], page
    aws("describe-stream", "--stream-name", "nowhere", fails="ResourceNotFoundException")
    return d["Shards"]


def describe_stream_summary():
    s = aws("describe-stream-summary", "--stream-name", STREAM)["StreamDescriptionSummary"]
    assert s["OpenShardCount"] == 3 and s["ConsumerCount"] == 0 and s["StreamStatus"] == "ACTIVE", s
    assert s["MaxRecordSizeInKiB"] == 1024, s
    aws("describe-stream-summary", "--stream-name", "nowhere", fails="ResourceNotFoundException")


def list_streams():
    names = [f"{STREAM}-{c}" for c in "abc"]
    for name in names:
        aws("create-stream", "--stream-name", name, "--shard-count", 1)
    listed = aws("list-streams")
    assert set(names + [STREAM]) <= set(listed["StreamNames"]), listed
    assert listed["StreamNames"] == sorted(listed["StreamNames"]), listed
    assert {s["StreamName"] for s in listed["StreamSummaries"]} == set(listed["StreamNames"]), listed

    found, page = [], aws("list-streams", "--limit", 2, "--no-paginate")
    while True:
        found += page["StreamNames"]
        assert len(page["StreamNames"]) <= 2, page
        if not page["HasMoreStreams"]:
            break
        page = aws("list-streams", "--limit", 2, "--no-paginate", "--next-token", page["NextToken"])
    assert found == listed["StreamNames"], found
    after = aws("list-streams", "--no-paginate", "--exclusive-start-stream-name", names[0])
    assert after["StreamNames"] == [n for n in found if n > names[0]], after
    for name in names:
        aws("delete-stream", "--stream-name", name)


def list_shards(shards):
    def ids(*arguments):
        return [s["ShardId"] for s in aws("list-shards", "--no-paginate", *arguments)["Shards"]]

    every = [s["ShardId"] for s in shards]
    now = int(time.time())
    assert ids("--stream-name", STREAM) == every
    assert ids("--stream-name", STREAM, "--exclusive-start-shard-id", every[0]) == every[1:]
    assert ids("--stream-name", STREAM, "--shard-filter", f"Type=AFTER_SHARD_ID,ShardId={every[1]}") == every[2:]
    for kind in ("AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST"):
        assert ids("--stream-name", STREAM, "--shard-filter", f"Type={kind}") == every, kind
    for kind in ("AT_TIMESTAMP", "FROM_TIMESTAMP"):
        assert ids("--stream-name", STREAM, "--shard-filter", f"Type={kind},Timestamp={now}") == every, kind

    page = aws("list-shards", "--stream-name", STREAM, "--max-results", 2, "--no-paginate")
    assert [s["ShardId"] for s in page["Shards"]] == every[:2] and page["NextToken"], page
    rest = aws("list-shards", "--next-token", page["NextToken"], "--no-paginate")
    assert [s["ShardId"] for s in rest["Shards"]] == every[2:] and "NextToken" not in rest, rest

    aws("list-shards", "--no-paginate", fails="InvalidArgumentException")
    aws("list-shards", "--no-paginate", "--stream-name", STREAM, "--next-token", page["NextToken"], fails="InvalidArgumentException")
    aws("list-shards", "--no-paginate", "--next-token", "forged", fails="InvalidArgumentException")
    aws("list-shards", "--no-paginate", "--stream-name", "nowhere", fails="ResourceNotFoundException")


def put_record():
    """Three records of one key, each ordered after the one before."""
    put, number = [], None
    for n in range(3):
        order = ["--sequence-number-for-ordering", number] if number else []
        answer = aws("put-record", "--stream-name", STREAM, "--partition-key", "alice", "--data", f"put {n}", *order)
        assert number is None or answer["SequenceNumber"] > number, answer
        number = answer["SequenceNumber"]
        put.append((answer["ShardId"], number, f"put {n}"))
    assert len({shard for shard, _, _ in put}) == 1, put
    last = aws("put-record", "--stream-name", STREAM, "--partition-key", "alice", "--data", "at the end", "--explicit-hash-key", HIGHEST)
    assert last["ShardId"] == "shardId-000000000002", last
    aws("put-record", "--stream-name", STREAM, "--partition-key", "a", "--data", "x", "--explicit-hash-key", 2**128,
        fails="InvalidArgumentException")
    aws("put-record", "--stream-name", STREAM, "--partition-key", "a", "--data", "x", "--sequence-number-for-ordering", "7" * 60,
        fails="InvalidArgumentException")
    aws("put-record", "--stream-name", "nowhere", "--partition-key", "a", "--data", "x", fails="ResourceNotFoundException")
    return put


def put_records():
    answer = aws("put-records", "--stream-name", STREAM, "--records",
                 "Data=one,PartitionKey=alice", "Data=two,PartitionKey=bob", f"Data=three,PartitionKey=c,ExplicitHashKey={HIGHEST}")
    assert answer["FailedRecordCount"] == 0 and len(answer["Records"]) == 3, answer
    assert answer["Records"][2]["ShardId"] == "shardId-000000000002", answer
    assert all(len(r["SequenceNumber"]) == 56 for r in answer["Records"]), answer


def iterator(shard, kind, *arguments):
    answer = aws("get-shard-iterator", "--stream-name", STREAM, "--shard-id", shard, "--shard-iterator-type", kind, *arguments)
    return answer["ShardIterator"]


def read(start):
    """Everything from an iterator on, as text."""
    texts = []
    while True:
        answer = aws("get-records", "--shard-iterator", start)
        texts += [base64.b64decode(r["Data"]).decode() for r in answer["Records"]]
        if not answer["Records"] and answer["MillisBehindLatest"] == 0:
            return texts
        start = answer["NextShardIterator"]


def get_shard_iterator(put):
    shard, second = put[0][0], put[1][1]
    everything = read(iterator(shard, "TRIM_HORIZON"))
    assert [t for t in everything if t.startswith("put ")] == ["put 0", "put 1", "put 2"], everything
    at = everything.index("put 1")
    assert read(iterator(shard, "AT_SEQUENCE_NUMBER", "--starting-sequence-number", second)) == everything[at:]
    assert read(iterator(shard, "AFTER_SEQUENCE_NUMBER", "--starting-sequence-number", second)) == everything[at + 1:]
    assert read(iterator(shard, "AT_TIMESTAMP", "--timestamp", int(time.time()) - 3600)) == everything
    latest = iterator(shard, "LATEST")
    aws("put-record", "--stream-name", STREAM, "--partition-key", "alice", "--data", "later")
    assert read(latest) == ["later"]

    aws("get-shard-iterator", "--stream-name", STREAM, "--shard-id", "shardId-000000000099", "--shard-iterator-type", "LATEST",
        fails="ResourceNotFoundException")
    aws("get-shard-iterator", "--stream-name", STREAM, "--shard-id", shard, "--shard-iterator-type", "AT_SEQUENCE_NUMBER",
        fails="InvalidArgumentException")


def get_records(put):
    shard = put[0][0]
    first = aws("get-records", "--shard-iterator", iterator(shard, "TRIM_HORIZON"), "--limit", 1)
    assert len(first["Records"]) == 1 and first["MillisBehindLatest"] > 0, first
    assert {"SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey"} == set(first["Records"][0]), first
    assert first["NextShardIterator"], first
    aws("get-records", "--shard-iterator", "forged", fails="InvalidArgumentException")


def delete_stream():
    assert aws("delete-stream", "--stream-name", STREAM) is None
    wait = subprocess.run(["aws", "kinesis", "wait", "stream-not-exists", "--stream-name", STREAM], check=False)
    assert wait.returncode == 0
    aws("delete-stream", "--stream-name", STREAM, fails="ResourceNotFoundException")


def main():
    create_stream()
    shards = describe_stream()
    describe_stream_summary()
    list_streams()
    list_shards(shards)
    put = put_record()
    put_records()
    get_shard_iterator(put)
    get_records(put)
    delete_stream()
    print("done")


if __name__ == "__main__":
    main()
