"""Drives the engine at WEIR_ENDPOINT with boto3 and prints what it saw as one line of JSON: boto.py records|push."""

import datetime
import json
import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

STREAM = "boto"
kinesis = boto3.client("kinesis", endpoint_url=os.environ["WEIR_ENDPOINT"], config=Config(retries={"total_max_attempts": 1}))


def active():
    while True:
        description = kinesis.describe_stream(StreamName=STREAM)["StreamDescription"]
        if description["StreamStatus"] == "ACTIVE":
            return description
        time.sleep(0.02)


def refusal(call, **arguments):
    try:
        call(**arguments)
        return "accepted"
    except ClientError as error:
        return error.response["Error"]["Code"]


def push(shard, expected):
    consumer = kinesis.register_stream_consumer(StreamARN=stream["StreamARN"], ConsumerName="pushed")["Consumer"]["ConsumerARN"]
    while kinesis.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerStatus"] != "ACTIVE":
        time.sleep(0.02)
    events = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"]
    got = []
    for event in events:
        got += [record["Data"].decode() for record in event["SubscribeToShardEvent"]["Records"]]
        if len(got) >= expected:
            break
    events.close()
    return got


kinesis.create_stream(StreamName=STREAM, ShardCount=2)
stream = active()
put = kinesis.put_record(StreamName=STREAM, PartitionKey="a", Data=b"single")
many = kinesis.put_records(
    StreamName=STREAM, Records=[{"PartitionKey": f"k{i}", "Data": f"many {i}".encode()} for i in range(50)]
)

read = []
for shard in stream["Shards"]:
    iterator = kinesis.get_shard_iterator(
        StreamName=STREAM,
        ShardId=shard["ShardId"],
        ShardIteratorType="AT_TIMESTAMP",
        Timestamp=stream["StreamCreationTimestamp"],
    )["ShardIterator"]
    for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
        age = datetime.datetime.now(datetime.timezone.utc) - record["ApproximateArrivalTimestamp"]
        read.append(
            {
                "ShardId": shard["ShardId"],
                "PartitionKey": record["PartitionKey"],
                "SequenceNumber": record["SequenceNumber"],
                "Data": record["Data"].decode(),
                "arrived": abs(age.total_seconds()) < 60,
            }
        )

pushed = push(put["ShardId"], sum(1 for r in read if r["ShardId"] == put["ShardId"])) if sys.argv[1] == "push" else []
scaled = kinesis.update_shard_count(StreamName=STREAM, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
after = active()
print(
    json.dumps(
        {
            "created": isinstance(stream["StreamCreationTimestamp"], datetime.datetime),
            "put": {"ShardId": put["ShardId"], "SequenceNumber": put["SequenceNumber"]},
            "failed": many["FailedRecordCount"],
            "read": read,
            "pushed": pushed,
            "scaled": {"from": scaled["CurrentShardCount"], "to": scaled["TargetShardCount"]},
            "open": sum(1 for s in after["Shards"] if "EndingSequenceNumber" not in s["SequenceNumberRange"]),
            "refusals": [
                refusal(kinesis.create_stream, StreamName=STREAM, ShardCount=1),
                refusal(kinesis.describe_stream, StreamName="nobody"),
                refusal(kinesis.get_records, ShardIterator="garbage"),
                refusal(kinesis.put_record, StreamName=STREAM, PartitionKey="x" * 257, Data=b"x"),
            ],
        }
    )
)
