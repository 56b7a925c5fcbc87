using System.Net;
using System.Text.Json;
using Weir.LocalKinesis.Tests.Wire;

namespace Weir.LocalKinesis.Tests.Actions;

public sealed class ChannelTests
{
    private const string Streams = "arn:aws:kinesis:us-east-1:000000000000:stream/";

    private static string Create(string name, string stream, string format = "JSON", string destination = Bucket) =>
        $$$"""{"ChannelName":"{{{name}}}","ServiceExecutionRoleARN":"arn:aws:iam::000000000000:role/r","StreamConfigurationList":[{"StreamARN":"{{{Streams}}}{{{stream}}}","RecordConfiguration":{"RecordFormatType":"{{{format}}}"}}]{{{destination}}}}""";

    private const string Bucket = ""","S3DestinationConfiguration":{"StorageConfiguration":{"BucketARN":"arn:aws:s3:::b","ExpectedBucketOwner":"000000000000","CompressionType":"NONE"}}""";

    [Fact]
    public async Task A_channel_survives_a_restart_and_keeps_its_stream_from_being_deleted()
    {
        var server = await WireServer.StartAsync(o => (o.InitialStreams, o.StateChangeMilliseconds) = ("clicks", 0));
        server.Engine.KeepDirectory = true;
        var directory = server.Engine.Directory;
        var created = (await server.OkAsync("CreateChannel", Create("archive", "clicks"))).GetProperty("ChannelDescription");
        Assert.Contains("delivers nothing", created.GetProperty("ChannelStatusReason").GetString(), StringComparison.Ordinal);
        await server.DisposeAsync();

        await using var again = new TestEngine(o => o.StateChangeMilliseconds = 0, directory);
        await using var host = new LocalKinesisHost(again.Kinesis, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await host.StartAsync(default);
        using var client = new HttpClient { BaseAddress = new Uri(host.Url!) };
        var arn = JsonSerializer.Serialize(new { ChannelARN = created.GetProperty("ChannelARN").GetString() });
        Assert.Contains("\"ChannelStatus\":\"ACTIVE\"", (await SendAsync(client, "DescribeChannel", arn)).Body, StringComparison.Ordinal);
        Assert.Contains("ResourceInUseException", (await SendAsync(client, "DeleteStream", """{"StreamName":"clicks"}""")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "DeleteChannel", arn)).Status);
        Assert.Contains("ResourceNotFoundException", (await SendAsync(client, "DescribeChannel", arn)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "DeleteStream", """{"StreamName":"clicks"}""")).Status);
        await host.DisposeAsync();
        await again.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Pages_of_channels_come_in_the_order_of_their_names_and_by_stream()
    {
        await using var server = await WireServer.StartAsync(o => (o.InitialStreams, o.StateChangeMilliseconds) = ("clicks,views", 0));
        foreach (var (name, stream) in new[] { ("c", "clicks"), ("a", "views"), ("b", "clicks") })
            await server.OkAsync("CreateChannel", Create(name, stream));
        var first = await server.OkAsync("ListChannels", """{"MaxResults":2}""");
        Assert.Equal(["a", "b"], Names(first));
        Assert.Equal(["c"], Names(await server.OkAsync("ListChannels", JsonSerializer.Serialize(new { NextToken = first.GetProperty("NextToken").GetString() }))));
        Assert.Equal(["b", "c"], Names(await server.OkAsync("ListChannels", $$"""{"StreamFilter":[{"StreamARN":"{{Streams}}clicks"}]}""")));

        static IEnumerable<string> Names(JsonElement page) => page.GetProperty("ChannelSummaries").EnumerateArray().Select(c => c.GetProperty("ChannelName").GetString()!);
    }

    [Theory]
    [InlineData("orders", "JSON", true, "InvalidArgumentException")]
    [InlineData("clicks", "GSR_JSON", true, "InvalidArgumentException")]
    [InlineData("clicks", "CSV", true, "ValidationException")]
    [InlineData("clicks", "JSON", false, "InvalidArgumentException")]
    [InlineData("missing", "JSON", true, "ResourceNotFoundException")]
    [InlineData("taken", "JSON", true, "ResourceInUseException")]
    public async Task What_cannot_be_a_channel_is_refused(string stream, string format, bool bucket, string error)
    {
        await using var server = await WireServer.StartAsync(o => (o.InitialStreams, o.StateChangeMilliseconds) = ("orders:1,clicks,taken", 0));
        await server.OkAsync("CreateChannel", Create("taken", "taken"));
        var (status, body) = await server.SendAsync("CreateChannel", Create(stream == "taken" ? "taken" : "new", stream, format, bucket ? Bucket : ""));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(error, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_spread_over_the_shards_only_where_the_stream_says_so()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:2,clicks");
        const string NoKey = """{"StreamName":"clicks","Data":""}""";
        Assert.Contains("Value null at 'partitionKey'", (await server.SendAsync("PutRecord", NoKey)).Body, StringComparison.Ordinal);
        Assert.Contains("InvalidArgumentException", (await server.SendAsync("UpdateStreamRecordDistributionStrategy", $$"""{"StreamARN":"{{Streams}}orders","RecordDistributionStrategy":"AUTO"}""")).Body, StringComparison.Ordinal);
        await server.OkAsync("UpdateStreamRecordDistributionStrategy", $$"""{"StreamARN":"{{Streams}}clicks","RecordDistributionStrategy":"AUTO"}""");
        var shards = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            shards.Add((await server.OkAsync("PutRecord", NoKey)).GetProperty("ShardId").GetString()!);
            shards.Add((await server.OkAsync("PutRecord", """{"StreamName":"clicks","Data":"","PartitionKey":"same","ExplicitHashKey":"0"}""")).GetProperty("ShardId").GetString()!);
        }

        Assert.Equal(4, shards.Count);
        Assert.Contains("Value null at 'partitionKey'", (await server.SendAsync("PutRecord", """{"StreamName":"orders","Data":""}""")).Body, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpClient client, string operation, string json)
    {
        using var response = await client.SendAsync(WireServer.Request(operation, new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(json))));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
