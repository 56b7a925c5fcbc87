using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Charts;

/// <summary>
/// Lines over time, drawn in the browser by uPlot, with the changes that may explain them. The whole span is sent once; after that a point a line and second.
/// A chart that ends at a time of its own stands still.
/// </summary>
public sealed partial class TimeChart(IMetricHistory history, Feed<SystemSnapshot> snapshots, ChartMarks changes, IJSRuntime js, TimeProvider clock)
{
    private const int TableRows = 60;

    /// <summary>After so many missing points the span is sent anew.</summary>
    private const int MissedPoints = 4;

    private ElementReference _place;
    private IJSObjectReference? _module;
    private IJSObjectReference? _chart;
    private (string Lines, TimeSpan Span, DateTimeOffset? Until) _drawn;
    private IReadOnlyList<ChartMark> _marks = [];
    private double[] _latest = [];
    private double _sent;
    private bool _table;
    private bool _empty = true;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<ChartLine> Lines { get; set; } = [];

    /// <summary>One of <see cref="ChartUnits"/>.</summary>
    [Parameter, EditorRequired]
    public string Unit { get; set; } = ChartUnits.Count;

    [Parameter]
    public TimeSpan Span { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Where the chart ends, null for now.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>Pixels.</summary>
    [Parameter]
    public int Height { get; set; } = 150;

    /// <summary>Charts of one group share their cursor.</summary>
    [Parameter]
    public string Group { get; set; } = "page";

    [Parameter]
    public string? TestId { get; set; }

    [Parameter]
    public string? EmptyText { get; set; }

    private string Summary => $"{Title}. {string.Join(", ", Lines.Select((l, i) => $"{l.Label} {Latest(l)}"))}.{(_marks.Count == 0 ? "" : $" {Figures.Many(_marks.Count, "change")} marked, the last: {_marks[^1].Text}.")}";

    private string Lineup => string.Join('|', Lines.Select(l => $"{l.Label}/{l.Key}/{l.Tone}/{l.Look}"));

    protected override void OnInitialized() => Follow(snapshots, OnSampleAsync);

    protected override void OnParametersSet()
    {
        if (_drawn != (Lineup, Span, Until))
        {
            ReadLatest();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_drawn == (Lineup, Span, Until))
        {
            return;
        }

        _drawn = (Lineup, Span, Until);
        _module ??= await js.InvokeAsync<IJSObjectReference>("import", Gone, "./js/charts.js");
        if (_chart is not null)
        {
            await _chart.InvokeVoidAsync("destroy", Gone);
            await _chart.DisposeAsync();
        }

        var (times, values) = Data();
        _sent = times.Length > 0 ? times[^1] : 0;
        _chart = await _module.InvokeAsync<IJSObjectReference>("mount", Gone, _place, new
        {
            unit = Unit,
            span = Span.TotalSeconds,
            group = Group,
            end = Until?.ToUnixTimeSeconds(),
            lines = Lines.Select(l => new { label = l.Label, tone = l.Tone, look = l.Look, unit = l.Unit ?? Unit }),
        }, times, values, _marks = Changes());
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_chart is not null)
            {
                await _chart.InvokeVoidAsync("destroy");
                await _chart.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and the chart with it.
        }

        Dispose();
    }

    private async Task OnSampleAsync(SystemSnapshot snapshot)
    {
        if (Until is not null)
        {
            return;
        }

        var (time, values) = ReadLatest();
        if (_chart is null || double.IsNaN(time))
        {
            return;
        }

        if (Changes() is var now && !now.SequenceEqual(_marks))
        {
            await _chart.InvokeVoidAsync("mark", Gone, _marks = now);
        }

        // Paused, or the browser was away: what was missed is sent with the whole span.
        if (time - _sent > MissedPoints * (Span.TotalMinutes <= 15 ? 1 : Span.TotalHours <= 6 ? 10 : 60))
        {
            _drawn = default;
        }
        else
        {
            await _chart.InvokeVoidAsync("append", Gone, time, values.Select(v => double.IsNaN(v) ? (double?)null : v));
        }

        _sent = time;
    }

    /// <summary>The samples of each line in the time that is shown.</summary>
    private SeriesWindow[] Windows()
    {
        if (Until is not { } until)
        {
            return [.. Lines.Select(l => history.Window(l.Key, Span))];
        }

        var (from, to) = ((double)(until - Span).ToUnixTimeSeconds(), (double)until.ToUnixTimeSeconds());
        return
        [
            .. Lines.Select(l =>
            {
                var all = history.Window(l.Key, clock.GetUtcNow() - until + Span);
                int[] shown = [.. Enumerable.Range(0, all.Times.Length).Where(i => all.Times[i] >= from && all.Times[i] <= to)];
                return new SeriesWindow([.. shown.Select(i => all.Times[i])], [.. shown.Select(i => all.Values[i])]);
            }),
        ];
    }

    private IReadOnlyList<ChartMark> Changes()
    {
        var end = Until ?? clock.GetUtcNow();
        return changes.Between(end - Span, end, Lines.Select(l => l.Key.Stream).FirstOrDefault(s => s is not null));
    }

    /// <summary>The newest time of any line, and each line's value at it.</summary>
    private (double Time, double[] Values) ReadLatest()
    {
        var windows = Windows();
        var time = windows.Where(w => w.Times.Length > 0).Select(w => w.Times[^1]).DefaultIfEmpty(double.NaN).Max();
        _latest = [.. windows.Select((w, i) => w.Times.Length > 0 && w.Times[^1] == time ? w.Values[^1] * Lines[i].Scale : double.NaN)];
        _empty = double.IsNaN(time);
        return (time, _latest);
    }

    private string Latest(ChartLine line)
    {
        var index = Lines.ToList().IndexOf(line);
        return index < _latest.Length && !double.IsNaN(_latest[index]) ? ChartUnits.Show(line.Unit ?? Unit, _latest[index]) : Figures.Unknown;
    }

    /// <summary>All lines on one axis of time, null where a line has a gap.</summary>
    private (double[] Times, double?[][] Values) Data()
    {
        var windows = Windows();
        var times = windows.SelectMany(w => w.Times).Distinct().Order().ToArray();
        var values = windows.Select((w, i) =>
        {
            var at = w.Times.Index().ToDictionary(p => p.Item, p => w.Values[p.Index] * Lines[i].Scale);
            return times.Select(t => at.TryGetValue(t, out var v) && !double.IsNaN(v) ? v : (double?)null).ToArray();
        }).ToArray();
        return (times, values);
    }

    private IEnumerable<(double Time, double[] Values)> Rows()
    {
        var (times, values) = Data();
        for (var i = times.Length - 1; i >= Math.Max(0, times.Length - TableRows); i--)
        {
            yield return (times[i], [.. values.Select(v => v[i] ?? double.NaN)]);
        }
    }
}
