using System.Globalization;

namespace Weir.Dashboard.Shell;

/// <summary>Numbers as a reader wants them: three figures that count, a unit, and a dash for what is not known.</summary>
public static class Figures
{
    public const string Unknown = "–";

    /// <summary>A count in full: <c>1,234,567</c>.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 shard</c>, <c>12 shards</c>.</summary>
    public static string Many(long count, string noun) => $"{Whole(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A number in at most four characters and a letter: <c>0.4</c>, <c>12</c>, <c>1.23k</c>, <c>45.6M</c>.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 0.05 => "<0.1",
        < 9.95 => value.ToString("0.#", CultureInfo.InvariantCulture),
        < 999.5 => value.ToString("0", CultureInfo.InvariantCulture),
        < 999_500 => Three(value / 1e3) + "k",
        < 999_500_000 => Three(value / 1e6) + "M",
        _ => Three(value / 1e9) + "G",
    };

    /// <summary>Bytes in binary units: <c>512 B</c>, <c>1.5 KiB</c>, <c>12.3 MiB</c>.</summary>
    public static string Bytes(double value) => value switch
    {
        < 1024 => $"{value:0} B",
        < 1023.5 * 1024 => Three(value / 1024) + " KiB",
        < 1023.5 * 1048576 => Three(value / 1048576) + " MiB",
        _ => Three(value / 1073741824) + " GiB",
    };

    /// <summary>Bytes a second.</summary>
    public static string Rate(double bytes) => Bytes(bytes) + "/s";

    /// <summary>A share: <c>0%</c>, <c>7%</c>, <c>130%</c>.</summary>
    public static string Percent(double share) => share is > 0 and < 0.005 ? "<1%" : (share * 100).ToString("0", CultureInfo.InvariantCulture) + "%";

    /// <summary>A time span from milliseconds: <c>0 ms</c>, <c>350 ms</c>, <c>12 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>.</summary>
    public static string Span(double? milliseconds) => milliseconds switch
    {
        null => Unknown,
        < 999.5 => $"{milliseconds:0} ms",
        < 9_950 => (milliseconds.Value / 1000).ToString("0.#", CultureInfo.InvariantCulture) + " s",
        < 59_500 => (milliseconds.Value / 1000).ToString("0", CultureInfo.InvariantCulture) + " s",
        < 3_600_000 => Two((long)(milliseconds.Value / 60_000), "min", (long)(milliseconds.Value / 1000) % 60, "s"),
        < 86_400_000 => Two((long)(milliseconds.Value / 3_600_000), "h", (long)(milliseconds.Value / 60_000) % 60, "min"),
        _ => Two((long)(milliseconds.Value / 86_400_000), "d", (long)(milliseconds.Value / 3_600_000) % 24, "h"),
    };

    /// <summary>How long ago, in one unit: <c>just now</c>, <c>12 s ago</c>, <c>3 min ago</c>.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalSeconds: < 5 } => "just now",
        { TotalMinutes: < 1 } past => $"{(int)past.TotalSeconds} s ago",
        { TotalHours: < 1 } past => $"{(int)past.TotalMinutes} min ago",
        { TotalDays: < 1 } past => $"{(int)past.TotalHours} h ago",
        var past => $"{(int)past.TotalDays} d ago",
    };

    /// <summary>Time of day to the second, UTC.</summary>
    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Date and time to the second, UTC.</summary>
    public static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A shard's number without the zeros: <c>shardId-000000000012</c> is <c>12</c>.</summary>
    public static string Shard(string shardId) => shardId.StartsWith("shardId-", StringComparison.Ordinal) && long.TryParse(shardId.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? $"#{n}" : shardId;

    private static string Three(double value) => value.ToString(value < 9.995 ? "0.##" : value < 99.95 ? "0.#" : "0", CultureInfo.InvariantCulture);

    private static string Two(long big, string bigUnit, long small, string smallUnit) => small == 0 ? $"{big} {bigUnit}" : $"{big} {bigUnit} {small} {smallUnit}";
}
