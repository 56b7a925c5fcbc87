using System.Text;
using System.Text.Json;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class CloudWatchTests
{
    private static async Task<(int Status, JsonElement Body, string? Error)> CallAsync(WireServer server, string operation, object input)
    {
        using var request = WireServer.Request("-", new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(input)), "application/x-amz-json-1.0");
        request.Headers.Remove("X-Amz-Target");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", $"GraniteServiceVersion20100801.{operation}");
        using var response = await server.Client.SendAsync(request);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return ((int)response.StatusCode, document.RootElement.Clone(), response.Headers.TryGetValues("x-amzn-query-error", out var values) ? values.Single() : null);
    }

    private static object Query(string id, string metric, string stat, int period, params (string Name, string Value)[] dimensions) => new
    {
        Id = id,
        MetricStat = new
        {
            Metric = new { Namespace = "AWS/Kinesis", MetricName = metric, Dimensions = dimensions.Select(d => new { d.Name, d.Value }) },
            Period = period,
            Stat = stat,
        },
    };

    [Fact]
    public async Task Metrics_that_the_service_has_superseded_are_still_there()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        await server.OkAsync("PutRecords", """{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"a"},{"Data":"","PartitionKey":"b"}]}""");
        await server.Engine.DrainAsync("orders", "shardId-000000000000");
        var start = server.Engine.Time.GetUtcNow().ToUnixTimeSeconds();
        var (_, body, _) = await CallAsync(server, "GetMetricData", new
        {
            StartTime = start,
            EndTime = start + 60,
            MetricDataQueries = new[]
            {
                Query("a", "PutRecords.Records", "Sum", 60, ("StreamName", "orders")),
                Query("b", "GetRecords.IteratorAge", "Maximum", 60, ("StreamName", "orders")),
            },
        });
        Assert.Equal([2.0, 0.0], body.GetProperty("MetricDataResults").EnumerateArray().Select(r => r.GetProperty("Values").EnumerateArray().Single().GetDouble()));
        var (_, listed, _) = await CallAsync(server, "ListMetrics", new { Namespace = "AWS/Kinesis" });
        Assert.Subset(
            listed.GetProperty("Metrics").EnumerateArray().Select(m => m.GetProperty("MetricName").GetString()!).ToHashSet(),
            new HashSet<string> { "PutRecords.Records", "GetRecords.IteratorAge" });
    }

    [Fact]
    public async Task Metrics_of_streams_and_shards_come_by_the_minute()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        await server.OkAsync("EnableEnhancedMonitoring", """{"StreamName":"orders","ShardLevelMetrics":["ALL"]}""");
        var start = server.Engine.Time.GetUtcNow().ToUnixTimeSeconds();
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i <= minute; i++)
                await server.Engine.PutAsync("orders", "k", "123456789");
            server.Engine.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await server.Engine.DrainAsync("orders", "shardId-000000000000");

        var (status, body, _) = await CallAsync(server, "GetMetricData", new
        {
            StartTime = start,
            EndTime = start + 180,
            ScanBy = "TimestampAscending",
            MetricDataQueries = new[]
            {
                Query("a", "IncomingBytes", "Sum", 60, ("StreamName", "orders")),
                Query("b", "IncomingRecords", "Sum", 60, ("StreamName", "orders"), ("ShardId", "shardId-000000000000")),
                Query("c", "PutRecord.Success", "Average", 180, ("StreamName", "orders")),
                Query("d", "IncomingBytes", "Sum", 60, ("StreamName", "nope")),
            },
        });

        Assert.Equal(200, status);
        var results = body.GetProperty("MetricDataResults").EnumerateArray().ToDictionary(r => r.GetProperty("Id").GetString()!, r => r.GetProperty("Values").EnumerateArray().Select(v => v.GetDouble()).ToList());
        Assert.Equal([10, 20, 30], results["a"]);
        Assert.Equal([1, 2, 3], results["b"]);
        Assert.Equal([1], results["c"]);
        Assert.Empty(results["d"]);
        Assert.Equal(start, body.GetProperty("MetricDataResults")[0].GetProperty("Timestamps")[0].GetDouble());

        var (_, listed, _) = await CallAsync(server, "ListMetrics", new { Namespace = "AWS/Kinesis", Dimensions = new[] { new { Name = "ShardId" } } });
        Assert.Contains("OutgoingRecords", listed.GetProperty("Metrics").EnumerateArray().Select(m => m.GetProperty("MetricName").GetString()));
    }

    [Fact]
    public async Task A_refusal_names_the_query_protocols_code()
    {
        await using var server = await WireServer.StartAsync();
        var (status, body, error) = await CallAsync(server, "GetMetricData", new { StartTime = 5, EndTime = 5, MetricDataQueries = new[] { Query("a", "IncomingBytes", "Sum", 60) } });
        Assert.Equal((400, "InvalidParameterValue;Sender"), (status, error));
        Assert.Contains("StartTime", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
