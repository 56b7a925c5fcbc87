using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Overview;

/// <summary>What the overview shows: <c>/?span=1h</c>.</summary>
public sealed record OverviewView(string Span = Spans.Default)
{
    public static OverviewView From(string uri) => new(Query.Of(uri).OneOf("span", Spans.Words));

    public string ToUrl() => new Query().With("span", Span, Spans.Default).On(Links.Overview);
}
