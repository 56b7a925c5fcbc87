using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Metrics;

/// <summary>Once a second, once per process: reads every total, takes differences, appends to the history and publishes one snapshot.</summary>
public sealed partial class MetricsSampler(
    PipelineMetrics pipeline,
    TopologyWatcher topology,
    IEnumerable<IShardMeters> meters,
    IEnumerable<IRecordStore> stores,
    MetricHistory history,
    Feed<SystemSnapshot> feed,
    TimeProvider time,
    ILogger<MetricsSampler> logger) : BackgroundService
{
    private const double ShardBytesPerSecond = 1048576;
    private const double ShardRecordsPerSecond = 1000;
    private readonly IShardMeters? _meters = meters.FirstOrDefault();
    private readonly IRecordStore? _store = stores.FirstOrDefault();
    private readonly Dictionary<(string Stream, string Shard), ShardCounters> _before = [];
    private PipelineTotals? _pipelineBefore;
    private long _sampledAt;
    private long _sequence;

    /// <summary>Takes one sample; the host calls it each second.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var timestamp = time.GetTimestamp();
        var seconds = _pipelineBefore is null ? 1 : Math.Max(0.001, time.GetElapsedTime(_sampledAt, timestamp).TotalSeconds);
        var totals = pipeline.Read();
        var before = _pipelineBefore ?? totals;
        var known = topology.Current;
        var ages = totals.Shards.ToDictionary(s => (s.Stream, s.ShardId));
        var streams = known.Streams.Select(s => Stream(s, totals, ages, seconds, now)).ToArray();
        var stored = _store is null ? totals.RecordsStored : await _store.CountAsync(null, cancellationToken);
        var snapshot = new SystemSnapshot(
            ++_sequence,
            now,
            new IngestSnapshot(
                totals.RequestsByStatus.ToDictionary(p => p.Key, p => (p.Value - before.RequestsByStatus.GetValueOrDefault(p.Key)) / seconds),
                (totals.RecordsAccepted - before.RecordsAccepted) / seconds,
                (totals.BytesAccepted - before.BytesAccepted) / seconds,
                (totals.RecordsRejected - before.RecordsRejected) / seconds,
                totals.RecordsAccepted,
                totals.RequestsByStatus.GetValueOrDefault(503),
                totals.IngestP50?.TotalMilliseconds,
                totals.IngestP99?.TotalMilliseconds,
                totals.Spools.Values.Sum(s => s.Records),
                totals.Spools.Values.Sum(s => s.Bytes),
                Oldest(totals.Spools.Values.Select(s => s.Oldest).Min(), now)),
            new StoreSnapshot((totals.RecordsStored - before.RecordsStored) / seconds, stored, (totals.RedactedSpans - before.RedactedSpans) / seconds, totals.RedactedSpans, totals.DeadLetters, totals.Quarantined),
            streams,
            known.Problem);
        (_pipelineBefore, _sampledAt) = (totals, timestamp);
        Remember(snapshot);
        feed.Publish(snapshot);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        do
        {
            try
            {
                await SampleAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogSampleFailed(logger, e);
                if (feed.Latest is { } last)
                {
                    feed.Publish(last with { Problem = $"The last sample failed: {e.Message}" });
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private StreamSnapshot Stream(StreamTopology stream, PipelineTotals totals, Dictionary<(string, string), PipelineShardTotals> own, double seconds, DateTimeOffset now)
    {
        var counters = Counters(stream, own);
        var shards = stream.Shards.Select(shard =>
        {
            var total = counters.GetValueOrDefault(shard.ShardId);
            var before = _before.GetValueOrDefault((stream.Name, shard.ShardId), total);
            _before[(stream.Name, shard.ShardId)] = total;
            var bytes = (total.IncomingBytes - before.IncomingBytes) / seconds;
            var records = (total.IncomingRecords - before.IncomingRecords) / seconds;
            var age = own.GetValueOrDefault((stream.Name, shard.ShardId))?.MillisBehindLatest;
            return new ShardSnapshot(
                shard.ShardId,
                shard.StartingHashKey,
                shard.EndingHashKey,
                shard.IsOpen,
                shard.ParentShardId,
                shard.AdjacentParentShardId,
                bytes,
                records,
                (total.OutgoingBytes - before.OutgoingBytes) / seconds,
                (total.OutgoingRecords - before.OutgoingRecords) / seconds,
                (total.WriteProvisionedThroughputExceeded - before.WriteProvisionedThroughputExceeded) / seconds,
                (total.ReadProvisionedThroughputExceeded - before.ReadProvisionedThroughputExceeded) / seconds,
                shard.IsOpen ? Math.Max(bytes / ShardBytesPerSecond, records / ShardRecordsPerSecond) : 0,
                age,
                age is null ? null : "reading");
        }).ToArray();
        var open = shards.Where(s => s.IsOpen).ToArray();
        var spool = totals.Spools.GetValueOrDefault(stream.Name);
        return new StreamSnapshot(
            stream.Name,
            stream.Status,
            open.Length,
            shards.Sum(s => s.IncomingBytesPerSecond),
            shards.Sum(s => s.IncomingRecordsPerSecond),
            shards.Sum(s => s.OutgoingBytesPerSecond),
            shards.Sum(s => s.OutgoingRecordsPerSecond),
            shards.Sum(s => s.WriteThrottlesPerSecond),
            shards.Sum(s => s.ReadThrottlesPerSecond),
            open.Length == 0 ? 0 : Math.Max(shards.Sum(s => s.IncomingBytesPerSecond) / (open.Length * ShardBytesPerSecond), shards.Sum(s => s.IncomingRecordsPerSecond) / (open.Length * ShardRecordsPerSecond)),
            shards.Max(s => s.IteratorAgeMilliseconds),
            spool?.Records ?? 0,
            spool?.Bytes ?? 0,
            Oldest(spool?.Oldest, now),
            shards);
    }

    /// <summary>The service's own counters where it runs here, else what this process sent and read.</summary>
    private Dictionary<string, ShardCounters> Counters(StreamTopology stream, Dictionary<(string, string), PipelineShardTotals> own) => _meters is not null
        ? _meters.Read(stream.Name).ToDictionary(c => c.ShardId)
        : stream.Shards
            .Select(s => own.GetValueOrDefault((stream.Name, s.ShardId)))
            .OfType<PipelineShardTotals>()
            .ToDictionary(t => t.ShardId, t => new ShardCounters(t.ShardId, t.PublishedBytes, t.PublishedRecords, t.ConsumedBytes, t.ConsumedRecords, t.WriteThrottled, t.ReadThrottled));

    private void Remember(SystemSnapshot snapshot)
    {
        var second = snapshot.At.ToUnixTimeSeconds();
        void Keep(SeriesKind kind, double? value, string? stream = null, string? shard = null) => history.Append(new SeriesKey(kind, stream, shard), second, value);
        double Requests(Func<int, bool> which) => snapshot.Ingest.RequestsPerSecond.Where(p => which(p.Key)).Sum(p => p.Value);

        Keep(SeriesKind.RequestsOk, Requests(s => s < 400));
        Keep(SeriesKind.RequestsThrottled, Requests(s => s == 429));
        Keep(SeriesKind.RequestsClientError, Requests(s => s is >= 400 and < 500 and not 429));
        Keep(SeriesKind.RequestsServerError, Requests(s => s >= 500));
        Keep(SeriesKind.IngestRecords, snapshot.Ingest.RecordsPerSecond);
        Keep(SeriesKind.IngestBytes, snapshot.Ingest.BytesPerSecond);
        Keep(SeriesKind.IngestP99Milliseconds, snapshot.Ingest.P99Milliseconds);
        Keep(SeriesKind.SpoolRecords, snapshot.Ingest.SpoolRecords);
        Keep(SeriesKind.SpoolOldestSeconds, snapshot.Ingest.SpoolOldestSeconds ?? 0);
        Keep(SeriesKind.StoredRecords, snapshot.Store.RecordsPerSecond);
        Keep(SeriesKind.RedactedValues, snapshot.Store.RedactedValuesPerSecond);
        foreach (var stream in snapshot.Streams)
        {
            Keep(SeriesKind.StreamIncomingBytes, stream.IncomingBytesPerSecond, stream.Name);
            Keep(SeriesKind.StreamIncomingRecords, stream.IncomingRecordsPerSecond, stream.Name);
            Keep(SeriesKind.StreamCapacityBytes, stream.CapacityBytesPerSecond, stream.Name);
            Keep(SeriesKind.StreamOutgoingBytes, stream.OutgoingBytesPerSecond, stream.Name);
            Keep(SeriesKind.StreamWriteThrottles, stream.WriteThrottlesPerSecond, stream.Name);
            Keep(SeriesKind.StreamReadThrottles, stream.ReadThrottlesPerSecond, stream.Name);
            Keep(SeriesKind.StreamIteratorAgeMilliseconds, stream.IteratorAgeMilliseconds, stream.Name);
            foreach (var shard in stream.Shards)
            {
                Keep(SeriesKind.ShardIncomingBytes, shard.IncomingBytesPerSecond, stream.Name, shard.ShardId);
                Keep(SeriesKind.ShardIncomingRecords, shard.IncomingRecordsPerSecond, stream.Name, shard.ShardId);
                Keep(SeriesKind.ShardWriteThrottles, shard.WriteThrottlesPerSecond, stream.Name, shard.ShardId);
                Keep(SeriesKind.ShardIteratorAgeMilliseconds, shard.IteratorAgeMilliseconds, stream.Name, shard.ShardId);
            }
        }

        if (snapshot.Sequence % 60 == 0)
        {
            var living = snapshot.Streams.SelectMany(s => s.Shards.Select(h => (s.Name, h.ShardId))).ToHashSet();
            history.Forget(k => k.ShardId is not null && !living.Contains((k.Stream!, k.ShardId)));
            foreach (var gone in _before.Keys.Where(k => !living.Contains((k.Stream, k.Shard))).ToArray())
            {
                _before.Remove(gone);
            }
        }
    }

    private static double? Oldest(DateTimeOffset? oldest, DateTimeOffset now) => oldest is { } at ? Math.Max(0, (now - at).TotalSeconds) : null;

    [LoggerMessage(LogLevel.Error, "The metrics could not be sampled.")]
    private static partial void LogSampleFailed(ILogger logger, Exception e);
}
