using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

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

        // Looked at here, so that the rate is of these fifteen seconds however late the engine's own look comes.
        var scaling = new OnDemandScaling(engine.Kinesis.Engine);
        await scaling.LookAsync(default);

        // 3 MiB/s over 15 seconds: twice that is six shards.
        for (var i = 0; i < 45; i++)
            await engine.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[(1 << 20) - 3], $"{i:D3}", "clicks"), default);
        engine.Time.Advance(OnDemandScaling.Interval);
        await scaling.LookAsync(default);
        await engine.SettleAsync("clicks");
        Assert.Equal(6, await Open());

        // The engine looks by itself, too.
        for (var started = TimeProvider.System.GetTimestamp(); await Open() != 4;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TestEngine.Patience, "The stream did not shrink.");
            engine.Time.Advance(TimeSpan.FromHours(1));
            await Task.Delay(2);
        }
    }
}
