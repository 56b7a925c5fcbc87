using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class SubscriptionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Records_are_pushed_as_they_come_and_the_end_of_a_shard_names_its_children(int httpVersion)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        var arn = await ConsumerAsync(server);
        using var request = WireServer.Request("SubscribeToShard", Body(arn, "LATEST"));
        request.Version = new Version(httpVersion, httpVersion == 1 ? 1 : 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("application/vnd.amazon.eventstream", response.Content.Headers.ContentType!.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync();

        Assert.Equal(("initial-response", "{}"), await NextAsync(stream));
        var put = await server.Engine.PutAsync("orders", "k", "pushed");
        var (type, payload) = await NextAsync(stream);
        Assert.Equal("SubscribeToShardEvent", type);
        using (var pushed = JsonDocument.Parse(payload))
        {
            Assert.Equal(Convert.ToBase64String("pushed"u8), pushed.RootElement.GetProperty("Records")[0].GetProperty("Data").GetString());
            Assert.Equal(0, pushed.RootElement.GetProperty("MillisBehindLatest").GetInt64());
            var after = await server.Engine.IteratorAsync("orders", "shardId-000000000000", "AFTER_SEQUENCE_NUMBER", pushed.RootElement.GetProperty("ContinuationSequenceNumber").GetString());
            Assert.Empty(await server.Engine.DrainAsync(after));
        }

        await server.OkAsync("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"1000"}""");
        await server.Engine.SettleAsync("orders");

        // On a slow disk the clock has gone far meanwhile, and every five seconds an event says that nothing came.
        JsonElement last;
        do
        {
            using var pushed = JsonDocument.Parse((await NextAsync(stream)).Payload);
            last = pushed.RootElement.Clone();
        }
        while (!last.TryGetProperty("ChildShards", out _));
        Assert.Equal(2, last.GetProperty("ChildShards").GetArrayLength());
        Assert.False(last.TryGetProperty("ContinuationSequenceNumber", out _));
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task A_second_subscription_waits_five_seconds_and_then_takes_over()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        var arn = await ConsumerAsync(server);
        using var first = await server.Client.SendAsync(WireServer.Request("SubscribeToShard", Body(arn, "TRIM_HORIZON")), HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await first.Content.ReadAsStreamAsync();
        await NextAsync(stream);
        using var early = await server.Client.SendAsync(WireServer.Request("SubscribeToShard", Body(arn, "TRIM_HORIZON")));
        Assert.Equal(HttpStatusCode.BadRequest, early.StatusCode);
        Assert.Contains("ResourceInUseException", await early.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        server.Engine.Time.Advance(TimeSpan.FromSeconds(5));
        using var second = await server.Client.SendAsync(WireServer.Request("SubscribeToShard", Body(arn, "TRIM_HORIZON")), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        await stream.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_subscription_ends_when_its_consumer_is_deregistered()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        var arn = await ConsumerAsync(server);
        using var response = await server.Client.SendAsync(WireServer.Request("SubscribeToShard", Body(arn, "LATEST")), HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        await NextAsync(stream);
        await server.OkAsync("DeregisterStreamConsumer", $$"""{"ConsumerARN":"{{arn}}"}""");
        await server.Engine.PutAsync("orders", "k", "too late");

        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest).WaitAsync(TimeSpan.FromSeconds(60));
        var text = Encoding.UTF8.GetString(rest.ToArray());
        Assert.Contains("ResourceNotFoundException", text, StringComparison.Ordinal);
        Assert.Contains($"Consumer {arn}, account 000000000000 not found.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SubscribeToShardEvent", text, StringComparison.Ordinal);
    }

    private static async Task<string> ConsumerAsync(WireServer server)
    {
        var registered = await server.OkAsync("RegisterStreamConsumer", """{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders","ConsumerName":"reader"}""");
        var arn = registered.GetProperty("Consumer").GetProperty("ConsumerARN").GetString()!;
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < TestEngine.Patience;)
        {
            var described = await server.OkAsync("DescribeStreamConsumer", $$"""{"ConsumerARN":"{{arn}}"}""");
            if (described.GetProperty("ConsumerDescription").GetProperty("ConsumerStatus").GetString() == "ACTIVE")
                return arn;
            server.Engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        throw new TimeoutException("The consumer did not become ACTIVE.");
    }

    private static ByteArrayContent Body(string arn, string type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new { ConsumerARN = arn, ShardId = "shardId-000000000000", StartingPosition = new { Type = type } }));

    private static async Task<(string Type, string Payload)> NextAsync(Stream stream)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var prelude = new byte[12];
        await stream.ReadExactlyAsync(prelude, patience.Token);
        var total = BinaryPrimitives.ReadInt32BigEndian(prelude);
        var headers = BinaryPrimitives.ReadInt32BigEndian(prelude.AsSpan(4));
        var rest = new byte[total - 12];
        await stream.ReadExactlyAsync(rest, patience.Token);
        Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32([.. prelude, .. rest.AsSpan(0, rest.Length - 4)]), BinaryPrimitives.ReadUInt32BigEndian(rest.AsSpan(rest.Length - 4)));
        var text = Encoding.ASCII.GetString(rest, 0, headers);
        var at = text.IndexOf(":event-type", StringComparison.Ordinal) + ":event-type".Length + 1;
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest.AsSpan(at));
        return (text.Substring(at + 2, length), Encoding.UTF8.GetString(rest, headers, rest.Length - headers - 4));
    }
}
