using Bunit;
using Weir.Dashboard.Features.Streams;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Features.Streams;

public sealed class StreamsPageTests : ConsoleContext
{
    [Fact]
    public void Many_streams_are_a_table_that_is_searched_and_sorted_by_the_address()
    {
        Snapshots.Publish(Quiet() with { Streams = [.. Enumerable.Range(1, 60).Select(i => Stream($"team-{i:00}", 1, i / 100.0))] });
        var page = Render<StreamsPage>();
        page.WaitForElement("table");

        page.Find("[data-testid=streams-search]").Input("team-3");
        page.WaitForAssertion(() => Assert.EndsWith("/streams?q=team-3", Navigation.Uri, StringComparison.Ordinal));
        Navigation.NavigateTo("/streams?q=team-3&sort=load&view=cards");

        page.WaitForAssertion(() => Assert.Equal([.. Enumerable.Range(30, 10).Reverse().Select(i => $"team-{i}")], page.FindAll(".stream-card h2").Select(h => h.TextContent)));
    }

    [Fact]
    public void A_search_without_a_match_says_what_was_looked_for()
    {
        Snapshots.Publish(Quiet());
        Navigation.NavigateTo("/streams?q=nothing-like-it");

        var page = Render<StreamsPage>();

        Assert.Contains("nothing-like-it", page.WaitForElement("[data-testid=streams-none]").TextContent, StringComparison.Ordinal);
    }
}
