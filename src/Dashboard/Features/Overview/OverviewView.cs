using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Overview;

/// <summary>What the overview shows: <c>/?span=1h&amp;stream=orders</c>.</summary>
/// <param name="Stream">Whose charts are drawn, null for the busiest when the page was opened.</param>
public sealed record OverviewView(string Span = Spans.Default, string? Stream = null)
{
    public static OverviewView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.OneOf("span", Spans.Words), query.Text("stream"));
    }

    public string ToUrl() => new Query().With("span", Span, Spans.Default).With("stream", Stream).On(Links.Overview);
}
