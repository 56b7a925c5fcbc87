using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Operations;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two consoles with a state database each that start operations on the same streams, with dynalite between them.</summary>
public sealed class FleetOperationsTests : FleetTest
{
    private static readonly Actor Ada = new("1", "Ada", [Roles.Admin]);
    private static readonly Actor Otto = new("2", "Otto", [Roles.Operator]);
    private readonly TaskCompletionSource _step = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly List<string> _ran = [], _changed = [];
    private volatile bool _takenOver;

    [Fact]
    public async Task Of_two_consoles_that_start_at_once_one_does_and_the_other_sees_it_and_can_stop_it()
    {
        using var one = await ConsoleAsync("one", time: TimeProvider.System);
        using var two = await ConsoleAsync("two", time: TimeProvider.System);
        Dynamo.Trouble.AnswerLost = 20;

        var started = await Task.WhenAll(Task.Run(() => StartAsync(one, Ada)), Task.Run(() => StartAsync(two, Otto)));

        var operation = Assert.Single(started.OfType<Operation>());
        var (runs, looks) = started[0] is null ? (two, one) : (one, two);
        Assert.Equal((operation.Id, operation.StartedBy), (looks.RunningOn("orders")?.Id, looks.RunningOn("orders")?.StartedBy));
        Assert.Contains(looks.Feed.Latest!, o => o.Id == operation.Id);
        Assert.NotNull(await StartAsync(looks, Otto, "payments"));

        Assert.True(await looks.StopAsync(operation.Id, Ada, default));
        await UntilAsync(runs, operation.Id, o => o.Message == "Stopping after this step");
        _step.SetResult();
        await UntilAsync(runs, operation.Id, o => o.State == OperationState.Stopped);
        Assert.NotNull(await EventuallyAsync(() => StartAsync(looks, Otto)));
        await one.StopAsync(default);
        await two.StopAsync(default);
    }

    [Fact]
    public async Task What_a_dead_process_left_is_carried_on_by_one_console_from_the_step_where_it_stood()
    {
        var dead = Guard("dead");
        var left = Left with { StepsDone = 1 };
        Assert.True(await dead.TakeAsync(new HeldOperation(Left, "what to do", false), default));
        Assert.Equal(OperationHold.Held, await dead.KeepAsync(left, default));
        using var consumer = await ConsoleAsync("consumer", takesOver: false);
        using var two = await ConsoleAsync("two");
        using var three = await ConsoleAsync("three");
        _step.SetResult();

        var (one, other) = (await SeesWhileTimePassesAsync(two, o => o.State == OperationState.Succeeded), await SeesWhileTimePassesAsync(three, o => o.State == OperationState.Succeeded));

        Assert.Equal((one.Id, one.RunsOn, one.StepsDone, one.EndedAt), (other.Id, other.RunsOn, other.StepsDone, other.EndedAt));
        Assert.Contains(one.RunsOn, new[] { "two", "three" });
        Assert.Equal("orders/what to do/1", Assert.Single(_ran));
        Assert.Equal(OperationHold.Lost, await dead.KeepAsync(left, default));
        Assert.False(await dead.EndAsync(left with { State = OperationState.Succeeded, EndedAt = TimeProvider.System.GetUtcNow().AddSeconds(1) }, default));
        Assert.Empty((await Table().QueryAsync("running", null, null, default)));
    }

    [Fact]
    public async Task A_process_that_stood_still_past_its_hold_finds_the_operation_taken_and_changes_nothing()
    {
        var frozen = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var one = await ConsoleAsync("one", time: frozen);
        var operation = (await StartAsync(one, Ada))!;
        using var two = await ConsoleAsync("two");
        await SeesWhileTimePassesAsync(two, o => o.RunsOn == "two");

        // It goes on where it stood, in the middle of its step, and is about to change something.
        frozen.Advance(TimeSpan.FromSeconds(30));
        _step.SetResult();

        await SeesWhileTimePassesAsync(two, o => o.State == OperationState.Succeeded);
        await UntilAsync(one, operation.Id, o => o.RunsOn == "two");
        Assert.Equal(["two", "two"], _changed);
        Assert.Equal(["end-steps", "take-over-steps"], (await new SqliteAuditLog(Database("two"), TimeProvider.System).QueryAsync(new AuditQuery(), default)).Select(l => l.Action));
        Assert.Empty(await new SqliteAuditLog(Database("one"), TimeProvider.System).QueryAsync(new AuditQuery(), default));
    }

    [Fact]
    public async Task One_that_comes_back_shows_how_its_operation_ended_elsewhere()
    {
        var guard = Guard("two");
        Assert.True(await guard.TakeAsync(new HeldOperation(Left, "", false), default));
        Assert.True(await guard.EndAsync(Left with { State = OperationState.Stopped, Message = "by another", EndedAt = TimeProvider.System.GetUtcNow() }, default));
        new OperationStore(Database("one")).Add(Left, "");

        using var one = await ConsoleAsync("one");

        await UntilAsync(one, Left.Id, o => o is { State: OperationState.Stopped, Message: "by another" });
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task Clocks_that_differ_by_minutes_do_not_take_a_living_operation_over()
    {
        var ahead = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(10));
        Assert.True(await Guard("one").TakeAsync(new HeldOperation(Left, "", false), default));
        var two = Guard("two", ahead);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(OperationHold.Held, await Guard("one").KeepAsync(Left, default));
            Assert.Equal(Left.Id, Assert.Single(await two.ReadAsync(default)).Id);
            Assert.Empty(await two.TakeOverAsync(default));
            ahead.Advance(TimeSpan.FromSeconds(15));
        }

        Assert.False(await two.TakeAsync(new HeldOperation(Left with { Id = "two" }, "", false), default));
    }

    [Fact]
    public async Task A_stop_asked_for_elsewhere_is_kept_when_the_operation_is_resumed_or_taken_over()
    {
        var passing = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (one, two) = (Guard("one"), Guard("two", passing));
        Assert.True(await one.TakeAsync(new HeldOperation(Left, "", false), default));
        Assert.True(await two.RequestStopAsync(Left, default));

        Assert.True((await one.ResumeAsync(new HeldOperation(Left, "", false), default))!.StopRequested);
        Assert.Equal(OperationHold.StopAsked, await one.KeepAsync(Left, default));
        await two.ReadAsync(default);
        passing.Advance(FleetOperationGuard.Held);
        await two.ReadAsync(default);
        Dynamo.Trouble.AnswerLost = 50;
        Assert.True(Assert.Single(await two.TakeOverAsync(default)).StopRequested);
    }

    private static Operation Left { get; } = new("left", "steps", "orders", "Ada", new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero), OperationState.Running, ["one", "two"], 0, "", RunsOn: "one");

    private static Task<Operation?> StartAsync(OperationRunner runner, Actor by, string target = "orders") => runner.TryStartAsync("steps", target, by, ["one", "two"], "", default);

    private static async Task UntilAsync(OperationRunner runner, string id, Func<Operation, bool> fits)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var all in runner.Feed.WatchAsync(patience.Token))
        {
            if (all.Any(o => o.Id == id && fits(o)))
                return;
        }
    }

    private static async Task<Operation?> EventuallyAsync(Func<Task<Operation?>> start)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (await start() is { } started)
                return started;
            await Task.Delay(100);
        }

        return null;
    }

    /// <summary>The newest of all operations, once it fits, while the clock of the consoles runs on.</summary>
    private async Task<Operation> SeesWhileTimePassesAsync(OperationRunner runner, Func<Operation, bool> fits)
    {
        for (var tries = 0; tries < 1200; tries++)
        {
            if (runner.Feed.Latest?.FirstOrDefault(fits) is { } seen)
                return seen;
            _time.Advance(TimeSpan.FromSeconds(1));

            // Fast until it is taken over, then slowly: whoever has it must find the time to say so before its hold is over.
            await Task.Delay(_takenOver ? 500 : 50);
        }

        throw new TimeoutException($"It did not come; there are {string.Join("; ", runner.Feed.Latest ?? [])}");
    }

    private async Task<OperationRunner> ConsoleAsync(string name, bool takesOver = true, TimeProvider? time = null)
    {
        var database = Database(name);
        var runner = new OperationRunner(
            new OperationStore(database), [new Step(name, this)], new SqliteAuditLog(database, TimeProvider.System), time ?? _time, NullLogger<OperationRunner>.Instance, new FleetOperationGuard(Table(), database, name, takesOver, time ?? _time));
        await runner.StartAsync(default);
        return runner;
    }

    private FleetOperationGuard Guard(string name, TimeProvider? time = null) => new(Table(), Database(name), name, true, time ?? TimeProvider.System);

    /// <summary>Waits until the test lets it go on, then changes something.</summary>
    private sealed class Step(string name, FleetOperationsTests test) : IOperationSteps
    {
        public string Kind => "steps";

        public async Task RunStepAsync(OperationStep step, CancellationToken cancellationToken)
        {
            test._takenOver |= name is "two" or "three";
            await test._step.Task.WaitAsync(cancellationToken);
            await step.ChangeAsync(
                _ =>
                {
                    lock (test._ran)
                    {
                        test._ran.Add($"{step.Target}/{step.Body}/{step.Number}");
                        test._changed.Add(name);
                    }

                    return Task.CompletedTask;
                },
                cancellationToken);
        }
    }
}
