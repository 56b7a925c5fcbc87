using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Weir.Aws.Kinesis;
using Weir.Peers.Tests.Running;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Reading;
using Weir.Pipeline.Telemetry;

namespace Weir.Peers.Tests;

/// <summary>Enhanced fan-out over HTTP/2, from our client to our engine.</summary>
public sealed class FanOutTests
{
    [Fact]
    public async Task Pushed_records_come_in_order_through_a_new_subscription_and_end_with_the_children()
    {
        await using var engine = await WeirEngine.StartAsync();
        using var kinesis = engine.Connect();
        await kinesis.CreateStreamAsync(new CreateStreamRequest("orders", 1), default);
        await kinesis.ActiveAsync("orders");
        using var metrics = new PipelineMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var feeds = new FanOutFeeds(kinesis, kinesis, metrics, new ConsumingOptions { Application = "weir-push" }, TimeProvider.System, new Random(1));
        var lease = new Lease("orders", 0, "shardId-000000000000", "me", 1, Checkpoint.TrimHorizon, []);
        var got = new List<int>();

        await PutAsync(kinesis, 0, 100);
        string last;
        await using (var feed = feeds.Open(lease))
            last = await ReadAsync(feed, got, 100);

        // Another worker goes on from the checkpoint while more arrives and the shard is split.
        await PutAsync(kinesis, 100, 100);
        await using (var feed = feeds.Open(lease with { Checkpoint = new Checkpoint(last) }))
        {
            got.RemoveAt(99);
            await ReadAsync(feed, got, 150);
            await kinesis.SplitShardAsync(new SplitShardRequest("shardId-000000000000", "170141183460469231731687303715884105728", "orders"), default);
            ShardRead read;
            do
            {
                read = await feed.NextAsync(default).WaitAsync(TimeSpan.FromSeconds(90));
                got.AddRange(read.Records.Select(Number));
            }
            while (!read.IsLast);
            Assert.Equal(["shardId-000000000001", "shardId-000000000002"], read.ChildShardIds.Order(StringComparer.Ordinal));
        }

        Assert.Equal(Enumerable.Range(0, 200), got);
        var consumer = await kinesis.DescribeStreamConsumerAsync(new DescribeStreamConsumerRequest((await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest("orders"), default)).StreamDescriptionSummary.StreamARN, "weir-push"), default);
        Assert.Equal("ACTIVE", consumer.ConsumerDescription.ConsumerStatus);
    }

    private static async Task<string> ReadAsync(IShardFeed feed, List<int> got, int until)
    {
        var last = "";
        while (got.Count < until)
        {
            var read = await feed.NextAsync(default).WaitAsync(TimeSpan.FromSeconds(90));
            got.AddRange(read.Records.Select(Number));
            last = read.Records.Count > 0 ? read.Records[^1].SequenceNumber : last;
        }

        return last;
    }

    private static async Task PutAsync(KinesisClient kinesis, int from, int count) => await kinesis.PutRecordsAsync(
        new PutRecordsRequest([.. Enumerable.Range(from, count).Select(i => new PutRecordsRequestEntry(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)), "k"))], "orders"), default);

    private static int Number(Aws.Kinesis.Record record) => int.Parse(Encoding.UTF8.GetString(record.Data.Span), CultureInfo.InvariantCulture);
}
