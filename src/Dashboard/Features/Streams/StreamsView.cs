using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Streams;

/// <summary>What the list of streams shows: <c>/streams?q=orders&amp;sort=load&amp;view=table</c>.</summary>
/// <param name="Text">Part of a name.</param>
/// <param name="Sort"><c>name</c>, <c>load</c>, <c>throttles</c>, <c>age</c> or <c>spool</c>.</param>
/// <param name="As"><c>auto</c> (a table where there are many), <c>cards</c> or <c>table</c>.</param>
public sealed record StreamsView(string? Text = null, string Sort = "name", string As = "auto")
{
    /// <summary>So many streams are cards by themselves.</summary>
    public const int FewStreams = 8;

    public static StreamsView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.Text("q"), query.OneOf("sort", "name", "load", "throttles", "age", "spool"), query.OneOf("view", "auto", "cards", "table"));
    }

    public string ToUrl() => new Query().With("q", Text).With("sort", Sort, "name").With("view", As, "auto").On(Links.Streams);
}
