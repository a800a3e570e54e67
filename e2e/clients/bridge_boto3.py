"""A bridge to boto3: doc.go says what passes over it."""

import base64
import datetime
import json
import sys

import boto3
import botocore.config
import botocore.exceptions

kinesis = boto3.client("kinesis", config=botocore.config.Config(retries={"max_attempts": 1}))
methods = {api: name for name, api in kinesis.meta.method_to_api_mapping.items()}


def given(value):
    if isinstance(value, dict):
        if "$blob" in value:
            return base64.b64decode(value["$blob"])
        if "$time" in value:
            return datetime.datetime.fromtimestamp(value["$time"], datetime.timezone.utc)
        return {name: given(member) for name, member in value.items()}
    return [given(element) for element in value] if isinstance(value, list) else value


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat()


def subscribe(output, records):
    events, stream = [], output["EventStream"]
    for event in stream:
        events.append(event["SubscribeToShardEvent"])
        if sum(len(e["Records"]) for e in events) >= records:
            break
    stream.close()
    return {"Events": events}


def answer(request):
    name = methods.get(request["op"])
    if name is None:
        return {"unknown": True}
    try:
        output = getattr(kinesis, name)(**given(request["input"]))
        if request["op"] == "SubscribeToShard":
            output = subscribe(output, request["records"])
    except botocore.exceptions.ClientError as e:
        return {"error": e.response["Error"]["Code"], "message": e.response["Error"]["Message"], "class": type(e).__name__}
    except botocore.exceptions.ParamValidationError as e:
        return {"error": "refused by the client", "message": str(e)}
    output.pop("ResponseMetadata", None)
    return {"output": output}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=plain), flush=True)
