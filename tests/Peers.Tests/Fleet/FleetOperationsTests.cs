using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.State;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two consoles with a state database each that start operations on the same streams, with dynalite between them.</summary>
public sealed class FleetOperationsTests : IAsyncLifetime
{
    private static readonly Actor Ada = new("1", "Ada", [Roles.Admin]);
    private static readonly Actor Otto = new("2", "Otto", [Roles.Operator]);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-operations-");
    private readonly TaskCompletionSource _step = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dynalite _dynamo = null!;

    public async ValueTask InitializeAsync() => _dynamo = await Dynalite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _dynamo.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Of_two_consoles_that_start_at_once_one_does_and_the_other_sees_it_and_can_stop_it()
    {
        using var one = await ConsoleAsync("one");
        using var two = await ConsoleAsync("two");
        _dynamo.Trouble.AnswerLost = 20;

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
    public async Task A_target_whose_process_died_is_free_after_a_while_and_what_it_did_ends_when_it_is_back()
    {
        var guard = new FleetOperationGuard(Table(), new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-1)));
        var dead = new Operation("dead", "steps", "orders", "Ada", TimeProvider.System.GetUtcNow(), OperationState.Running, ["one", "two"], 0, "");
        Assert.True(await guard.TakeAsync(dead, default));
        using var two = await ConsoleAsync("two");

        Assert.NotNull(await StartAsync(two, Otto));

        new OperationStore(Database("one")).Add(dead, "");
        using var one = await ConsoleAsync("one");
        await UntilAsync(one, "dead", o => o.State == OperationState.Failed && o.Message.Contains("Another operation", StringComparison.Ordinal));
        _step.SetResult();
        await one.StopAsync(default);
        await two.StopAsync(default);
    }

    [Fact]
    public async Task A_stop_asked_for_elsewhere_is_kept_when_the_operation_takes_its_target_again()
    {
        var guard = new FleetOperationGuard(Table(), TimeProvider.System);
        var operation = new Operation("one", "steps", "orders", "Ada", TimeProvider.System.GetUtcNow(), OperationState.Running, ["one", "two"], 0, "");
        Assert.True(await guard.TakeAsync(operation, default));
        Assert.True(await guard.RequestStopAsync(operation, default));

        Assert.True(await guard.TakeAsync(operation, default));

        Assert.True(await guard.KeepAsync(operation, default));
        Assert.False(await guard.TakeAsync(operation with { Id = "two" }, default));
    }

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
        for (var tries = 0; tries < 200; tries++)
        {
            if (await start() is { } started)
                return started;
            await Task.Delay(100);
        }

        return null;
    }

    private async Task<OperationRunner> ConsoleAsync(string name)
    {
        var database = Database(name);
        var runner = new OperationRunner(
            new OperationStore(database), [new Step(_step.Task)], new SqliteAuditLog(database, TimeProvider.System), TimeProvider.System, NullLogger<OperationRunner>.Instance, new FleetOperationGuard(Table(), TimeProvider.System));
        await runner.StartAsync(default);
        return runner;
    }

    private StateTable Table() => new(_dynamo.Client, "weir-state", TimeProvider.System);

    private StateDatabase Database(string name) => new(Path.Combine(_directory.FullName, name, "state.db"));

    private sealed class Step(Task done) : IOperationSteps
    {
        public string Kind => "steps";

        public Task RunStepAsync(string target, string body, int step, Action<string> report, CancellationToken cancellationToken) => done.WaitAsync(cancellationToken);
    }
}
