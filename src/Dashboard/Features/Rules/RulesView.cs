using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

/// <summary>What the rules page shows: <c>/rules?q=phone&amp;only=off&amp;bench=1</c>.</summary>
/// <param name="Only"><c>all</c>, <c>on</c> or <c>off</c>.</param>
/// <param name="Bench">Whether the test bench is open.</param>
public sealed record RulesView(string? Text = null, string Only = "all", bool Bench = false)
{
    public static RulesView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.Text("q"), query.OneOf("only", "all", "on", "off"), query.Flag("bench", false));
    }

    public string ToUrl() => new Query().With("q", Text).With("only", Only, "all").With("bench", Bench, false).On(Links.Rules);
}
