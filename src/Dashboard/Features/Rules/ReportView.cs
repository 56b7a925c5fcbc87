using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

/// <summary>The period of a report: <c>/rules/report?span=30d</c> or <c>/rules/report?span=own&amp;from=2026-01-01&amp;to=2026-01-31</c>.</summary>
/// <param name="Span"><c>24h</c>, <c>7d</c>, <c>30d</c>, <c>365d</c>, or <c>own</c> for days of one's own.</param>
/// <param name="From">First day, UTC, of <c>own</c>.</param>
/// <param name="To">Last day, UTC, of <c>own</c>.</param>
public sealed record ReportView(string Span = "7d", DateOnly? From = null, DateOnly? To = null)
{
    private const string Day = "yyyy-MM-dd";

    public static IReadOnlyList<(string Word, string Label)> Spans { get; } = [("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"), ("365d", "A year"), ("own", "Own days")];

    public static ReportView Of(string uri)
    {
        var query = Query.Of(uri);
        return new(query.OneOf("span", "7d", "24h", "30d", "365d", "own"), Date(query.Text("from")), Date(query.Text("to")));
    }

    public string ToUrl() => new Query().With("span", Span, "7d").With("from", Span == "own" ? Written(From) : null).With("to", Span == "own" ? Written(To) : null).On(Links.RulesReport);

    /// <summary>From when to when; the end is null for now.</summary>
    public (DateTimeOffset From, DateTimeOffset? To) Period(DateTimeOffset now) => Span switch
    {
        "24h" => (now.AddHours(-24), null),
        "30d" => (now.AddDays(-30), null),
        "365d" => (now.AddDays(-365), null),
        "own" => (Start(From ?? DateOnly.FromDateTime(now.UtcDateTime.AddDays(-6))), To is { } last ? Start(last.AddDays(1)).AddSeconds(-1) : null),
        _ => (now.AddDays(-7), null),
    };

    /// <summary>Where the report of this period is to be had.</summary>
    public string Download(string format, DateTimeOffset now)
    {
        var (from, to) = Period(now);
        var query = new Dictionary<string, string?> { ["format"] = format, ["from"] = Stamp(from), ["to"] = to is { } end ? Stamp(end) : null };
        return QueryHelpers.AddQueryString("/api/v1/rules/report", query.Where(p => p.Value is not null));
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static string? Written(DateOnly? day) => day?.ToString(Day, CultureInfo.InvariantCulture);

    private static DateOnly? Date(string? text) => DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
