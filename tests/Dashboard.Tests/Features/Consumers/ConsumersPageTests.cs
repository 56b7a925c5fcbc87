using Bunit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Features.Consumers;
using Weir.Dashboard.Tests.Shell;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Dashboard.Tests.Features.Consumers;

public sealed class ConsumersPageTests : ConsoleContext
{
    [Fact]
    public void The_fleet_shows_who_reads_what_and_who_is_silent()
    {
        Consumer.Leases.AddRange([Lease(0, "worker-a", Checkpoint.ShardEnd), Lease(1, "worker-a", new Checkpoint("4959")), Lease(2, null, Checkpoint.TrimHorizon, "shardId-000000000001")]);
        Fleet.Publish(new FleetSnapshot(Clock.GetUtcNow(), [Member("a", "worker-a", 0), Member("b", "worker-b", 42)]));
        var page = Render<ConsumersPage>();

        page.WaitForAssertion(() =>
        {
            var processes = page.FindAll("[data-testid=fleet-table] tbody tr");
            Assert.Contains("reports", processes[0].TextContent, StringComparison.Ordinal);
            Assert.Contains("silent for 42 s", processes[1].TextContent, StringComparison.Ordinal);
            var leases = page.Find("[data-testid=leases-table]").TextContent;
            Assert.Contains("read to its end", leases, StringComparison.Ordinal);
            Assert.Contains("host-a", leases, StringComparison.Ordinal);
            Assert.Contains("waits for its parents", leases, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_stream_is_read_again_through_the_gate()
    {
        Consumer.Leases.Add(Lease(0, "worker-a", new Checkpoint("4959")));
        var dialogs = RenderDialogs();
        var page = Render<ConsumersPage>();
        page.WaitForElement("[data-testid=rewind-open]:not([disabled])").Click();
        dialogs.WaitForElement("[data-testid=rewind-from]").Change("TRIM_HORIZON");
        dialogs.Find("[data-testid=rewind-go]").Click();

        page.WaitForAssertion(() => Assert.Equal(new RewindConsumer("orders", Position: "TRIM_HORIZON"), Gate.Ran.Single().Command));
    }

    private FleetMember Member(string name, string worker, double silent) => new(
        new Instance(
            name, $"host-{name}", ["consumer"], "1.0", Clock.GetUtcNow(), 1, worker,
            new InstanceMetrics(
                new IngestSnapshot(new Dictionary<int, double>(), 0, 0, 0, 0, 0, null, null, 0, 0, null), new StoreSnapshot(5, 5, 0, 0, 0, 0), [], [new InstanceShard("orders", "shardId-000000000001", 0, 0, 0, 0, 0, 0, 120)], 1, 1 << 20)),
        name == "a", silent, silent > 15);

    private static Lease Lease(int shard, string? owner, Checkpoint checkpoint, params string[] parents) => new("orders", 1, $"shardId-{shard:D12}", owner, 1, checkpoint, parents);
}
