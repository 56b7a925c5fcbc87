using System.Collections.Concurrent;

namespace Weir.LocalKinesis.Metrics;

/// <summary>
/// Everything that <see href="https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html">AWS/Kinesis</see> says of the engine's streams,
/// kept in memory since the process started. Shards only where enhanced monitoring is on.
/// </summary>
internal sealed class StreamMetrics(TimeProvider time)
{
    private readonly ConcurrentDictionary<MetricKey, MetricSeries> _series = new();

    public IEnumerable<MetricKey> Keys => _series.Keys;

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public MetricSeries? Find(MetricKey key) => _series.GetValueOrDefault(key);

    /// <summary>Counts a value of the stream's, or the sum of several.</summary>
    public void Add(string stream, string metric, double value, double count = 1) => Add(new MetricKey(metric, stream), value, count);

    public void Add(MetricKey key, double value, double count = 1) => Series(key).Add(Now, value, count);

    /// <summary>The series of that key, kept from now on.</summary>
    public MetricSeries Series(MetricKey key) => _series.GetOrAdd(key, static _ => new MetricSeries());

    /// <summary>Forgets a stream that is gone.</summary>
    public void Forget(string stream)
    {
        foreach (var key in _series.Keys.Where(k => k.Stream == stream))
            _series.TryRemove(key, out _);
    }
}

/// <summary>A metric's name with its dimensions.</summary>
internal readonly record struct MetricKey(string Metric, string Stream, string? Shard = null, string? Consumer = null);

/// <summary>The series that each call which puts records into a stream adds to, found once.</summary>
internal sealed class PutSeries(StreamMetrics metrics, string stream, string operation)
{
    public MetricSeries Latency { get; } = metrics.Series(new MetricKey(operation + ".Latency", stream));
    public MetricSeries Success { get; } = metrics.Series(new MetricKey(operation + ".Success", stream));
    public MetricSeries Bytes { get; } = metrics.Series(new MetricKey(operation + ".Bytes", stream));
    public MetricSeries Throttled { get; } = metrics.Series(new MetricKey("WriteProvisionedThroughputExceeded", stream));
    public MetricSeries IncomingBytes { get; } = metrics.Series(new MetricKey("IncomingBytes", stream));
    public MetricSeries IncomingRecords { get; } = metrics.Series(new MetricKey("IncomingRecords", stream));
}
