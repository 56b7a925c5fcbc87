using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Charts;

/// <summary>One line of a <see cref="TimeChart"/>.</summary>
/// <param name="Tone">A custom property of the theme without its prefix: <c>series-1</c>, <c>bad</c>.</param>
/// <param name="Look"><c>line</c>, <c>area</c> (filled to the axis), <c>limit</c> (dashed, for what must not be passed) or <c>mark</c> (no line: the time is shaded while it is above 0).</param>
/// <param name="Scale">Multiplies the stored value, 1,000 for seconds shown as milliseconds.</param>
public sealed record ChartLine(string Label, SeriesKey Key, string Tone, string Look = "line", double Scale = 1)
{
    /// <summary>One of <see cref="ChartUnits"/> where it is not the chart's: a mark has no place on the axis.</summary>
    public string? Unit { get; init; }
}

/// <summary>How the values of a chart's axis read; the browser knows the same words.</summary>
public static class ChartUnits
{
    public const string Count = "count";
    public const string PerSecond = "rate";
    public const string BytesPerSecond = "bytes";
    public const string Milliseconds = "ms";

    /// <summary>Of a share, 1 = 100 %; the chart draws the 100 % as a limit.</summary>
    public const string Percent = "percent";

    public static string Show(string unit, double value) => unit switch
    {
        BytesPerSecond => Figures.Rate(value),
        Milliseconds => Figures.Span(value),
        Percent => Figures.Percent(value),
        PerSecond => Figures.Short(value) + "/s",
        _ => Figures.Short(value),
    };
}
