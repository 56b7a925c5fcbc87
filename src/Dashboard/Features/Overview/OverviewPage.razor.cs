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
    ];

    /// <summary>So many streams are chosen from by a row of buttons, more by a list.</summary>
    private const int FewStreams = 5;

    private readonly AttentionBoard _board = new();
    private OverviewView _view = new();
    private SystemSnapshot? _now;
    private IReadOnlyList<Attention> _attention = [];
    private string? _stream;
    private ChartLine[] _load = [], _throttles = [], _behind = [];

    private NavigationManager Navigation => navigation;

    private TimeSpan Span => Spans.Of(_view.Span);

    private bool NeverUsed => _now is { Ingest.RecordsAcceptedTotal: 0, Store.RecordsTotal: 0 } && _now.Streams.All(s => s.IncomingRecordsPerSecond == 0) && traffic.Feed.Latest is not { Running: true };

    private double Requests => _now!.Ingest.RequestsPerSecond.Values.Sum();

    private double Throttles => _now!.Streams.Sum(s => s.WriteThrottlesPerSecond);

    /// <summary>The stream that needs a look first: what stands for all in the station of streams.</summary>
    private StreamSnapshot? Fullest => _now!.Streams.MaxBy(s => s.Utilization);

    private double Utilization => Fullest?.Utilization ?? 0;

    private double? Age => _now!.Streams.Max(s => s.IteratorAgeMilliseconds);

    /// <summary>Always the same rows, so that nothing moves when a status comes up.</summary>
    private IEnumerable<(string Word, double Rate, string Tone)> Statuses
    {
        get
        {
            double Rate(Func<int, bool> which) => _now!.Ingest.RequestsPerSecond.Where(r => which(r.Key)).Sum(r => r.Value);
            yield return ("202", Rate(s => s < 400), "good");
            yield return ("4xx", Rate(s => s is >= 400 and < 500 and not 429), "warn");
            yield return ("429", Rate(s => s == 429), "warn");
            yield return ("5xx", Rate(s => s >= 500), "bad");
        }
    }

    /// <summary>Where the spool is heading, in words.</summary>
    private string SpoolTrend => _now!.Streams.Sum(s => s.SpoolGrowthPerSecond) switch
    {
        _ when _now.Ingest.SpoolRecords == 0 => "empty",
        null => Figures.Unknown,
        > 1 and var growth => $"+{Figures.Short(growth)}/s",
        < -1 and var growth => $"empty in {Figures.Span(_now.Ingest.SpoolRecords / -growth * 1000)}",
        _ => "steady",
    };

    /// <summary>The shard whose reader is furthest behind.</summary>
    private string Oldest
    {
        get
        {
            var behind = _now!.Streams.SelectMany(s => s.Shards.Where(h => h.IteratorAgeMilliseconds > 0).Select(h => (Stream: s.Name, Shard: h))).OrderByDescending(p => p.Shard.IteratorAgeMilliseconds).Take(1).ToArray();
            return behind is [var (stream, shard)] ? _now.Streams.Count == 1 ? Figures.Shard(shard.ShardId) : $"{stream} {Figures.Shard(shard.ShardId)}"
                : Age is null ? Figures.Unknown : "none";
        }
    }

    private string SpoolTone => _now!.Ingest.SpoolOldestSeconds switch { >= 300 => "bad", >= 30 => "warn", _ => "calm" };

    private string AgeTone => Age switch { >= 300_000 => "bad", >= 60_000 => "warn", _ => "calm" };

    protected override void OnInitialized()
    {
        _view = OverviewView.From(navigation.Uri);
        Follow(snapshots, OnSample);
        FollowAddress(navigation, address =>
        {
            _view = OverviewView.From(address);
            Lines();
        });
    }

    private void OnSample(SystemSnapshot snapshot)
    {
        _now = snapshot;
        _attention = _board.Show(Attention.Rank(snapshot, operations.Feed.Latest ?? [], time.GetUtcNow()), snapshot.At);
        Lines();
    }

    private void Show(ChangeEventArgs e) => navigation.NavigateTo((_view with { Stream = (string?)e.Value }).ToUrl(), replace: true);

    /// <summary>A chart's title, with the stream when there are several.</summary>
    private string Of(string what) => _now!.Streams.Count == 1 ? string.Concat(what[..1].ToUpperInvariant(), what.AsSpan(1)) : $"{_stream}: {what}";

    private void Lines()
    {
        _stream = _now?.Find(_view.Stream ?? _stream ?? "")?.Name ?? _now?.Streams.MaxBy(s => (s.IncomingBytesPerSecond, s.SpoolRecords))?.Name;
        var name = _stream;
        if (_behind.Length > 0 && _behind[^1].Key.Stream == name)
        {
            return;
        }

        _behind = [new("oldest in the spool", new(SeriesKind.SpoolOldestSeconds), "series-2", Scale: 1000), new("iterator age", new(SeriesKind.StreamIteratorAgeMilliseconds, name), "series-3", "area")];
        _load = name is null ? [] : StreamLines.Load(name);
        _throttles = name is null ? [] : StreamLines.Throttles(name);
    }
}
