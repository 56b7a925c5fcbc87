using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Tests.Commands;

public sealed class StreamCommandTests : IAsyncDisposable
{
    private const string Low = "0";
    private const string Middle = "170141183460469231731687303715884105728";
    private const string BelowMiddle = "170141183460469231731687303715884105727";
    private const string Top = "340282366920938463463374607431768211455";

    private readonly TestState _state = new();
    private readonly ScriptedStreams _streams = new();
    private readonly PipelineMetrics _pipeline = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly OperationRunner _operations;
    private readonly ShardCommandHandler _shards;

    public StreamCommandTests()
    {
        _operations = new OperationRunner(new OperationStore(_state.Database), [new Endless()], _state.Audit, _state.Time, NullLogger<OperationRunner>.Instance);
        _shards = new ShardCommandHandler(_streams, _operations);
        _streams.Add("orders", (Low, BelowMiddle), (Middle, Top));
    }

    [Fact]
    public async Task A_shard_is_split_in_the_middle_when_nothing_else_is_said()
    {
        Assert.IsType<CommandResult.Done>(await _shards.HandleAsync(new SplitShard("orders", "shardId-000000000000"), TestState.Operator, CancellationToken.None));

        Assert.Contains("SplitShard shardId-000000000000 85070591730234615865843651857942052864", _streams.Calls);
    }

    [Theory]
    [InlineData("shardId-000000000001", Middle, "newStartingHashKey")]
    [InlineData("shardId-000000000000", Middle, "newStartingHashKey")]
    [InlineData("shardId-000000000000", "0", "newStartingHashKey")]
    [InlineData("shardId-000000000000", "-1", "newStartingHashKey")]
    [InlineData("shardId-000000000000", "1e3", "newStartingHashKey")]
    [InlineData("shardId-000000000000", "340282366920938463463374607431768211456", "newStartingHashKey")]
    [InlineData("shardId-000000000009", null, "shardId")]
    public async Task A_split_outside_the_shard_is_refused_before_the_service_is_asked(string shard, string? at, string field)
    {
        var failed = Assert.IsType<CommandResult.Failed>(await _shards.HandleAsync(new SplitShard("orders", shard, at), TestState.Operator, CancellationToken.None));

        Assert.Equal(field, failed.Field);
        Assert.DoesNotContain(_streams.Calls, c => c.StartsWith("SplitShard", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shardId-000000000000", "shardId-000000000001")]
    [InlineData("shardId-000000000001", "shardId-000000000000")]
    public async Task Neighbours_are_merged_in_either_order(string first, string second)
    {
        Assert.IsType<CommandResult.Done>(await _shards.HandleAsync(new MergeShards("orders", first, second), TestState.Operator, CancellationToken.None));

        Assert.Contains($"MergeShards {first} {second}", _streams.Calls);
    }

    [Fact]
    public async Task Shards_that_do_not_touch_are_not_merged()
    {
        _streams.Add("wide", 4);

        var failed = Assert.IsType<CommandResult.Failed>(await _shards.HandleAsync(new MergeShards("wide", "shardId-000000000002", "shardId-000000000004"), TestState.Operator, CancellationToken.None));

        Assert.Contains("not neighbours", failed.Message);

        // The last and the first share no border: the space of hashes does not close to a ring.
        Assert.IsType<CommandResult.Failed>(await _shards.HandleAsync(new MergeShards("wide", "shardId-000000000005", "shardId-000000000002"), TestState.Operator, CancellationToken.None));
    }

    [Fact]
    public async Task A_reshard_planned_on_another_number_of_shards_is_refused_with_the_number_there_is()
    {
        var failed = Assert.IsType<CommandResult.Failed>(await Reshard().HandleAsync(new ReshardStream("orders", 8, FromShardCount: 4), TestState.Operator, CancellationToken.None));

        Assert.Equal("fromShardCount", failed.Field);
        Assert.Contains("2 open shards by now, not 4", failed.Message);
        Assert.Null(_operations.RunningOn("orders"));
    }

    [Fact]
    public async Task The_second_of_two_who_reshard_is_told_who_is_at_it_since_when()
    {
        Assert.IsType<CommandResult.Done>(await Reshard().HandleAsync(new ReshardStream("orders", 8, 2), TestState.Operator, CancellationToken.None));

        var failed = Assert.IsType<CommandResult.Failed>(await Reshard().HandleAsync(new ReshardStream("orders", 4, 2), TestState.Admin, CancellationToken.None));

        Assert.Contains($"by {TestState.Operator.Name} is under way since", failed.Message);
    }

    [Theory]
    [InlineData("orders two", 1, "stream")]
    [InlineData("", 1, "stream")]
    [InlineData("orders", 0, "shardCount")]
    [InlineData("orders", 10_001, "shardCount")]
    public async Task A_stream_that_cannot_be_is_refused_before_the_service_is_asked(string stream, int shards, string field)
    {
        var failed = Assert.IsType<CommandResult.Failed>(await new CreateStreamHandler(_streams).HandleAsync(new CreateStream(stream, shards), TestState.Operator, CancellationToken.None));

        Assert.Equal(field, failed.Field);
        Assert.Empty(_streams.Calls);
    }

    private ReshardStreamHandler Reshard() => new(new ReshardPlanner(_streams, new ScalingJournal(_state.Database, _state.Time), _pipeline), _operations);

    public async ValueTask DisposeAsync()
    {
        // What is under way writes to the folder that goes next.
        await _operations.StopAsync(CancellationToken.None);
        _pipeline.Dispose();
        _operations.Dispose();
        _state.Dispose();
    }

    /// <summary>A reshard that stays under way.</summary>
    private sealed class Endless : IOperationSteps
    {
        public string Kind => ReshardOperation.Kind;

        public Task RunStepAsync(OperationStep step, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
