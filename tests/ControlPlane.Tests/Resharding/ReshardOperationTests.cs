using Weir.Aws.Kinesis;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;

namespace Weir.ControlPlane.Tests.Resharding;

public sealed class ReshardOperationTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly ScriptedStreams _streams = new();
    private readonly ScalingJournal _journal;
    private readonly ReshardOperation _operation;
    private readonly List<string> _reports = [];

    public ReshardOperationTests()
    {
        _journal = new ScalingJournal(_state.Database, _state.Time);
        _operation = new ReshardOperation(_streams, _journal, _state.Time);
        _streams.Add("orders", 2);
    }

    [Fact]
    public async Task Each_step_scales_once_and_is_noted()
    {
        await RunAsync("4,8", 0);
        await RunAsync("4,8", 1);

        Assert.Equal(8, _streams.OpenShards("orders"));
        Assert.Equal(8, _journal.LeftToday("orders"));
    }

    [Fact]
    public async Task A_step_done_before_a_crash_is_not_done_again()
    {
        await RunAsync("4,8", 0);
        await RunAsync("4,8", 0);

        Assert.Single(_streams.Calls, c => c.StartsWith("UpdateShardCount", StringComparison.Ordinal));
    }

    [Fact]
    public void The_note_is_written_before_the_call_so_that_a_crash_never_loses_one()
    {
        _streams.BeforeUpdate = () => Assert.Equal(9, _journal.LeftToday("orders"));

        Assert.True(RunAsync("4", 0).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_refused_call_is_taken_back_from_the_journal_and_told()
    {
        _streams.Failures.Enqueue(("UpdateShardCount", new KinesisException(KinesisErrorCodes.LimitExceeded, "Ten a day.")));

        await Assert.ThrowsAsync<KinesisException>(() => RunAsync("4", 0));

        Assert.Equal(10, _journal.LeftToday("orders"));
    }

    [Theory]
    [InlineData(KinesisErrorCodes.ResourceInUse, 400)]
    [InlineData(KinesisErrorCodes.InternalFailure, 500)]
    [InlineData(KinesisErrorCodes.Unreachable, 503)]
    public async Task What_passes_is_waited_for_and_counted_once(string code, int status)
    {
        _streams.Failures.Enqueue(("UpdateShardCount", new KinesisException(code, "Later.", status)));
        var run = RunAsync("4", 0);

        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(500), () => run.IsCompleted, "the step to end");
        await run;

        Assert.Equal((4, 9), (_streams.OpenShards("orders"), _journal.LeftToday("orders")));
    }

    [Fact]
    public async Task A_step_waits_until_the_stream_is_active()
    {
        _streams.Status["orders"] = StreamStatuses.Updating;
        var run = RunAsync("4", 0);
        _state.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(_streams.Calls, c => c.StartsWith("UpdateShardCount", StringComparison.Ordinal));
        Assert.Contains(_reports, r => r.Contains("UPDATING", StringComparison.Ordinal));

        _streams.Status.Remove("orders");
        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(500), () => run.IsCompleted, "the step to end");
        await run;
        Assert.Equal(4, _streams.OpenShards("orders"));
    }

    [Fact]
    public async Task A_stream_that_never_becomes_active_is_given_up_with_the_reason()
    {
        _streams.Status["orders"] = StreamStatuses.Updating;
        var run = RunAsync("4", 0);

        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMinutes(1), () => run.IsCompleted, "the step to give up");

        Assert.Contains("UPDATING", (await Assert.ThrowsAsync<TimeoutException>(() => run)).Message);
    }

    public void Dispose() => _state.Dispose();

    private Task RunAsync(string body, int step) => _operation.RunStepAsync(new OperationStep("orders", body, step, _reports.Add, (change, token) => change(token)), CancellationToken.None);
}
