using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Tests.Actions;

public sealed class StreamTests
{
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
}
