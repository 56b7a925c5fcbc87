using System.Text.Json.Nodes;
using Weir.Aws.CloudWatch;
using Weir.Aws.Tests.Protocol;

namespace Weir.Aws.Tests.CloudWatch;

public sealed class CloudWatchTests
{
    private static readonly DateTimeOffset Noon = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Metric_data_is_asked_for_in_query_mode_and_read_back()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(
            200,
            """{"MetricDataResults":[{"Id":"m1","Label":"IncomingBytes","StatusCode":"Complete","Timestamps":[1.7487792E9,1748779260],"Values":[1024.5,0]}],"Messages":[]}""",
            "application/x-amz-json-1.0");
        using var cloudWatch = new CloudWatchClient(aws.Endpoint);

        var answer = await cloudWatch.GetMetricDataAsync(
            new GetMetricDataRequest(
                [new MetricDataQuery("m1", new MetricStat(new Metric("AWS/Kinesis", "IncomingBytes", [new Dimension("StreamName", "orders")]), 60, "Sum"))],
                Noon, Noon.AddMinutes(2), ScanBy: "TimestampAscending"),
            default);

        var request = Assert.Single(aws.Received);
        Assert.Equal("GraniteServiceVersion20100801.GetMetricData", request.Headers["X-Amz-Target"]);
        Assert.Equal("application/x-amz-json-1.0", request.Headers["Content-Type"]);
        Assert.Equal("true", request.Headers["x-amzn-query-mode"]);
        Assert.Contains("/eu-west-1/monitoring/aws4_request", request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(
            """
            {"MetricDataQueries":[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"AWS/Kinesis","MetricName":"IncomingBytes","Dimensions":[{"Name":"StreamName","Value":"orders"}]},"Period":60,"Stat":"Sum"}}],
             "StartTime":1748779200,"EndTime":1748779320,"ScanBy":"TimestampAscending"}
            """), JsonNode.Parse(request.Text)), request.Text);
        var series = Assert.Single(answer.MetricDataResults!);
        Assert.Equal([1024.5, 0], series.Values!);
        Assert.Equal([Noon, Noon.AddMinutes(1)], series.Timestamps!);
    }

    [Fact]
    public async Task Metrics_are_put_and_listed_and_alarms_described()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(200, "")
            .Then(200, """{"Metrics":[{"Namespace":"AWS/Kinesis","MetricName":"IncomingRecords","Dimensions":[]}],"NextToken":"t","OwningAccounts":["1"]}""")
            .Then(200, """{"MetricAlarms":[{"AlarmName":"lag","StateValue":"ALARM","Threshold":60000,"StateUpdatedTimestamp":1748779200.5}],"CompositeAlarms":[]}""");
        using var cloudWatch = new CloudWatchClient(aws.Endpoint);

        await cloudWatch.PutMetricDataAsync(new PutMetricDataRequest("Weir", [new MetricDatum("SpoolBytes", Timestamp: Noon, Value: 3.5, Unit: "Bytes", StorageResolution: 1)]), default);
        var metrics = await cloudWatch.ListMetricsAsync(new ListMetricsRequest("AWS/Kinesis"), default);
        var alarms = await cloudWatch.DescribeAlarmsAsync(new DescribeAlarmsRequest(StateValue: "ALARM"), default);

        var put = aws.Received.First().Text;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"Namespace":"Weir","MetricData":[{"MetricName":"SpoolBytes","Timestamp":1748779200,"Value":3.5,"Unit":"Bytes","StorageResolution":1}]}"""), JsonNode.Parse(put)), put);
        Assert.Equal(("IncomingRecords", "t"), (Assert.Single(metrics.Metrics!).MetricName, metrics.NextToken));
        var alarm = Assert.Single(alarms.MetricAlarms!);
        Assert.Equal(("lag", "ALARM", 60_000d, Noon.AddSeconds(0.5)), (alarm.AlarmName, alarm.StateValue, alarm.Threshold, alarm.StateUpdatedTimestamp));
    }

    [Fact]
    public async Task An_error_has_the_name_of_the_query_protocol()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(
            400,
            """{"__type":"com.amazonaws.cloudwatch.v2010_08_01#InvalidParameterValueException","message":"The parameter Namespace is wrong."}""",
            "application/x-amz-json-1.0",
            ("x-amzn-query-error", "InvalidParameterValue;Sender"));
        using var cloudWatch = new CloudWatchClient(aws.Endpoint);

        var e = await Assert.ThrowsAsync<CloudWatchException>(() => cloudWatch.ListMetricsAsync(new ListMetricsRequest("!"), default));

        Assert.Equal(("InvalidParameterValue", "The parameter Namespace is wrong.", 400), (e.Code, e.Message, e.StatusCode));
    }
}
