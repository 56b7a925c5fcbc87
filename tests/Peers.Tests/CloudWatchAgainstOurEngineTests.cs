using Weir.Aws.CloudWatch;
using Weir.Aws.Kinesis;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests;

/// <summary>Our CloudWatch client reads the engine's metrics over the wire, as it would read AWS's.</summary>
public sealed class CloudWatchAgainstOurEngineTests
{
    [Fact]
    public async Task What_was_put_is_listed_and_summed_and_a_wrong_question_is_refused_by_name()
    {
        await using var engine = await WeirEngine.StartAsync();
        using var kinesis = engine.Connect();
        using var cloudWatch = new CloudWatchClient(KinesisPeer.EndpointAt(engine.Address));
        await kinesis.CreateStreamAsync(new CreateStreamRequest("orders", 1), default);
        await kinesis.ActiveAsync("orders");
        for (var i = 0; i < 3; i++)
            await kinesis.PutRecordAsync(new PutRecordRequest(new byte[100], "k", "orders"), default);

        var listed = (await cloudWatch.ListMetricsAsync(new ListMetricsRequest("AWS/Kinesis", Dimensions: [new DimensionFilter("StreamName", "orders")]), default)).Metrics!;
        Assert.Contains("IncomingRecords", listed.Select(m => m.MetricName));

        var now = TimeProvider.System.GetUtcNow();
        var answer = await cloudWatch.GetMetricDataAsync(
            new GetMetricDataRequest(
                [new MetricDataQuery("r", new MetricStat(new Metric("AWS/Kinesis", "IncomingRecords", [new Dimension("StreamName", "orders")]), 60, "Sum"))],
                now.AddMinutes(-5), now.AddMinutes(1)),
            default);
        Assert.Equal(3, Assert.Single(answer.MetricDataResults!).Values!.Sum());

        var refusal = await Assert.ThrowsAsync<CloudWatchException>(() => cloudWatch.GetMetricDataAsync(new GetMetricDataRequest([], now.AddMinutes(-5), now), default));
        Assert.Equal(("InvalidParameterValue", 400), (refusal.Code, refusal.StatusCode));
    }
}
