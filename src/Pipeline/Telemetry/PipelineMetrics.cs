using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Weir.Pipeline.Telemetry;

/// <summary>
/// Every number the pipeline reports: callers name what happened, this class owns meter, names, units and tags.
/// Totals can be read at once (<see cref="Read"/>), which is what the console samples; the same numbers stand on the meter <c>Weir.Pipeline</c> for exporters.
/// </summary>
public sealed class PipelineMetrics : IDisposable
{
    public const string MeterName = "Weir.Pipeline";

    private readonly Meter _meter;
    private readonly Histogram<double> _ingestDuration;
    private readonly ConcurrentDictionary<int, StrongCounter> _requestsByStatus = new();
    private readonly ConcurrentDictionary<(string Stream, string ShardId), ShardTotals> _shards = new();
    private readonly ConcurrentDictionary<string, SpoolDepth> _spools = new(StringComparer.Ordinal);
    private readonly LatencyWindow _ingestLatency = new();
    private long _recordsAccepted, _bytesAccepted, _recordsRejected, _recordsStored, _deadLetters, _redactedSpans, _quarantined, _notReady;

    public PipelineMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _ingestDuration = _meter.CreateHistogram<double>("weir.ingest.duration", "s", "Time from the first byte of a request to its answer.");
        _meter.CreateObservableCounter("weir.ingest.requests", () => _requestsByStatus.Select(p => new Measurement<long>(p.Value.Value, new KeyValuePair<string, object?>("status", p.Key))), "{request}");
        _meter.CreateObservableCounter("weir.ingest.records", () => Interlocked.Read(ref _recordsAccepted), "{record}");
        _meter.CreateObservableCounter("weir.ingest.bytes", () => Interlocked.Read(ref _bytesAccepted), "By");
        _meter.CreateObservableCounter("weir.ingest.rejected", () => Interlocked.Read(ref _recordsRejected), "{record}");
        _meter.CreateObservableCounter("weir.ingest.not_ready", () => Interlocked.Read(ref _notReady), "{answer}", "Answers of /readyz that were 503.");
        _meter.CreateObservableCounter("weir.store.records", () => Interlocked.Read(ref _recordsStored), "{record}");
        _meter.CreateObservableCounter("weir.deadletter.records", () => Interlocked.Read(ref _deadLetters), "{record}");
        _meter.CreateObservableCounter("weir.redaction.spans", () => Interlocked.Read(ref _redactedSpans), "{value}");
        _meter.CreateObservableCounter("weir.redaction.quarantined", () => Interlocked.Read(ref _quarantined), "{record}");
        _meter.CreateObservableGauge("weir.spool.records", () => _spools.Select(p => new Measurement<long>(p.Value.Records, new KeyValuePair<string, object?>("stream", p.Key))), "{record}");
        _meter.CreateObservableGauge("weir.spool.bytes", () => _spools.Select(p => new Measurement<long>(p.Value.Bytes, new KeyValuePair<string, object?>("stream", p.Key))), "By");
    }

    /// <summary>A request was answered.</summary>
    public void Answered(int status, TimeSpan took)
    {
        _requestsByStatus.GetOrAdd(status, static _ => new StrongCounter()).Add(1);
        _ingestLatency.Record(took);
        _ingestDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("status", status));
    }

    /// <summary>A balancer was told 503, the only place where that is said.</summary>
    public void NotReady() => Interlocked.Increment(ref _notReady);

    /// <summary>Records are durable in the spool.</summary>
    public void Accepted(int records, long bytes)
    {
        Interlocked.Add(ref _recordsAccepted, records);
        Interlocked.Add(ref _bytesAccepted, bytes);
    }

    /// <summary>Records were refused one by one, their neighbours accepted.</summary>
    public void Rejected(int records) => Interlocked.Add(ref _recordsRejected, records);

    /// <summary>What waits in the spool for one stream; <paramref name="oldest"/> is when the first of them was accepted. Not whole while what earlier runs left is still being found.</summary>
    public void SpoolHolds(string stream, long records, long bytes, DateTimeOffset? oldest, bool isWhole = true) => _spools[stream] = new SpoolDepth(records, bytes, oldest, isWhole);

    /// <summary>The stream took records of one shard.</summary>
    public void Published(string stream, string shardId, int records, long bytes)
    {
        var shard = Of(stream, shardId);
        Interlocked.Add(ref shard.PublishedRecords, records);
        Interlocked.Add(ref shard.PublishedBytes, bytes);
    }

    /// <summary>The stream refused records of one shard for its rate; they are tried again.</summary>
    public void WriteThrottled(string stream, string shardId, int records) => Interlocked.Add(ref Of(stream, shardId).WriteThrottled, records);

    /// <summary>A reader read from a shard and stands this far behind its tip.</summary>
    public void Consumed(string stream, string shardId, int records, long bytes, long millisBehindLatest)
    {
        var shard = Of(stream, shardId);
        Interlocked.Add(ref shard.ConsumedRecords, records);
        Interlocked.Add(ref shard.ConsumedBytes, bytes);
        Volatile.Write(ref shard.MillisBehindLatest, millisBehindLatest);
    }

    /// <summary>A reader was refused for the shard's read rate.</summary>
    public void ReadThrottled(string stream, string shardId) => Interlocked.Increment(ref Of(stream, shardId).ReadThrottled);

    /// <summary>A shard has no reader in this process any more: its iterator age is unknown, not zero.</summary>
    public void ReaderStopped(string stream, string shardId) => Volatile.Write(ref Of(stream, shardId).MillisBehindLatest, -1);

    /// <summary>The store has records.</summary>
    public void Stored(int records) => Interlocked.Add(ref _recordsStored, records);

    /// <summary>Records went to the dead letter.</summary>
    public void DeadLettered(int records) => Interlocked.Add(ref _deadLetters, records);

    /// <summary>Values were transformed.</summary>
    public void RedactedSpans(int spans) => Interlocked.Add(ref _redactedSpans, spans);

    /// <summary>A record could not be read safely and was set aside.</summary>
    public void Quarantined() => Interlocked.Increment(ref _quarantined);

    /// <summary>All totals since the start, and what waits now. Shards carry the wear of the whole process; callers take differences.</summary>
    public PipelineTotals Read() => new(
        _requestsByStatus.ToDictionary(p => p.Key, p => p.Value.Value),
        Interlocked.Read(ref _recordsAccepted),
        Interlocked.Read(ref _bytesAccepted),
        Interlocked.Read(ref _recordsRejected),
        Interlocked.Read(ref _recordsStored),
        Interlocked.Read(ref _deadLetters),
        Interlocked.Read(ref _redactedSpans),
        Interlocked.Read(ref _quarantined),
        _ingestLatency.Percentile(0.50),
        _ingestLatency.Percentile(0.99),
        _spools.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
        _shards.Select(p => new PipelineShardTotals(
            p.Key.Stream,
            p.Key.ShardId,
            Interlocked.Read(ref p.Value.PublishedRecords),
            Interlocked.Read(ref p.Value.PublishedBytes),
            Interlocked.Read(ref p.Value.WriteThrottled),
            Interlocked.Read(ref p.Value.ConsumedRecords),
            Interlocked.Read(ref p.Value.ConsumedBytes),
            Interlocked.Read(ref p.Value.ReadThrottled),
            Volatile.Read(ref p.Value.MillisBehindLatest) is var age and >= 0 ? age : null)).ToArray());

    public void Dispose() => _meter.Dispose();

    private ShardTotals Of(string stream, string shardId) => _shards.GetOrAdd((stream, shardId), static _ => new ShardTotals());

    private sealed class StrongCounter
    {
        private long _value;
        public long Value => Interlocked.Read(ref _value);
        public void Add(long n) => Interlocked.Add(ref _value, n);
    }

    private sealed class ShardTotals
    {
        public long PublishedRecords, PublishedBytes, WriteThrottled, ConsumedRecords, ConsumedBytes, ReadThrottled;
        public long MillisBehindLatest = -1;
    }
}

/// <summary>What waits in the spool for one stream; not <see cref="IsWhole"/> while what earlier runs left is still being found.</summary>
public sealed record SpoolDepth(long Records, long Bytes, DateTimeOffset? Oldest, bool IsWhole);

/// <summary>Totals of one shard as this process saw it; <see cref="MillisBehindLatest"/> is null without a reader here.</summary>
public sealed record PipelineShardTotals(
    string Stream,
    string ShardId,
    long PublishedRecords,
    long PublishedBytes,
    long WriteThrottled,
    long ConsumedRecords,
    long ConsumedBytes,
    long ReadThrottled,
    long? MillisBehindLatest);

/// <summary>See <see cref="PipelineMetrics.Read"/>. Latencies are over the last thousands of requests, null before the first.</summary>
public sealed record PipelineTotals(
    IReadOnlyDictionary<int, long> RequestsByStatus,
    long RecordsAccepted,
    long BytesAccepted,
    long RecordsRejected,
    long RecordsStored,
    long DeadLetters,
    long RedactedSpans,
    long Quarantined,
    TimeSpan? IngestP50,
    TimeSpan? IngestP99,
    IReadOnlyDictionary<string, SpoolDepth> Spools,
    IReadOnlyList<PipelineShardTotals> Shards);
