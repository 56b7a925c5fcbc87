using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Consumers;

/// <summary>What the page of consumers shows: <c>/consumers?q=orders&amp;sort=age</c>.</summary>
/// <param name="Stream">Part of a stream's name.</param>
/// <param name="Sort"><c>place</c> (stream, then shard) or <c>age</c> (furthest behind first).</param>
public sealed record ConsumersView(string? Stream = null, string Sort = "place")
{
    public static ConsumersView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.Text("q"), query.OneOf("sort", "place", "age"));
    }

    public string ToUrl() => new Query().With("q", Stream).With("sort", Sort, "place").On(Links.Consumers);
}
