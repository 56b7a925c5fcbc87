using Bunit;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Tests.Shell;

public sealed class FreshnessTests : ConsoleContext
{
    [Fact]
    public void The_indicator_says_live_then_stale_when_samples_stop()
    {
        var indicator = Render<LiveIndicator>();
        Assert.Equal("waiting", indicator.Find("[data-testid=live-indicator]").GetAttribute("data-state"));

        Snapshots.Publish(Quiet());
        indicator.WaitForAssertion(() => Assert.Equal("live", indicator.Find("[data-testid=live-indicator]").GetAttribute("data-state")));

        Clock.Advance(TimeSpan.FromSeconds(5));
        indicator.WaitForAssertion(() => Assert.Equal("stale", indicator.Find("[data-testid=live-indicator]").GetAttribute("data-state")));
    }

    [Fact]
    public void A_banner_gives_the_age_of_stale_numbers()
    {
        Snapshots.Publish(Quiet());
        var banner = Render<StaleBanner>();
        Assert.Empty(banner.FindAll("[role=alert]"));

        Clock.Advance(TimeSpan.FromSeconds(14));
        banner.WaitForAssertion(() =>
        {
            Assert.Contains("12:00:00 UTC", banner.Find("[data-testid=stale-banner]").TextContent, StringComparison.Ordinal);
            Assert.Contains("14 s", banner.Find("[data-testid=stale-banner]").TextContent, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_service_that_does_not_answer_is_told_while_samples_go_on()
    {
        Snapshots.Publish(Quiet() with { Problem = "The stream service does not answer: refused." });

        var banner = Render<StaleBanner>();

        banner.WaitForAssertion(() => Assert.Contains("does not answer", banner.Find("[data-testid=problem-banner]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_component_that_goes_stops_watching()
    {
        Render<LiveIndicator>();
        Assert.Equal(1, Snapshots.Watchers);

        await DisposeComponentsAsync();

        await Eventually.GetAsync(() => Task.FromResult(Snapshots.Watchers), watchers => watchers == 0, "the watcher to go");
    }
}
