using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Metrics;

namespace Weir.Peers.Tests.Fleet;

public sealed class FleetBoardTests : FleetTest
{
    [Fact]
    public async Task A_report_of_thousands_of_shards_reaches_the_others_until_its_process_stops()
    {
        var board = new DynamoFleetBoard(Table(), TimeProvider.System);
        var large = Report("one", 5000);
        await board.PublishAsync(large, default);
        await board.PublishAsync(large with { Beat = 2 }, default);
        await board.PublishAsync(Report("two", 1), default);

        var seen = (await board.ReadAsync(default)).OrderBy(i => i.Id).ToArray();
        Assert.Equal([("one", 2L, 5000), ("two", 1L, 1)], seen.Select(i => (i.Id, i.Beat, i.Metrics.Shards.Count)));
        Assert.Equal(large.Metrics.Shards[4711], seen[0].Metrics.Shards[4711]);

        await board.RemoveAsync("one", default);
        Assert.Equal("two", Assert.Single(await board.ReadAsync(default)).Id);
    }

    private static Instance Report(string id, int shards) => new(
        id, "host", ["consumer"], "1.0", DateTimeOffset.UnixEpoch, 1, $"worker-{id}",
        new InstanceMetrics(
            new IngestSnapshot(new Dictionary<int, double> { [202] = 1.5 }, 0, 0, 0, 0, 0, null, null, 0, 0, null),
            new StoreSnapshot(0, 0, 0, 0, 0, 0),
            [],
            [.. Enumerable.Range(0, shards).Select(i => new InstanceShard("orders", $"shardId-{i:D12}", i * 1.1, i, i * 2.2, i, 0, 0, i))],
            1.5,
            1 << 20));
}
