using System.Globalization;
using System.Net;
using System.Text;

namespace Weir.LocalKinesis.Tests.Wire;

/// <summary>Input that clients forge, mix up or carry over from elsewhere: always one of the service's refusals, never a failure of ours.</summary>
public sealed class OddInputTests
{
    private const long Now = 1_772_366_400_000;

    [Theory]
    [InlineData("arn:aws-cn:kinesis:us-east-1:000000000000:stream/orders")]
    [InlineData("arn:aws-us-gov:kinesis:us-east-1:000000000000:stream/orders")]
    [InlineData("arn:aws:kinesis:eu-west-1:000000000000:stream/orders")]
    [InlineData("arn:aws:kinesis::000000000000:stream/orders")]
    [InlineData("arn:aws:kinesis:us-east-1:000000000001:stream/orders")]
    public async Task An_ARN_of_another_partition_region_or_account_is_not_found(string arn)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        foreach (var (operation, body) in new[]
        {
            ("DescribeStreamSummary", $$"""{"StreamARN":"{{arn}}"}"""),
            ("PutRecord", $$"""{"StreamARN":"{{arn}}","Data":"","PartitionKey":"k"}"""),
            ("RegisterStreamConsumer", $$"""{"StreamARN":"{{arn}}","ConsumerName":"c"}"""),
            ("DescribeStreamConsumer", $$"""{"ConsumerARN":"{{arn}}/consumer/c:1"}"""),
            ("ListTagsForResource", $$"""{"ResourceARN":"{{arn}}"}"""),
            ("TagResource", $$"""{"ResourceARN":"{{arn}}","Tags":{"a":"b"} }"""),
        })
        {
            await RefusedAsync(server, operation, body, "ResourceNotFoundException");
        }
    }

    [Fact]
    public async Task An_ARN_is_of_the_partition_of_its_region()
    {
        await using var server = await WireServer.StartAsync(o => (o.InitialStreams, o.Region) = ("orders:1", "cn-north-1"));
        await server.OkAsync("DescribeStreamSummary", """{"StreamARN":"arn:aws-cn:kinesis:cn-north-1:000000000000:stream/orders"}""");
        await RefusedAsync(server, "DescribeStreamSummary", """{"StreamARN":"arn:aws:kinesis:cn-north-1:000000000000:stream/orders"}""", "ResourceNotFoundException");
    }

    [Theory]
    [InlineData("shards", "orders/AT_TIMESTAMP//99999999999999999999", "InvalidArgumentException")]
    [InlineData("shards", "orders/AT_TIMESTAMP//9223372036854775807", "InvalidArgumentException")]
    [InlineData("shards", "orders/AT_TIMESTAMP//soon", "InvalidArgumentException")]
    [InlineData("shards", "orders/AT_TIMESTAMP//", "InvalidArgumentException")]
    [InlineData("shards", "orders/SOMETIME//", "InvalidArgumentException")]
    [InlineData("shards", "orders/a/b/c/d/e", "InvalidArgumentException")]
    [InlineData("shards", "nope", "ResourceNotFoundException")]
    [InlineData("shards", "", "ResourceNotFoundException")]
    [InlineData("streams", "", "InvalidArgumentException")]
    [InlineData("shards", "orders", "ExpiredNextTokenException", Now - 300_001)]
    public async Task A_forged_or_old_token_is_refused(string kind, string scope, string error, long created = Now)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:2");
        await RefusedAsync(server, "ListShards", $$"""{"NextToken":"{{Token(kind, scope, created)}}"}""", error);
    }

    [Fact]
    public async Task A_token_of_another_streams_consumers_is_refused()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1,clicks:1");
        const string Orders = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";
        await server.OkAsync("ListStreamConsumers", $$"""{"StreamARN":"{{Orders}}","NextToken":"{{Token("consumers", "orders", Now)}}"}""");
        await RefusedAsync(server, "ListStreamConsumers", $$"""{"StreamARN":"{{Orders}}","NextToken":"{{Token("consumers", "clicks", Now)}}"}""", "InvalidArgumentException");
    }

    [Theory]
    [InlineData("NaN", "SerializationException")]
    [InlineData("\"2026-03-01T12:00:00Z\"", "SerializationException")]
    [InlineData("true", "SerializationException")]
    [InlineData("{}", "SerializationException")]
    [InlineData("1e400", "InvalidArgumentException")]
    [InlineData("253402300800", "InvalidArgumentException")]
    [InlineData("1772366460", "InvalidArgumentException")]
    [InlineData("-1", null)]
    [InlineData("-1e400", null)]
    [InlineData("1e-400", null)]
    [InlineData("1772366400.0009", null)]
    public async Task A_time_that_cannot_be_is_refused_and_one_long_ago_is_the_beginning(string time, string? error)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        foreach (var (operation, body) in new[]
        {
            ("GetShardIterator", $$"""{"StreamName":"orders","ShardId":"shardId-000000000000","ShardIteratorType":"AT_TIMESTAMP","Timestamp":{{time}}}"""),
            ("ListShards", $$"""{"StreamName":"orders","ShardFilter":{"Type":"AT_TIMESTAMP","Timestamp":{{time}} } }"""),
        })
        {
            if (error is null)
                await server.OkAsync(operation, body);
            else
                await RefusedAsync(server, operation, body, error);
        }
    }

    [Theory]
    [InlineData("aws:made", "a", "InvalidArgumentException")]
    [InlineData("AWS:made", "a", "InvalidArgumentException")]
    [InlineData("", "a", "ValidationException")]
    [InlineData("a\\u0000", "a", "InvalidArgumentException")]
    [InlineData("a", "\\uD83D\\uDE00", "InvalidArgumentException")]
    [InlineData("a", "\\uD83D", "SerializationException")]
    [InlineData("größe", "aws:value ok", null)]
    public async Task Tags_are_refused_for_reserved_keys_and_characters(string key, string value, string? error)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        foreach (var (operation, body) in new[]
        {
            ("AddTagsToStream", $$"""{"StreamName":"orders","Tags":{"{{key}}":"{{value}}"} }"""),
            ("TagResource", $$"""{"ResourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders","Tags":{"{{key}}":"{{value}}"} }"""),
            ("CreateStream", $$"""{"StreamName":"tagged","ShardCount":1,"Tags":{"{{key}}":"{{value}}"} }"""),
        })
        {
            if (error is null)
                await server.OkAsync(operation, body);
            else
                await RefusedAsync(server, operation, body, error);
        }
    }

    private static string Token(string kind, string scope, long created) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1\n{created}\n{kind}\n{scope}\nshardId-000000000000")));

    private static async Task RefusedAsync(WireServer server, string operation, string body, string error)
    {
        var (status, answer) = await server.SendAsync(operation, body);
        Assert.True(status == HttpStatusCode.BadRequest && answer.Contains($"\"{error}\"", StringComparison.Ordinal), $"{operation} {body}: {(int)status} {answer}");
    }
}
