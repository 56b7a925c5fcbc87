using Microsoft.Extensions.Logging.Abstractions;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Topology;

namespace Weir.ControlPlane.Tests.Topology;

public sealed class TopologyWatcherTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly ScriptedStreams _streams = new();

    [Fact]
    public async Task A_remote_service_is_asked_for_shards_only_when_something_changed_and_each_minute()
    {
        _streams.Add("orders", 2);
        var watcher = new TopologyWatcher(_streams, [], _state.Time, NullLogger<TopologyWatcher>.Instance);
        int Lists() => _streams.Calls.Count(c => c.StartsWith("ListShards", StringComparison.Ordinal));

        await watcher.RefreshAsync(CancellationToken.None);
        await watcher.RefreshAsync(CancellationToken.None);
        Assert.Equal(1, Lists());

        await _streams.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), CancellationToken.None);
        await watcher.RefreshAsync(CancellationToken.None);
        Assert.Equal((2, 6), (Lists(), Assert.Single(watcher.Current.Streams).Shards.Count));

        _state.Time.Advance(TimeSpan.FromSeconds(61));
        await watcher.RefreshAsync(CancellationToken.None);
        Assert.Equal(3, Lists());
    }

    [Fact]
    public async Task Shards_stand_in_the_order_of_their_ranges()
    {
        _streams.Add("orders", 2);
        await _streams.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), CancellationToken.None);
        var watcher = new TopologyWatcher(_streams, [], _state.Time, NullLogger<TopologyWatcher>.Instance);
        await watcher.RefreshAsync(CancellationToken.None);

        var shards = Assert.Single(watcher.Current.Streams).Shards;
        Assert.Equal(shards.OrderBy(s => s.StartingHashKey).ThenBy(s => s.ShardId, StringComparer.Ordinal), shards);
        Assert.Equal(4, shards.Count(s => s.IsOpen));
        Assert.Equal(UInt128.MaxValue, shards[^1].EndingHashKey);
    }

    [Fact]
    public async Task A_stream_deleted_while_we_look_is_left_out()
    {
        _streams.Add("orders", 2);
        _streams.Add("returns", 1);
        _streams.Failures.Enqueue(("DescribeStreamSummary orders", new KinesisException(KinesisErrorCodes.ResourceNotFound, "gone")));
        var watcher = new TopologyWatcher(_streams, [], _state.Time, NullLogger<TopologyWatcher>.Instance);

        await watcher.RefreshAsync(CancellationToken.None);

        Assert.Equal(("returns", null), (Assert.Single(watcher.Current.Streams).Name, watcher.Current.Problem));
    }

    public void Dispose() => _state.Dispose();
}
