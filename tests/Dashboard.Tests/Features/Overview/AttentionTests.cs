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

    private IReadOnlyList<Attention> Rank(SystemSnapshot snapshot) => Attention.Rank(snapshot, [], Clock.GetUtcNow());
}
