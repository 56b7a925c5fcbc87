using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Charts;

/// <summary>One line of a <see cref="TimeChart"/>.</summary>
/// <param name="Tone">A custom property of the theme without its prefix: <c>series-1</c>, <c>bad</c>.</param>
/// <param name="Look"><c>line</c>, <c>area</c> (filled to the axis) or <c>limit</c> (dashed, for what must not be passed).</param>
/// <param name="Scale">Multiplies the stored value, 0.001 for milliseconds shown as seconds.</param>
public sealed record ChartLine(string Label, SeriesKey Key, string Tone, string Look = "line", double Scale = 1);

/// <summary>How the values of a chart's axis read; the browser knows the same words.</summary>
public static class ChartUnits
{
    public const string Count = "count";
    public const string PerSecond = "rate";
    public const string BytesPerSecond = "bytes";
    public const string Milliseconds = "ms";

    public static string Show(string unit, double value) => unit switch
    {
        BytesPerSecond => Figures.Rate(value),
        Milliseconds => Figures.Span(value),
        PerSecond => Figures.Short(value) + "/s",
        _ => Figures.Short(value),
    };
}
