using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Streams;

/// <summary>What the page of a stream shows: <c>/streams/orders?span=1h&amp;view=table&amp;show=all&amp;sort=age&amp;shard=…</c>.</summary>
/// <param name="As"><c>map</c> or <c>table</c>.</param>
/// <param name="Show"><c>open</c> or <c>all</c> (closed shards that have not expired too).</param>
/// <param name="Sort"><c>range</c>, <c>load</c>, <c>age</c> or <c>throttles</c>.</param>
/// <param name="Shard">The shard whose details are open.</param>
/// <param name="Until">Where the charts end, to the second; null for now.</param>
public sealed record StreamView(string Stream, string Span = Spans.Default, string As = "map", string Show = "open", string Sort = "range", string? Shard = null, DateTimeOffset? Until = null)
{
    public static StreamView From(string stream, string uri)
    {
        var query = Query.Of(uri);
        return new(stream, query.OneOf("span", Spans.Words), query.OneOf("view", "map", "table"), query.OneOf("show", "open", "all"), query.OneOf("sort", "range", "load", "age", "throttles"), query.Text("shard"), query.Time("until"));
    }

    public string ToUrl() => new Query()
        .With("span", Span, Spans.Default).With("view", As, "map").With("show", Show, "open").With("sort", Sort, "range").With("shard", Shard).With("until", Until)
        .On(Links.Stream(Stream));
}
