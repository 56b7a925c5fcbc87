using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Tests.Streams;

public sealed class OnDemandTests
{
    [Fact]
    public async Task A_stream_on_demand_grows_to_twice_its_peak_and_shrinks_after_a_quiet_day()
    {
        await using var engine = new TestEngine(o => o.InitialStreams = "clicks");
        async Task<int> Open() => (await engine.Kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest("clicks"), default)).StreamDescriptionSummary.OpenShardCount;
        Assert.Equal(4, await Open());
        await TestEngine.RefusedAsync(KinesisErrorCodes.Validation, () => engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(8, StreamName: "clicks"), default));

        await StepAsync(engine, TimeSpan.FromSeconds(15), 3);
        // 3 MiB/s over 15 seconds: twice that is six shards.
        for (var i = 0; i < 45; i++)
            await engine.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[(1 << 20) - 3], $"{i:D3}", "clicks"), default);
        await UntilAsync(engine, TimeSpan.FromSeconds(15), async () => await Open() == 6);
        await UntilAsync(engine, TimeSpan.FromHours(1), async () => await Open() == 4);
    }

    private static async Task StepAsync(TestEngine engine, TimeSpan step, int times)
    {
        for (var i = 0; i < times; i++)
        {
            engine.Time.Advance(step);
            await Task.Delay(20);
        }
    }

    private static async Task UntilAsync(TestEngine engine, TimeSpan step, Func<Task<bool>> condition)
    {
        for (var i = 0; i < 400; i++)
        {
            if (await condition())
                return;
            await StepAsync(engine, i % 2 == 0 ? step : TimeSpan.FromMilliseconds(600), 1);
        }

        throw new TimeoutException("The stream did not scale.");
    }
}
