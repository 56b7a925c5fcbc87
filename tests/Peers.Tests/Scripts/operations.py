"""Calls every operation that this boto3 knows on the engine at WEIR_ENDPOINT; prints one JSON object: operation -> "ok" or what went wrong."""

import json
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

kinesis = boto3.client("kinesis", endpoint_url=os.environ["WEIR_ENDPOINT"], config=Config(retries={"total_max_attempts": 1}))
outcomes = {name: "not called" for name in kinesis.meta.service_model.operation_names}
STREAM, KEY = "every", "alias/aws/kinesis"


def expect(value, wanted):
    if value != wanted:
        raise AssertionError(f"{value!r} instead of {wanted!r}")


def step(operation, *checks, **arguments):
    """Calls the operation, if this boto3 has it, and checks the answer; an answer of nothing otherwise."""
    if operation not in outcomes:
        return None
    method = "".join("_" + c.lower() if c.isupper() else c for c in operation).lstrip("_")
    try:
        answer = getattr(kinesis, method)(**arguments)
        for check in checks:
            check(answer)
        if outcomes[operation] == "not called":
            outcomes[operation] = "ok"
        return answer
    except (ClientError, AssertionError, KeyError, IndexError) as error:
        outcomes[operation] = error.response["Error"]["Code"] if isinstance(error, ClientError) else f"{type(error).__name__}: {error}"
        return None


def settled():
    for _ in range(500):
        if kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE":
            return
        time.sleep(0.02)
    raise TimeoutError("the stream is not ACTIVE after 10 s")


def open_shards():
    shards = kinesis.list_shards(StreamName=STREAM, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    return sorted(shards, key=lambda s: int(s["HashKeyRange"]["StartingHashKey"]))


def tags(answer):
    return {tag["Key"]: tag.get("Value") for tag in answer["Tags"]}


step("CreateStream", StreamName=STREAM, ShardCount=2)
settled()
arn = step("DescribeStream", lambda a: expect(len(a["StreamDescription"]["Shards"]), 2), StreamName=STREAM)["StreamDescription"]["StreamARN"]
step("DescribeStreamSummary", lambda a: expect(a["StreamDescriptionSummary"]["OpenShardCount"], 2), StreamARN=arn)
step("ListStreams", lambda a: expect(a["StreamNames"], [STREAM]))
step("ListShards", lambda a: expect(len(a["Shards"]), 2), StreamARN=arn)
put = step("PutRecord", StreamARN=arn, PartitionKey="k", Data=b"one")
step("PutRecords", lambda a: expect(a["FailedRecordCount"], 0), StreamName=STREAM, Records=[{"PartitionKey": "k", "Data": b"two"}])
iterator = step("GetShardIterator", StreamName=STREAM, ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
step("GetRecords", lambda a: expect([r["Data"] for r in a["Records"]], [b"one", b"two"]), ShardIterator=iterator["ShardIterator"])

step("AddTagsToStream", StreamName=STREAM, Tags={"team": "data", "env": "test"})
step("ListTagsForStream", lambda a: expect(tags(a), {"team": "data", "env": "test"}), StreamName=STREAM)
step("RemoveTagsFromStream", StreamName=STREAM, TagKeys=["env"])
step("TagResource", ResourceARN=arn, Tags={"cost": "7"})
step("ListTagsForResource", lambda a: expect(tags(a), {"team": "data", "cost": "7"}), ResourceARN=arn)
step("UntagResource", ResourceARN=arn, TagKeys=["cost"])
step("ListTagsForStream", lambda a: expect(tags(a), {"team": "data"}), StreamName=STREAM)

step("IncreaseStreamRetentionPeriod", StreamName=STREAM, RetentionPeriodHours=48)
settled()
step("DescribeStreamSummary", lambda a: expect(a["StreamDescriptionSummary"]["RetentionPeriodHours"], 48), StreamName=STREAM)
step("DecreaseStreamRetentionPeriod", StreamName=STREAM, RetentionPeriodHours=24)
settled()
step("EnableEnhancedMonitoring", lambda a: expect(a["DesiredShardLevelMetrics"], ["IncomingBytes"]), StreamName=STREAM, ShardLevelMetrics=["IncomingBytes"])
settled()
step("DisableEnhancedMonitoring", lambda a: expect(a["DesiredShardLevelMetrics"], []), StreamName=STREAM, ShardLevelMetrics=["IncomingBytes"])
settled()
step("StartStreamEncryption", StreamName=STREAM, EncryptionType="KMS", KeyId=KEY)
settled()
step("DescribeStreamSummary", lambda a: expect(a["StreamDescriptionSummary"]["EncryptionType"], "KMS"), StreamName=STREAM)
step("StopStreamEncryption", StreamName=STREAM, EncryptionType="KMS", KeyId=KEY)
settled()

consumer = step("RegisterStreamConsumer", lambda a: expect(a["Consumer"]["ConsumerName"], "pushed"), StreamARN=arn, ConsumerName="pushed")
if consumer:
    consumer_arn = consumer["Consumer"]["ConsumerARN"]
    for _ in range(500):
        described = step("DescribeStreamConsumer", StreamARN=arn, ConsumerName="pushed")
        if not described or described["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE":
            break
        time.sleep(0.02)
    step("ListStreamConsumers", lambda a: expect([c["ConsumerName"] for c in a["Consumers"]], ["pushed"]), StreamARN=arn)
    subscription = step("SubscribeToShard", ConsumerARN=consumer_arn, ShardId=put["ShardId"], StartingPosition={"Type": "TRIM_HORIZON"})
    if subscription:
        got = []
        for event in subscription["EventStream"]:
            got += [record["Data"] for record in event["SubscribeToShardEvent"]["Records"]]
            if len(got) >= 2:
                break
        subscription["EventStream"].close()
        if got != [b"one", b"two"]:
            outcomes["SubscribeToShard"] = f"pushed {got}"
    step("DeregisterStreamConsumer", ConsumerARN=consumer_arn)

policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kinesis:GetRecords", "Resource": arn}]})
step("PutResourcePolicy", ResourceARN=arn, Policy=policy)
step("GetResourcePolicy", lambda a: expect(json.loads(a["Policy"]), json.loads(policy)), ResourceARN=arn)
step("DeleteResourcePolicy", ResourceARN=arn)

step("UpdateShardCount", lambda a: expect((a["CurrentShardCount"], a["TargetShardCount"]), (2, 4)), StreamName=STREAM, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
settled()
low, high, *_ = open_shards()
step("MergeShards", StreamName=STREAM, ShardToMerge=low["ShardId"], AdjacentShardToMerge=high["ShardId"])
settled()
step("SplitShard", StreamName=STREAM, ShardToSplit=open_shards()[0]["ShardId"], NewStartingHashKey="1234567890123456789")
settled()
expect([s["HashKeyRange"]["StartingHashKey"] for s in open_shards()][1], "1234567890123456789")

step("UpdateMaxRecordSize", StreamARN=arn, MaxRecordSizeInKiB=2048)
settled()
step("UpdateStreamMode", StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
settled()
step("DescribeLimits")
step("DescribeAccountSettings")
step("UpdateAccountSettings", MinimumThroughputBillingCommitment={"Status": "ENABLED"})
step("UpdateStreamWarmThroughput", StreamARN=arn, WarmThroughputMiBps=100)
settled()
step("DeleteStream", StreamName=STREAM, EnforceConsumerDeletion=True)
print(json.dumps(outcomes))
