namespace Weir.Dashboard.Shell;

/// <summary>The spans of time that charts offer, by the word in the address.</summary>
public static class Spans
{
    public const string Default = "15m";

    public static IReadOnlyList<(string Word, string Label, TimeSpan Span)> All { get; } =
    [
        (Default, "15 min", TimeSpan.FromMinutes(15)), ("5m", "5 min", TimeSpan.FromMinutes(5)), ("1h", "1 h", TimeSpan.FromHours(1)), ("6h", "6 h", TimeSpan.FromHours(6)), ("48h", "48 h", TimeSpan.FromHours(48)),
    ];

    public static TimeSpan Of(string word) => All.First(s => s.Word == word).Span;

    internal static string[] Words { get; } = [.. All.Select(s => s.Word)];
}
