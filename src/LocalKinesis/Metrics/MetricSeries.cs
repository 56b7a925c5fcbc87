namespace Weir.LocalKinesis.Metrics;

/// <summary>What happened in one minute: how many values, their sum, least and greatest.</summary>
internal record struct MetricBucket(long Minute, double Count, double Sum, double Minimum, double Maximum)
{
    public void Add(double value, double count)
    {
        Count += count;
        Sum += value;
        var each = count > 1 ? value / count : value;
        Minimum = Math.Min(Minimum, each);
        Maximum = Math.Max(Maximum, each);
    }
}

/// <summary>One metric of one stream or shard by the minute, for the last day; minutes without anything take no room.</summary>
internal sealed class MetricSeries
{
    private const int KeptMinutes = 24 * 60;
    private readonly Lock _lock = new();
    private readonly List<MetricBucket> _buckets = [];

    /// <summary>Adds a value, or the sum of several.</summary>
    public void Add(long nowMs, double value, double count = 1)
    {
        var minute = nowMs / 60_000;
        lock (_lock)
        {
            if (_buckets.Count == 0 || _buckets[^1].Minute < minute)
            {
                if (_buckets.Count > 0 && _buckets[0].Minute < minute - KeptMinutes)
                    _buckets.RemoveAll(b => b.Minute < minute - KeptMinutes);
                _buckets.Add(new MetricBucket(minute, 0, 0, double.MaxValue, double.MinValue));
            }

            var last = _buckets[^1];
            last.Add(value, count);
            _buckets[^1] = last;
        }
    }

    /// <summary>Minutes from one on and before another, in order.</summary>
    public List<MetricBucket> Read(long fromMinute, long beforeMinute)
    {
        lock (_lock)
            return _buckets.FindAll(b => b.Minute >= fromMinute && b.Minute < beforeMinute);
    }
}
