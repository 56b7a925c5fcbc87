using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Publishing;
using Weir.Pipeline.Tests.Ingest;

namespace Weir.Pipeline.Tests.Publishing;

public sealed class AggregationTests
{
    [Fact]
    public void An_aggregate_is_byte_for_byte_what_aws_kinesis_agg_writes()
    {
        var aggregator = new KplAggregator();
        aggregator.Add("k1", null, "hello"u8);
        aggregator.Add("k2", "170141183460469231731687303715884105728", "world"u8);
        aggregator.Add("k1", null, "!"u8);

        Assert.Equal(
            "f3899ac20a026b310a026b32122731373031343131383334363034363932333137333136383733303337313538383431303537323" + "81a0908001a0568656c6c6f1a0b080110001a05776f726c641a0508001a01214a8ee1dab3dd7ead1fb9deccc3455248",
            Convert.ToHexStringLower(aggregator.Take()));
        Assert.Equal(0, aggregator.Count);
    }

    [Fact]
    public void What_is_written_is_read_back_and_what_is_none_is_not()
    {
        var aggregator = new KplAggregator();
        var big = new string('x', 70_000);
        aggregator.Add("schlüssel", null, Encoding.UTF8.GetBytes(big));
        aggregator.Add("k", "0", []);
        var bytes = aggregator.Take();

        var read = KplAggregator.TryRead(bytes)!;
        Assert.Equal([("schlüssel", big), ("k", "")], read.Select(r => (r.PartitionKey, Encoding.UTF8.GetString(r.Data.Span))));
        bytes[20] ^= 1;
        Assert.Null(KplAggregator.TryRead(bytes));
        Assert.Null(KplAggregator.TryRead("plain"u8.ToArray()));
    }

    [Fact]
    public async Task Aggregated_records_arrive_once_and_in_order_through_refusals_lost_answers_and_resharding()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        var random = new Random(5);
        kinesis.Refuse = (_, _) => random.Next(4) == 0 ? KinesisErrorCodes.ProvisionedThroughputExceeded : null;
        kinesis.After = _ => random.Next(4) == 0 ? throw new IOException("Connection reset.") : Task.CompletedTask;
        await using var server = await IngestServer.StartAsync(
            kinesis,
            null,
            ("Publishing:Aggregation", "true"),
            ("Publishing:AggregateBytes", "1024"),
            ("Publishing:MaxBackOffMilliseconds", "10"));
        for (var round = 0; round < 4; round++)
        {
            var records = Enumerable.Range(round * 300, 300).Select(n => string.Create(CultureInfo.InvariantCulture, $"{{\"partitionKey\":\"k{n % 13}\",\"data\":{n}}}"));
            await server.PostAsync("/v1/streams/orders/records:batch", "{\"records\":[" + string.Join(',', records) + "]}", "application/json");
            if (round == 1)
            {
                kinesis.Reshard("orders", 3);
            }
        }

        await Until.Async("the spool drained", () => server.Metrics.Read().Spools.TryGetValue("orders", out var depth) && depth.Records == 0 && Consumed(kinesis).Count >= 1200);
        var consumed = Consumed(kinesis);
        Assert.Equal(Enumerable.Range(0, 1200), consumed.Select(c => c.Number).Order());
        foreach (var key in consumed.GroupBy(c => c.Key))
        {
            Assert.Equal(key.Select(c => c.Number).Order(), key.Select(c => c.Number));
        }

        Assert.True(kinesis.All("orders").Count < 600, "Records travelled together.");
    }

    /// <summary>What a consumer makes of the stream: aggregates taken apart, records outside their shard's range left out.</summary>
    private static List<(string Key, int Number)> Consumed(ScriptedKinesis kinesis) =>
    [
        .. kinesis.Shards("orders").SelectMany(shard => shard.Records.SelectMany(record => KplAggregator.TryRead(record.Data) is { } inside
            ? inside.Where(r => HashKey.Of(r.PartitionKey) >= shard.Start && HashKey.Of(r.PartitionKey) <= shard.End)
            : [(record.PartitionKey, record.Data)]))
            .Select(r => (r.PartitionKey, int.Parse(Encoding.UTF8.GetString(r.Data.Span), CultureInfo.InvariantCulture))),
    ];
}
