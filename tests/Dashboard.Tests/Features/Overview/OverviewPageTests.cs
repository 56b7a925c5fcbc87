using Bunit;
using Weir.ControlPlane.Access;
using Weir.Dashboard.Features.Overview;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Features.Overview;

public sealed class OverviewPageTests : ConsoleContext
{
    [Fact]
    public void Before_the_first_sample_it_says_what_it_waits_for() =>
        Assert.Contains("first sample", Render<OverviewPage>().Find("[data-testid=waiting]").TextContent, StringComparison.Ordinal);

    [Fact]
    public void An_unused_system_offers_sample_traffic_and_starts_it()
    {
        Snapshots.Publish(Quiet(accepted: 0) with { Streams = [Stream("orders", 2) with { IncomingRecordsPerSecond = 0 }] });
        var page = Render<OverviewPage>();
        page.WaitForElement("[data-testid=overview-empty]");

        page.Find("[data-testid=sample-rate-number]").Change("5000");
        Assert.Contains("2.5× what 2 shards can take", page.Find("[data-testid=sample-card]").TextContent, StringComparison.Ordinal);
        page.Find("[data-testid=overview-start-sample]").Click();

        Assert.Equal(("orders", 5000), (Traffic.Feed.Latest!.Stream, Traffic.Feed.Latest.TargetRecordsPerSecond));
        page.WaitForElement("[data-testid=sample-stop]").Click();
        Assert.False(Traffic.Feed.Latest!.Running);
    }

    [Fact]
    public void A_viewer_cannot_start_traffic_and_is_told_why()
    {
        SignIn(Roles.Viewer);
        Snapshots.Publish(Quiet(accepted: 0) with { Streams = [Stream("orders", 2) with { IncomingRecordsPerSecond = 0 }] });
        var page = Render<OverviewPage>();

        var button = page.WaitForElement("[data-testid=overview-start-sample]");

        Assert.True(button.HasAttribute("disabled"));
        Assert.Contains("viewer", button.GetAttribute("title")!, StringComparison.Ordinal);
    }

    [Fact]
    public void Calm_is_said_in_words_and_503s_stand_as_a_big_zero()
    {
        Snapshots.Publish(Quiet());
        var page = Render<OverviewPage>();

        page.WaitForElement("[data-testid=attention-calm]");
        Assert.Equal("0", page.Find("[data-testid=overview-503] b").TextContent);
    }

    [Fact]
    public void New_samples_change_the_figures()
    {
        Snapshots.Publish(Quiet());
        var page = Render<OverviewPage>();
        page.WaitForElement("[data-testid=overview-503]");

        var next = Quiet();
        Snapshots.Publish(next with { Sequence = 2, Ingest = next.Ingest with { ServiceUnavailableTotal = 7, SpoolRecords = 1234 } });

        page.WaitForAssertion(() =>
        {
            Assert.Equal("7", page.Find("[data-testid=overview-503] b").TextContent);
            Assert.Equal("1.23k", page.Find("[data-testid=overview-spool] b").TextContent);
        });
    }

    [Fact]
    public void A_reader_that_is_not_there_has_no_age_rather_than_a_good_one()
    {
        var s = Quiet();
        Snapshots.Publish(s with { Streams = [s.Streams[0] with { IteratorAgeMilliseconds = null }] });
        var page = Render<OverviewPage>();

        page.WaitForAssertion(() => Assert.Equal("–", page.Find("[data-testid=overview-age] b").TextContent));
    }

    [Fact]
    public void Readers_that_have_read_everything_leave_nobody_behind()
    {
        var s = Quiet();
        Snapshots.Publish(s with { Streams = [s.Streams[0] with { IteratorAgeMilliseconds = 0, Shards = [.. s.Streams[0].Shards.Select(h => h with { IteratorAgeMilliseconds = 0 })] }] });
        var page = Render<OverviewPage>();

        page.WaitForAssertion(() => Assert.Contains("none", page.Find("[data-testid=station-readers]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void The_shard_that_is_furthest_behind_is_named_with_its_stream_when_there_are_several()
    {
        var s = Quiet();
        var orders = s.Streams[0] with { Shards = [s.Streams[0].Shards[0], s.Streams[0].Shards[1] with { IteratorAgeMilliseconds = 5000 }] };
        Snapshots.Publish(s with { Streams = [orders, Stream("returns", 1)] });
        var page = Render<OverviewPage>();

        page.WaitForAssertion(() => Assert.Contains("orders #1", page.Find("[data-testid=station-readers]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void The_numbers_can_be_copied_as_text()
    {
        var s = Quiet();
        Snapshots.Publish(s with { Streams = [s.Streams[0] with { WriteThrottlesPerSecond = 66 }] });
        var page = Render<OverviewPage>();

        page.WaitForAssertion(() =>
        {
            var text = page.Find("#snapshot").TextContent;
            Assert.StartsWith("Weir at 2026-03-01 12:00:00 UTC", text, StringComparison.Ordinal);
            Assert.Contains("66/s throttled", text, StringComparison.Ordinal);
            Assert.Contains("! orders throttles writes", text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(100, 20_000)]
    public void The_slider_reaches_from_ten_to_twenty_thousand(int position, int rate) => Assert.Equal(rate, SampleTrafficCard.RateAt(position));

    [Fact]
    public void The_slider_only_ever_grows()
    {
        var rates = Enumerable.Range(0, 101).Select(SampleTrafficCard.RateAt).ToArray();
        Assert.Equal(rates.Order(), rates);
        Assert.All(new[] { 10, 100, 1000, 20_000 }, r => Assert.InRange(SampleTrafficCard.RateAt(SampleTrafficCard.Position(r)), r * 0.93, r * 1.07));
    }
}
