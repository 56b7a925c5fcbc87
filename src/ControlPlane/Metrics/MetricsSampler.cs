using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Metrics;

/// <summary>
/// Once a second, once per process: reads every total, takes differences, appends to the history and publishes one snapshot.
/// A source that fails leaves its last numbers on show and says so in <see cref="SystemSnapshot.Problem"/>; the others go on.
/// </summary>
public sealed partial class MetricsSampler(
    PipelineMetrics pipeline,
    TopologyWatcher topology,
    IEnumerable<IShardMeters> meters,
    IEnumerable<IRecordStore> stores,
    WaitingDeadLetters letters,
    MetricHistory history,
    FleetNumbers fleet,
    Feed<SystemSnapshot> feed,
    TimeProvider time,
    ILogger<MetricsSampler> logger) : BackgroundService
{
    /// <summary>So late a sample may be and still stand for the seconds since the last one.</summary>
    private const int LateSeconds = 3;

    private readonly ShardRates _rates = new(meters.FirstOrDefault(), time);
    private readonly SpoolTrend _trend = new(time);
    private readonly bool _counted = meters.Any();
    private readonly IRecordStore? _store = stores.FirstOrDefault();
    private PipelineTotals? _before;
    private long _storedTotal;
    private long _letters;
    private long _sampledAt;
    private long? _remembered;
    private long _sequence;

    /// <summary>Takes one sample; the host calls it each second.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var timestamp = time.GetTimestamp();
        var seconds = _before is null ? 1 : Math.Max(0.001, time.GetElapsedTime(_sampledAt, timestamp).TotalSeconds);
        var totals = pipeline.Read();
        var before = _before ?? totals;
        var known = topology.Current;
        var problem = await CountStoredAsync(totals, cancellationToken) ?? known.Problem;
        var shards = _rates.Read(known.Streams, totals.Shards, seconds);
        var snapshot = fleet.Whole(new SystemSnapshot(
            ++_sequence,
            now,
            totals.Ingest(before, seconds, now),
            totals.Store(before, seconds, _storedTotal, _letters),
            known.Streams.Select(s => Stream(s, fleet.Whole(s.Name, shards[s.Name], _counted), totals.Spools.GetValueOrDefault(s.Name), now)).ToArray(),
            problem));
        (_before, _sampledAt) = (totals, timestamp);
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

    /// <summary>Asks the store how much it has, and how many dead letters wait; returns why it does not answer, null when it does.</summary>
    private async Task<string?> CountStoredAsync(PipelineTotals totals, CancellationToken cancellationToken)
    {
        try
        {
            _storedTotal = _store is null ? totals.RecordsStored : await _store.CountAsync(null, cancellationToken);
            _letters = await letters.CountAsync(totals.DeadLetters, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogStoreFailed(logger, e);
            return $"The store of records does not answer: {e.Message}";
        }
    }

    private StreamSnapshot Stream(StreamTopology stream, IReadOnlyList<ShardSnapshot> shards, SpoolDepth? spool, DateTimeOffset now)
    {
        var open = shards.Count(s => s.IsOpen);
        var (bytes, records) = (shards.Sum(s => s.IncomingBytesPerSecond), shards.Sum(s => s.IncomingRecordsPerSecond));
        var others = fleet.Spooled(stream.Name);
        var spooled = (spool?.Records ?? 0) + others.Records;
        var read = new StreamSnapshot(
            stream.Name,
            stream.Status,
            open,
            bytes,
            records,
            shards.Sum(s => s.OutgoingBytesPerSecond),
            shards.Sum(s => s.OutgoingRecordsPerSecond),
            shards.Sum(s => s.WriteThrottlesPerSecond),
            shards.Sum(s => s.ReadThrottlesPerSecond),
            0,
            shards.Max(s => s.IteratorAgeMilliseconds),
            spooled,
            (spool?.Bytes ?? 0) + others.Bytes,
            new[] { (spool?.Oldest).AgeSeconds(now), others.OldestSeconds }.Max(),
            shards)
        {
            SpoolGrowthPerSecond = _trend.Read(stream.Name, spooled, isWhole: spool?.IsWhole != false),
        };
        return read with { Utilization = Math.Max(read.BytesUtilization, read.RecordsUtilization) };
    }

    private void Remember(SystemSnapshot snapshot)
    {
        // A tick that slips over the border of a second leaves one without a sample. The rates are of the whole time since the last sample, so they hold for it too.
        var second = snapshot.At.ToUnixTimeSeconds();
        var first = _remembered is { } last && second - last is > 1 and <= LateSeconds ? last + 1 : second;
        _remembered = second;
        void Keep(SeriesKind kind, double? value, string? stream = null, string? shard = null)
        {
            for (var at = first; at <= second; at++)
            {
                history.Append(new SeriesKey(kind, stream, shard), at, value);
            }
        }

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
            Keep(SeriesKind.StreamBytesUtilization, stream.BytesUtilization, stream.Name);
            Keep(SeriesKind.StreamRecordsUtilization, stream.RecordsUtilization, stream.Name);
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
        }
    }

    [LoggerMessage(LogLevel.Error, "The metrics could not be sampled.")]
    private static partial void LogSampleFailed(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Warning, "The store of records could not be counted; its last number stays on show.")]
    private static partial void LogStoreFailed(ILogger logger, Exception e);
}
