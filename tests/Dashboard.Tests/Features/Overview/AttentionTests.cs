using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.Dashboard.Features.Overview;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Features.Overview;

public sealed class AttentionTests : ConsoleContext
{
    [Fact]
    public void A_quiet_system_needs_nobody() => Assert.Empty(Rank(Quiet()));

    [Fact]
    public void A_503_comes_before_everything_else()
    {
        var s = Quiet();
        var ranked = Rank(s with
        {
            Ingest = s.Ingest with { RequestsPerSecond = new Dictionary<int, double> { [503] = 2, [429] = 1 } },
            Streams = [s.Streams[0] with { WriteThrottlesPerSecond = 10, Shards = [.. s.Streams[0].Shards.Select(h => h with { WriteThrottlesPerSecond = 5 })] }],
        });

        Assert.Equal([Urgency.Now, Urgency.Soon, Urgency.Know], ranked.Select(a => a.Urgency));
        Assert.Contains("503", ranked[0].Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Some_full_shards_among_empty_ones_are_called_hot_keys()
    {
        var s = Quiet();
        var ranked = Rank(s with { Streams = [s.Streams[0] with { WriteThrottlesPerSecond = 5, Shards = [s.Streams[0].Shards[0] with { WriteThrottlesPerSecond = 5 }, s.Streams[0].Shards[1]] }] });

        Assert.Contains("1 of 2 shards", Assert.Single(ranked).Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(29, null)]
    [InlineData(30, Urgency.Soon)]
    [InlineData(300, Urgency.Now)]
    public void An_old_spool_grows_more_urgent(double seconds, Urgency? urgency)
    {
        var s = Quiet();
        var ranked = Rank(s with { Streams = [s.Streams[0] with { SpoolRecords = 5, SpoolOldestSeconds = seconds }] });

        Assert.Equal(urgency, ranked.Count == 0 ? null : ranked[0].Urgency);
    }

    [Fact]
    public void A_backlog_of_readers_says_that_shards_do_not_help()
    {
        var s = Quiet();
        var ranked = Rank(s with { Streams = [s.Streams[0] with { IteratorAgeMilliseconds = 400_000 }] });

        Assert.Equal(Urgency.Now, ranked[0].Urgency);
        Assert.Contains("do not shorten", ranked[0].Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_nobody_reads_is_noticed()
    {
        var s = Quiet();
        var ranked = Rank(s with { Streams = [s.Streams[0] with { IteratorAgeMilliseconds = null, OutgoingRecordsPerSecond = 0 }] });

        Assert.Contains("Nobody reads", Assert.Single(ranked).Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_reshard_is_told_for_an_hour()
    {
        var failed = new Operation("1", "reshard", "orders", "Ada", Clock.GetUtcNow(), OperationState.Failed, ["2 → 4 shards"], 0, "The service refused.", Clock.GetUtcNow());

        Assert.Single(Attention.Rank(Quiet(), [failed], Clock.GetUtcNow().AddMinutes(59)));
        Assert.Empty(Attention.Rank(Quiet(), [failed], Clock.GetUtcNow().AddMinutes(61)));
    }

    [Fact]
    public void A_full_spool_and_throttles_are_one_trouble_with_one_way_out()
    {
        var s = Quiet();
        var flow = Assert.Single(Rank(s with { Streams = [s.Streams[0] with { SpoolRecords = 1000, SpoolOldestSeconds = 40, SpoolGrowthPerSecond = 200, WriteThrottlesPerSecond = 9, Shards = [.. s.Streams[0].Shards.Select(h => h with { WriteThrottlesPerSecond = 5 })] }] }));

        Assert.Contains("40 s behind", flow.Title, StringComparison.Ordinal);
        Assert.Contains("All 2 shards are full", flow.Cause, StringComparison.Ordinal);
        Assert.Contains("1,000 accepted records wait on disk, none is lost, 200 more each second", flow.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spool_that_drains_says_when_it_will_be_empty_and_wakes_nobody()
    {
        var s = Quiet();
        var flow = Assert.Single(Rank(s with { Streams = [s.Streams[0] with { SpoolRecords = 1000, SpoolOldestSeconds = 600, SpoolGrowthPerSecond = -100 }] }));

        Assert.Equal(Urgency.Soon, flow.Urgency);
        Assert.Contains("gone in about 10 s", flow.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reshard_under_way_is_told_with_whoever_started_it()
    {
        var running = new Operation("1", "reshard", "orders", "Grace", Clock.GetUtcNow(), OperationState.Running, ["2 → 4 shards", "4 → 8 shards"], 1, "4 → 8 shards");

        var told = Assert.Single(Attention.Rank(Quiet(), [running], Clock.GetUtcNow()));

        Assert.Equal(Urgency.Know, told.Urgency);
        Assert.Contains("1 of 2 steps done", told.Title, StringComparison.Ordinal);
        Assert.Contains("Grace", told.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_passed_stays_for_a_moment_in_its_place()
    {
        var board = new AttentionBoard();
        var (at, s) = (Clock.GetUtcNow(), Quiet());
        var hot = Rank(s with { Streams = [s.Streams[0] with { WriteThrottlesPerSecond = 5 }] });

        Assert.False(Assert.Single(board.Show(hot, at)).Passed);
        Assert.True(Assert.Single(board.Show([], at + AttentionBoard.Hold)).Passed);
        Assert.Empty(board.Show([], at + AttentionBoard.Hold + TimeSpan.FromSeconds(1)));
        Assert.False(Assert.Single(board.Show(hot, at + TimeSpan.FromMinutes(1))).Passed);
    }

    private IReadOnlyList<Attention> Rank(SystemSnapshot snapshot) => Attention.Rank(snapshot, [], Clock.GetUtcNow());
}
