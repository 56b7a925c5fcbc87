using System.Net;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Tests.Wire;

namespace Weir.LocalKinesis.Tests.Actions;

public sealed class StreamTests
{
    private const string Orders = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";

    [Fact]
    public async Task A_stream_that_is_being_deleted_shows_no_shards()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 2);
        await engine.Kinesis.DeleteStreamAsync(new DeleteStreamRequest("orders"), default);

        var description = (await engine.Kinesis.DescribeStreamAsync(new DescribeStreamRequest("orders"), default)).StreamDescription;
        Assert.Equal(StreamStatuses.Deleting, description.StreamStatus);
        Assert.Empty(description.Shards);
        Assert.Equal(0, (await engine.Kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest("orders"), default)).StreamDescriptionSummary.OpenShardCount);
    }

    [Fact]
    public async Task The_third_change_of_mode_within_a_day_is_refused()
    {
        await using var server = await WireServer.StartAsync(o => (o.InitialStreams, o.Limits, o.StateChangeMilliseconds) = ("orders:2", KinesisLimits.Aws, 0));
        foreach (var mode in new[] { "ON_DEMAND", "PROVISIONED", "PROVISIONED" })
            await server.OkAsync("UpdateStreamMode", Mode(mode));

        var (status, body) = await server.SendAsync("UpdateStreamMode", Mode("ON_DEMAND"));
        Assert.Equal(
            (HttpStatusCode.BadRequest, """{"__type":"LimitExceededException","message":"The mode of stream orders under account 000000000000 has already been changed 2 times in the last 24 hours."}"""),
            (status, body));
        server.Engine.Time.Advance(TimeSpan.FromDays(1));
        await server.OkAsync("UpdateStreamMode", Mode("ON_DEMAND"));

        static string Mode(string mode) => $$$"""{"StreamARN":"{{{Orders}}}","StreamModeDetails":{"StreamMode":"{{{mode}}}"}}""";
    }

    [Fact]
    public async Task Consumers_are_listed_only_of_the_stream_that_was_created_then()
    {
        await using var server = await WireServer.StartAsync(o => (o.InitialStreams, o.StateChangeMilliseconds) = ("orders:1", 0));
        await server.OkAsync("RegisterStreamConsumer", $$"""{"StreamARN":"{{Orders}}","ConsumerName":"invoices"}""");
        var created = server.Engine.Time.GetUtcNow().ToUnixTimeSeconds();

        var listed = await server.OkAsync("ListStreamConsumers", $$"""{"StreamARN":"{{Orders}}","StreamCreationTimestamp":{{created}}}""");
        Assert.Equal(1, listed.GetProperty("Consumers").GetArrayLength());
        var (status, body) = await server.SendAsync("ListStreamConsumers", $$"""{"StreamARN":"{{Orders}}","StreamCreationTimestamp":{{created - 86_400}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, """{"__type":"ResourceNotFoundException","message":"Stream orders under account 000000000000 not found."}"""), (status, body));
    }
}
