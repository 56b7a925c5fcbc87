using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Overview;

/// <summary>What the overview shows: <c>/?span=1h&amp;stream=orders&amp;until=2026-03-01T12:00:00Z</c>.</summary>
/// <param name="Stream">Whose charts are drawn, null for the busiest when the page was opened.</param>
/// <param name="Until">Where the charts end, to the second; null for now.</param>
public sealed record OverviewView(string Span = Spans.Default, string? Stream = null, DateTimeOffset? Until = null)
{
    public static OverviewView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.OneOf("span", Spans.Words), query.Text("stream"), query.Time("until"));
    }

    public string ToUrl() => new Query().With("span", Span, Spans.Default).With("stream", Stream).With("until", Until).On(Links.Overview);
}
