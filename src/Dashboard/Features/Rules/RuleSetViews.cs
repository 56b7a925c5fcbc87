using System.Globalization;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

/// <summary>What the list of versions shows: <c>/rules/versions?only=waiting</c>.</summary>
/// <param name="Only"><c>all</c>, <c>waiting</c>, <c>used</c> (in force, now or once) or <c>discarded</c>.</param>
public sealed record RuleSetsView(string Only = "all")
{
    public static RuleSetsView From(string uri) => new(Query.Of(uri).OneOf("only", "all", "waiting", "used", "discarded"));

    public string ToUrl() => new Query().With("only", Only, "all").On(Links.RuleSets);
}

/// <summary>What the page of one set shows: <c>/rules/versions/7?show=shadow</c>.</summary>
/// <param name="Show"><c>changes</c>, <c>rules</c>, <c>shadow</c>, <c>bench</c> or <c>history</c>.</param>
public sealed record RuleSetView(int Number, string Show = "changes")
{
    public static RuleSetView From(int number, string uri) => new(number, Query.Of(uri).OneOf("show", "changes", "rules", "shadow", "bench", "history"));

    public string ToUrl() => new Query().With("show", Show, "changes").On(string.Create(CultureInfo.InvariantCulture, $"{Links.RuleSets}/{Number}"));
}
