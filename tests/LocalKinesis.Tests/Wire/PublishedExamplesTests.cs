using System.Text.Json;

namespace Weir.LocalKinesis.Tests.Wire;

/// <summary>
/// Requests as the <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html">API reference</see> prints them, one after the other
/// on one engine: each answer has the members of the printed one, of the same kinds.
/// </summary>
public sealed class PublishedExamplesTests
{
    /// <summary>Operation, printed request, printed answer; <c>ITERATOR</c>, <c>TOKEN</c>, <c>STREAM</c> and <c>CONSUMER</c> stand for what an earlier answer gave.</summary>
    private static readonly (string Operation, string Request, string Answer)[] Examples =
    [
        ("CreateStream", """{"ShardCount":3,"StreamName":"exampleStreamName"}""", ""),
        ("DescribeStream", """{"StreamName":"exampleStreamName"}""", """{"StreamDescription":{"EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"HasMoreShards":false,"RetentionPeriodHours":24,"Shards":[{"HashKeyRange":{"EndingHashKey":"113427455640312821154458202477256070484","StartingHashKey":"0"},"SequenceNumberRange":{"StartingSequenceNumber":"49535705833600000000000000000000000000000000000000000002"},"ShardId":"shardId-000000000000"}],"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/exampleStreamName","StreamCreationTimestamp":1.46297E9,"StreamName":"exampleStreamName","StreamStatus":"ACTIVE"}}"""),
        ("DescribeStreamSummary", """{"StreamName":"exampleStreamName"}""", """{"StreamDescriptionSummary":{"ConsumerCount":0,"EncryptionType":"NONE","EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"OpenShardCount":3,"RetentionPeriodHours":24,"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/exampleStreamName","StreamCreationTimestamp":1.46297E9,"StreamModeDetails":{"StreamMode":"PROVISIONED"},"StreamName":"exampleStreamName","StreamStatus":"ACTIVE"}}"""),
        ("ListStreams", "{}", """{"HasMoreStreams":false,"StreamNames":["exampleStreamName"]}"""),
        ("PutRecord", """{"StreamName":"exampleStreamName","Data":"XzxkYXRhPl8x","PartitionKey":"partitionKey"}""", """{"SequenceNumber":"21269319989653637946712965403778482977","ShardId":"shardId-000000000001"}"""),
        ("PutRecords", """{"Records":[{"Data":"XzxkYXRhPl8w","PartitionKey":"partitionKey1"},{"Data":"AbceddeRFfg12asd","PartitionKey":"partitionKey1"},{"Data":"KFpcd98*7nd1","PartitionKey":"partitionKey3"}],"StreamName":"exampleStreamName"}""", "SerializationException"),
        ("PutRecords", """{"Records":[{"Data":"XzxkYXRhPl8w","PartitionKey":"partitionKey1"},{"Data":"AbceddeRFfg12asd","PartitionKey":"partitionKey1"}],"StreamName":"exampleStreamName"}""", """{"FailedRecordCount":0,"Records":[{"SequenceNumber":"21269319989653637946712965403778482977","ShardId":"shardId-000000000001"}]}"""),
        ("GetShardIterator", """{"StreamName":"exampleStreamName","ShardId":"shardId-000000000001","ShardIteratorType":"TRIM_HORIZON"}""", """{"ShardIterator":"AAAAAAAAAAETYyAYzd665+8e0X7JTsASDM"}"""),
        ("GetRecords", """{"ShardIterator":"ITERATOR","Limit":2}""", """{"MillisBehindLatest":2100,"NextShardIterator":"AAAAAAAAAAHsW8zCWf9164uy8Epue6WS3w6wmj4a4USt","Records":[{"ApproximateArrivalTimestamp":1.441215410867E9,"Data":"XzxkYXRhPl8w","PartitionKey":"partitionKey","SequenceNumber":"21269319989652663814458848515492872193"}]}"""),
        ("ListShards", """{"StreamName":"exampleStreamName","MaxResults":2}""", """{"NextToken":"AAAAAAAAAAGK9EEG0sJqVhCUS2JsgigQ5dcpB4q9PYswrH2oK44","Shards":[{"HashKeyRange":{"EndingHashKey":"68056473384187692692674921486353642290","StartingHashKey":"0"},"SequenceNumberRange":{"StartingSequenceNumber":"49579844037727333356165064238440708846556371693205002258"},"ShardId":"shardId-000000000000"}]}"""),
        ("ListShards", """{"NextToken":"TOKEN"}""", """{"Shards":[{"ShardId":"shardId-000000000002"}]}"""),
        ("AddTagsToStream", """{"StreamName":"exampleStreamName","Tags":{"Project":"myProject","Environment":"Production"}}""", ""),
        ("ListTagsForStream", """{"StreamName":"exampleStreamName"}""", """{"HasMoreTags":false,"Tags":[{"Key":"Project","Value":"myProject"}]}"""),
        ("RemoveTagsFromStream", """{"StreamName":"exampleStreamName","TagKeys":["Project","Environment"]}""", ""),
        ("IncreaseStreamRetentionPeriod", """{"StreamName":"exampleStreamName","RetentionPeriodHours":50}""", ""),
        ("DecreaseStreamRetentionPeriod", """{"StreamName":"exampleStreamName","RetentionPeriodHours":24}""", ""),
        ("EnableEnhancedMonitoring", """{"StreamName":"exampleStreamName","ShardLevelMetrics":["ALL"]}""", """{"CurrentShardLevelMetrics":[],"DesiredShardLevelMetrics":["IncomingBytes"],"StreamName":"exampleStreamName"}"""),
        ("RegisterStreamConsumer", """{"StreamARN":"STREAM","ConsumerName":"exampleConsumerName"}""", """{"Consumer":{"ConsumerARN":"arn:aws:kinesis:us-east-2:123456789012:stream/exampleStreamName/consumer/exampleConsumerName:1525898737","ConsumerCreationTimestamp":1.525898737E9,"ConsumerName":"exampleConsumerName","ConsumerStatus":"CREATING"}}"""),
        ("DescribeStreamConsumer", """{"ConsumerARN":"CONSUMER"}""", """{"ConsumerDescription":{"ConsumerARN":"arn:aws:kinesis:us-east-2:123456789012:stream/exampleStreamName/consumer/exampleConsumerName:1525898737","ConsumerCreationTimestamp":1.525898737E9,"ConsumerName":"exampleConsumerName","ConsumerStatus":"ACTIVE","StreamARN":"arn:aws:kinesis:us-east-2:123456789012:stream/exampleStreamName"}}"""),
        ("ListStreamConsumers", """{"StreamARN":"STREAM"}""", """{"Consumers":[{"ConsumerARN":"arn:aws:kinesis:us-east-2:123456789012:stream/exampleStreamName/consumer/exampleConsumerName:1525898737","ConsumerCreationTimestamp":1.525898737E9,"ConsumerName":"exampleConsumerName","ConsumerStatus":"ACTIVE"}]}"""),
        ("DeregisterStreamConsumer", """{"ConsumerARN":"CONSUMER"}""", ""),
        ("DescribeLimits", "{}", """{"OnDemandStreamCount":0,"OnDemandStreamCountLimit":50,"OpenShardCount":5,"ShardLimit":500}"""),
        ("StartStreamEncryption", """{"EncryptionType":"KMS","KeyId":"arn:aws:kms:us-east-1:123456789012:key/b3e5e6d2-a5f5-4f0a-9d44-1c5e4f7a1f11","StreamName":"exampleStreamName"}""", ""),
        ("StopStreamEncryption", """{"EncryptionType":"KMS","KeyId":"arn:aws:kms:us-east-1:123456789012:key/b3e5e6d2-a5f5-4f0a-9d44-1c5e4f7a1f11","StreamName":"exampleStreamName"}""", ""),
        ("MergeShards", """{"StreamName":"exampleStreamName","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000001"}""", ""),
        ("SplitShard", """{"StreamName":"exampleStreamName","ShardToSplit":"shardId-000000000003","NewStartingHashKey":"10"}""", ""),
        ("UpdateShardCount", """{"ScalingType":"UNIFORM_SCALING","StreamName":"exampleStreamName","TargetShardCount":4}""", """{"CurrentShardCount":3,"StreamName":"exampleStreamName","TargetShardCount":4}"""),
        ("DeleteStream", """{"StreamName":"exampleStreamName"}""", ""),
    ];

    [Fact]
    public async Task Each_printed_request_has_an_answer_of_the_printed_shape()
    {
        await using var server = await WireServer.StartAsync(o => o.StateChangeMilliseconds = 0);
        var given = new Dictionary<string, string> { ["STREAM"] = "arn:aws:kinesis:us-east-1:000000000000:stream/exampleStreamName" };
        foreach (var (operation, printed, expected) in Examples)
        {
            var request = given.Aggregate(printed, (text, value) => text.Replace(value.Key, value.Value, StringComparison.Ordinal));
            var (status, body) = await server.SendAsync(operation, request);
            if (expected.EndsWith("Exception", StringComparison.Ordinal))
            {
                Assert.Contains(expected, body, StringComparison.Ordinal);
                continue;
            }

            Assert.True((int)status == 200, $"{operation}: {body}");
            if (expected.Length == 0)
            {
                Assert.Equal("", body);
                continue;
            }

            using var answer = JsonDocument.Parse(body);
            using var wanted = JsonDocument.Parse(expected);
            AssertHas(wanted.RootElement, answer.RootElement, operation);
            foreach (var (name, member) in new[] { ("ITERATOR", "ShardIterator"), ("TOKEN", "NextToken") })
            {
                if (answer.RootElement.TryGetProperty(member, out var value))
                    given[name] = value.GetString()!;
            }

            if (answer.RootElement.TryGetProperty("Consumer", out var consumer))
                given["CONSUMER"] = consumer.GetProperty("ConsumerARN").GetString()!;
        }
    }

    private static void AssertHas(JsonElement wanted, JsonElement found, string at)
    {
        Assert.True(Kind(wanted) == Kind(found), $"{at} is {found.ValueKind} and should be {wanted.ValueKind}");
        if (wanted.ValueKind == JsonValueKind.Array && wanted.GetArrayLength() > 0)
        {
            Assert.NotEqual(0, found.GetArrayLength());
            AssertHas(wanted[0], found[0], at + "[0]");
        }

        if (wanted.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in wanted.EnumerateObject())
        {
            Assert.True(found.TryGetProperty(member.Name, out var value), $"{at}.{member.Name} is missing");
            AssertHas(member.Value, value, $"{at}.{member.Name}");
        }
    }

    private static JsonValueKind Kind(JsonElement element) => element.ValueKind == JsonValueKind.False ? JsonValueKind.True : element.ValueKind;
}
