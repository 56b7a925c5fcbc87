using System.Net;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class ApiRateTests
{
    [Fact]
    public async Task Calls_beyond_the_accounts_rate_are_refused_until_time_has_passed()
    {
        await using var server = await WireServer.StartAsync(o => o.Limits = KinesisLimits.Aws);
        Assert.Equal(50, await CallUntilRefusedAsync(server, "ListStreams", "{}", "Rate exceeded for account 000000000000."));
        server.Engine.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(10, await CallUntilRefusedAsync(server, "ListStreams", "{}", "Rate exceeded for account 000000000000."));
    }

    [Fact]
    public async Task Calls_about_a_stream_name_it_and_invalid_ones_do_not_count()
    {
        await using var server = await WireServer.StartAsync(o => (o.Limits, o.InitialStreams) = (KinesisLimits.Aws, "orders:1,clicks:1"));
        for (var i = 0; i < 200; i++)
            Assert.Contains("ValidationException", (await server.SendAsync("DescribeStream", """{"StreamName":"orders","Limit":0}""")).Body, StringComparison.Ordinal);
        Assert.Equal(100, await CallUntilRefusedAsync(server, "DescribeStream", """{"StreamName":"orders"}""", "Rate exceeded for stream orders under account 000000000000."));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.SendAsync("DescribeStream", """{"StreamName":"clicks"}""")).Status);
    }

    [Fact]
    public async Task Rates_of_a_stream_leave_other_streams_alone_by_name_and_by_ARN()
    {
        await using var server = await WireServer.StartAsync(o => (o.Limits, o.InitialStreams) = (KinesisLimits.Aws, "orders:1,clicks:1"));
        const string Arn = "arn:aws:kinesis:us-east-1:000000000000:stream/";
        Assert.Equal(50, await CallUntilRefusedAsync(server, "ListStreamConsumers", $$"""{"StreamARN":"{{Arn}}orders"}""", "Rate exceeded for stream orders under account 000000000000."));
        await server.OkAsync("ListStreamConsumers", $$"""{"StreamARN":"{{Arn}}clicks"}""");
    }

    [Fact]
    public async Task Without_limits_there_are_no_rates()
    {
        await using var server = await WireServer.StartAsync();
        for (var i = 0; i < 60; i++)
            await server.OkAsync("ListStreams", "{}");
    }

    private static async Task<int> CallUntilRefusedAsync(WireServer server, string operation, string input, string message)
    {
        for (var calls = 0; calls < 10_000; calls++)
        {
            var (status, body) = await server.SendAsync(operation, input);
            if (status == HttpStatusCode.OK)
                continue;
            Assert.Equal("{\"__type\":\"LimitExceededException\",\"message\":\"" + message + "\"}", body);
            return calls;
        }

        return -1;
    }
}
