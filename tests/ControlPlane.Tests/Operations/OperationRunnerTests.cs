using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Operations;

namespace Weir.ControlPlane.Tests.Operations;

public sealed class OperationRunnerTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly Steps _steps = new();

    [Fact]
    public async Task An_operation_runs_its_steps_in_order_and_ends()
    {
        using var runner = await StartAsync();
        var started = (await runner.TryStartAsync("steps", "orders", TestState.Operator, ["one", "two"], "what to do", CancellationToken.None))!;

        var ended = await EndedAsync(runner, started.Id);

        Assert.Equal((OperationState.Succeeded, 2, "Otto"), (ended.State, ended.StepsDone, ended.StartedBy));
        Assert.Equal(["orders/what to do/0", "orders/what to do/1"], _steps.Ran);
        Assert.Equal(_state.Time.GetUtcNow(), ended.EndedAt);
    }

    [Fact]
    public async Task A_restart_goes_on_with_the_step_that_was_under_way()
    {
        var first = await StartAsync();
        _steps.HoldAt = 1;
        var started = (await first.TryStartAsync("steps", "orders", TestState.Operator, ["one", "two", "three"], "", CancellationToken.None))!;
        await Eventually.SeesAsync(first.Feed, o => o[0] is { StepsDone: 1, Message: "held" }, "the second step to begin");
        await first.StopAsync(CancellationToken.None);
        Assert.Equal(OperationState.Running, first.Find(started.Id)!.State);
        first.Dispose();

        _steps.HoldAt = null;
        using var second = await StartAsync();
        var ended = await EndedAsync(second, started.Id);

        Assert.Equal((OperationState.Succeeded, 3), (ended.State, ended.StepsDone));
        Assert.Equal([0, 1, 1, 2], _steps.Ran.Select(r => r[^1] - '0'));
    }

    [Fact]
    public async Task A_step_that_throws_fails_the_operation_with_its_message()
    {
        using var runner = await StartAsync();
        _steps.Error = new InvalidOperationException("the stream is gone");
        var started = (await runner.TryStartAsync("steps", "orders", TestState.Operator, ["one", "two"], "", CancellationToken.None))!;

        var ended = await EndedAsync(runner, started.Id);

        Assert.Equal((OperationState.Failed, 0, "the stream is gone"), (ended.State, ended.StepsDone, ended.Message));
    }

    [Fact]
    public async Task A_stop_waits_for_the_step_under_way_and_outlives_a_restart()
    {
        var first = await StartAsync();
        _steps.HoldAt = 0;
        var started = (await first.TryStartAsync("steps", "orders", TestState.Operator, ["one", "two"], "", CancellationToken.None))!;
        await Eventually.SeesAsync(first.Feed, o => o[0].Message == "held", "the first step to begin");
        Assert.True(await first.StopAsync(started.Id, TestState.Operator, CancellationToken.None));
        await first.StopAsync(CancellationToken.None);
        first.Dispose();

        using var second = await StartAsync();
        var ended = await EndedAsync(second, started.Id);

        Assert.Equal((OperationState.Stopped, 0), (ended.State, ended.StepsDone));
        Assert.False(await second.StopAsync(started.Id, TestState.Operator, CancellationToken.None));
    }

    [Fact]
    public async Task A_stop_by_somebody_who_may_not_is_audited_and_has_no_effect()
    {
        using var runner = await StartAsync();
        _steps.HoldAt = 0;
        var started = (await runner.TryStartAsync("steps", "orders", TestState.Operator, ["one"], "", CancellationToken.None))!;

        Assert.False(await runner.StopAsync(started.Id, TestState.Viewer, CancellationToken.None));

        Assert.Equal("denied", (await _state.Audit.QueryAsync(new AuditQuery(Action: "stop-operation"), CancellationToken.None))[0].Outcome);
        _steps.Go.SetResult();
        Assert.Equal(OperationState.Succeeded, (await EndedAsync(runner, started.Id)).State);
    }

    [Theory]
    [InlineData(null, "done")]
    [InlineData("the stream is gone", "failed")]
    public async Task The_end_is_audited_under_the_name_of_whoever_started_it(string? error, string outcome)
    {
        using var runner = await StartAsync();
        _steps.Error = error is null ? null : new InvalidOperationException(error);
        var started = (await runner.TryStartAsync("steps", "orders", TestState.Operator, ["one"], "", CancellationToken.None))!;
        await EndedAsync(runner, started.Id);

        var line = Assert.Single(await _state.Audit.QueryAsync(new AuditQuery(Action: "end-steps"), CancellationToken.None));

        Assert.Equal(("orders", outcome, "Otto", $"operation:{started.Id}"), (line.Target, line.Outcome, line.ActorName, line.ActorId));
        Assert.Contains(error ?? "Done", line.Detail);
    }

    [Fact]
    public async Task One_target_has_one_operation_at_a_time()
    {
        using var runner = await StartAsync();
        _steps.HoldAt = 0;
        var started = (await runner.TryStartAsync("steps", "orders", TestState.Operator, ["one"], "", CancellationToken.None))!;

        Assert.Null(await runner.TryStartAsync("steps", "orders", TestState.Admin, ["one"], "", CancellationToken.None));
        Assert.Equal(started.Id, runner.RunningOn("orders")!.Id);
        Assert.Null(runner.RunningOn("returns"));

        _steps.Go.SetResult();
        await EndedAsync(runner, started.Id);
        var next = await runner.TryStartAsync("steps", "orders", TestState.Admin, ["one"], "", CancellationToken.None);
        Assert.NotNull(next);
        await EndedAsync(runner, next.Id);
    }

    [Fact]
    public async Task What_ended_is_still_known_after_a_restart()
    {
        using (var first = await StartAsync())
        {
            await EndedAsync(first, (await first.TryStartAsync("steps", "orders", TestState.Operator, ["one"], "", CancellationToken.None))!.Id);
        }

        using var second = await StartAsync();

        Assert.Equal(("orders", OperationState.Succeeded), (Assert.Single(second.Feed.Latest!).Target, second.Feed.Latest![0].State));
        Assert.Single(_steps.Ran);
    }

    [Fact]
    public async Task An_operation_of_a_kind_unknown_to_this_version_fails_in_words()
    {
        using (var first = await StartAsync())
        {
            new OperationStore(_state.Database).Add(new Operation("x", "teleport", "orders", "Otto", _state.Time.GetUtcNow(), OperationState.Running, ["one"], 0, ""), "");
        }

        using var second = await StartAsync();

        Assert.Contains("teleport", (await EndedAsync(second, "x")).Message);
    }

    [Fact]
    public async Task A_sign_to_the_fleet_that_takes_long_is_given_again_before_anything_is_changed()
    {
        var guard = new SlowGuard(_state.Time);
        using var runner = await StartAsync(guard);
        _steps.Changes = true;
        _steps.HoldAt = 0;
        var started = (await runner.TryStartAsync("steps", "orders", TestState.Operator, ["one"], "", CancellationToken.None))!;
        await Eventually.SeesAsync(runner.Feed, o => o[0] is { Message: "held" }, "the step to begin");
        guard.SlowSigns = 5;
        _state.Time.Advance(TimeSpan.FromSeconds(6));

        _steps.Go.SetResult();
        var ended = await EndedAsync(runner, started.Id);

        Assert.Equal((OperationState.Succeeded, "Done"), (ended.State, ended.Message));
    }

    public void Dispose() => _state.Dispose();

    private static async Task<Operation> EndedAsync(OperationRunner runner, string id) =>
        (await Eventually.SeesAsync(runner.Feed, o => o.Any(x => x.Id == id && x.State != OperationState.Running), "the operation to end")).First(o => o.Id == id);

    private async Task<OperationRunner> StartAsync(IOperationGuard? guard = null)
    {
        var runner = new OperationRunner(new OperationStore(_state.Database), [_steps], _state.Audit, _state.Time, NullLogger<OperationRunner>.Instance, guard);
        await runner.StartAsync(CancellationToken.None);
        return runner;
    }

    private sealed class Steps : IOperationSteps
    {
        public string Kind => "steps";

        public List<string> Ran { get; } = [];

        public int? HoldAt { get; set; }

        public TaskCompletionSource Go { get; } = new();

        public Exception? Error { get; set; }

        public bool Changes { get; set; }

        public async Task RunStepAsync(OperationStep step, CancellationToken cancellationToken)
        {
            Ran.Add($"{step.Target}/{step.Body}/{step.Number}");
            if (Error is { } error)
            {
                throw error;
            }

            if (HoldAt == step.Number)
            {
                step.Report("held");
                await Go.Task.WaitAsync(cancellationToken);
            }

            if (Changes)
            {
                await step.ChangeAsync(_ => Task.CompletedTask, cancellationToken);
            }
        }
    }

    /// <summary>The table of a fleet whose answers are under way for longer than a sign is good for.</summary>
    private sealed class SlowGuard(FakeTimeProvider time) : IOperationGuard
    {
        public int SlowSigns { get; set; }

        public bool IsShared => true;

        public string? Name => "here";

        public Task<bool> TakeAsync(HeldOperation operation, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<HeldOperation?> ResumeAsync(HeldOperation operation, CancellationToken cancellationToken) => Task.FromResult<HeldOperation?>(operation);

        public Task<OperationHold> KeepAsync(Operation operation, CancellationToken cancellationToken)
        {
            if (SlowSigns > 0)
            {
                SlowSigns--;
                time.Advance(TimeSpan.FromSeconds(15));
            }

            return Task.FromResult(OperationHold.Held);
        }

        public Task<bool> EndAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<IReadOnlyList<Operation>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Operation>>([]);

        public Task<IReadOnlyList<HeldOperation>> TakeOverAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HeldOperation>>([]);
    }
}
