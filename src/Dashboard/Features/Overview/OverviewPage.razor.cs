using Microsoft.AspNetCore.Components;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.SampleTraffic;
using Weir.Dashboard.Charts;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Overview;

public sealed partial class OverviewPage(NavigationManager navigation, Feed<SystemSnapshot> snapshots, IOperations operations, ISampleTraffic traffic, TimeProvider time)
{
    private static readonly ChartLine[] RequestLines =
    [
        new("2xx", new(SeriesKind.RequestsOk), "series-1", "area"),
        new("4xx", new(SeriesKind.RequestsClientError), "series-2"),
        new("429", new(SeriesKind.RequestsThrottled), "series-3"),
        new("5xx", new(SeriesKind.RequestsServerError), "bad"),
    ];

    private static readonly ChartLine[] SpoolLines = [new("records waiting", new(SeriesKind.SpoolRecords), "series-1", "area")];

    private static readonly ChartLine[] StoreLines =
    [
        new("accepted", new(SeriesKind.IngestRecords), "series-6"),
        new("stored", new(SeriesKind.StoredRecords), "series-1", "area"),
        new("values redacted", new(SeriesKind.RedactedValues), "series-3"),
    ];

    private OverviewView _view = new();
    private SystemSnapshot? _now;
    private IReadOnlyList<Attention> _attention = [];
    private string? _stream;
    private ChartLine[] _throughput = [], _throttles = [], _ages = [];

    private NavigationManager Navigation => navigation;

    private TimeSpan Span => Spans.Of(_view.Span);

    private bool NeverUsed => _now is { Ingest.RecordsAcceptedTotal: 0, Store.RecordsTotal: 0 } && _now.Streams.All(s => s.IncomingRecordsPerSecond == 0) && traffic.Feed.Latest is not { Running: true };

    private double Requests => _now!.Ingest.RequestsPerSecond.Values.Sum();

    private double Throttles => _now!.Streams.Sum(s => s.WriteThrottlesPerSecond);

    private double Utilization => _now!.Streams.Select(s => s.Utilization).DefaultIfEmpty(0).Max();

    private double? Age => _now!.Streams.Max(s => s.IteratorAgeMilliseconds);

    private string SpoolTone => _now!.Ingest.SpoolOldestSeconds switch { >= 300 => "bad", >= 30 => "warn", _ => "calm" };

    private string AgeTone => Age switch { >= 300_000 => "bad", >= 60_000 => "warn", _ => "calm" };

    protected override void OnInitialized()
    {
        Follow(snapshots, OnSample);
        if (RendererInfo.IsInteractive)
        {
            navigation.LocationChanged += OnLocationChanged;
        }

        _view = OverviewView.From(navigation.Uri);
    }

    protected override void Dispose(bool disposing)
    {
        navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    private void OnLocationChanged(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e)
    {
        _view = OverviewView.From(e.Location);
        _ = InvokeAsync(StateHasChanged);
    }

    private void OnSample(SystemSnapshot snapshot)
    {
        _now = snapshot;
        _attention = Attention.Rank(snapshot, operations.Feed.Latest ?? [], time.GetUtcNow());
        if (_stream is null || snapshot.Find(_stream) is null)
        {
            _stream = snapshot.Streams.MaxBy(s => s.IncomingBytesPerSecond)?.Name;
        }

        Lines();
    }

    private void Show(string stream)
    {
        _stream = stream;
        Lines();
    }

    private void Lines()
    {
        if (_stream is not { } name || (_throughput.Length > 0 && _throughput[0].Key.Stream == name))
        {
            return;
        }

        _throughput = [new("in", new(SeriesKind.StreamIncomingBytes, name), "series-1", "area"), new("out", new(SeriesKind.StreamOutgoingBytes, name), "series-5"), new("capacity", new(SeriesKind.StreamCapacityBytes, name), "series-2", "limit")];
        _throttles = [new("writes", new(SeriesKind.StreamWriteThrottles, name), "bad", "area"), new("reads", new(SeriesKind.StreamReadThrottles, name), "series-2")];
        _ages = [new("oldest shard", new(SeriesKind.StreamIteratorAgeMilliseconds, name), "series-3", "area")];
    }
}
