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

    public MetricSeries? Find(MetricKey key) => _series.GetValueOrDefault(key);

    /// <summary>Counts a value of the stream's, or the sum of several.</summary>
    public void Add(string stream, string metric, double value, double count = 1) => Add(new MetricKey(metric, stream), value, count);

    public void Add(MetricKey key, double value, double count = 1) =>
        _series.GetOrAdd(key, static _ => new MetricSeries()).Add(time.GetUtcNow().ToUnixTimeMilliseconds(), value, count);

    /// <summary>Forgets a stream that is gone.</summary>
    public void Forget(string stream)
    {
        foreach (var key in _series.Keys.Where(k => k.Stream == stream))
            _series.TryRemove(key, out _);
    }
}

/// <summary>A metric's name with its dimensions.</summary>
internal readonly record struct MetricKey(string Metric, string Stream, string? Shard = null, string? Consumer = null);
