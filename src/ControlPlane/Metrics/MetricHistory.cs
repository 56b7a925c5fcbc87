using System.Collections.Concurrent;

namespace Weir.ControlPlane.Metrics;

/// <summary>
/// Rings of 32-bit samples, three tiers a series: 1 s for 15 min, 10 s for 6 h, 60 s for 48 h. A tier's point is the mean of what fell into it, a gap where nothing did.
/// One series takes about 24 KiB once all its tiers are in use; shard series keep the first tier only (3.6 KiB), so that 1,000 shards stay below 20 MiB.
/// </summary>
public sealed class MetricHistory : IMetricHistory
{
    private readonly ConcurrentDictionary<SeriesKey, Series> _series = new();

    /// <summary>Adds a sample. One caller at a time.</summary>
    /// <param name="second">Seconds since 1970.</param>
    public void Append(SeriesKey key, long second, double? value) =>
        _series.GetOrAdd(key, static k => new Series(k.ShardId is null ? Tier.All : Tier.Fine)).Append(second, value is { } v ? (float)v : float.NaN);

    /// <summary>Forgets the series of shards that have gone.</summary>
    public void Forget(Func<SeriesKey, bool> gone)
    {
        foreach (var key in _series.Keys.Where(gone))
        {
            _series.TryRemove(key, out _);
        }
    }

    public SeriesWindow Window(SeriesKey key, TimeSpan span) => _series.TryGetValue(key, out var series) ? series.Window(span) : new SeriesWindow([], []);

    private sealed record Tier(int Seconds, int Points)
    {
        public static readonly Tier[] All = [new(1, 900), new(10, 2160), new(60, 2880)];
        public static readonly Tier[] Fine = [All[0]];
    }

    private sealed class Series(Tier[] tiers)
    {
        private readonly Lock _gate = new();
        private readonly Ring[] _rings = [.. tiers.Select(t => new Ring(t))];

        public void Append(long second, float value)
        {
            lock (_gate)
            {
                foreach (var ring in _rings)
                {
                    ring.Append(second, value);
                }
            }
        }

        public SeriesWindow Window(TimeSpan span)
        {
            lock (_gate)
            {
                return (_rings.FirstOrDefault(r => r.Span >= span) ?? _rings[^1]).Window(span);
            }
        }
    }

    private sealed class Ring(Tier tier)
    {
        private float[] _values = [];
        private long _last = -1;
        private double _sum;
        private int _count;

        public TimeSpan Span => TimeSpan.FromSeconds((long)tier.Seconds * tier.Points);

        public void Append(long second, float value)
        {
            if (_values.Length == 0)
            {
                _values = new float[tier.Points];
                Array.Fill(_values, float.NaN);
            }

            var slot = second / tier.Seconds;
            if (slot < _last)
            {
                // The clock was set back: what is there stays.
                return;
            }

            if (slot != _last)
            {
                for (var gap = Math.Max(_last + 1, slot - tier.Points + 1); _last >= 0 && gap < slot; gap++)
                {
                    _values[gap % tier.Points] = float.NaN;
                }

                (_last, _sum, _count) = (slot, 0, 0);
                _values[slot % tier.Points] = float.NaN;
            }

            if (!float.IsNaN(value))
            {
                _sum += value;
                _values[slot % tier.Points] = (float)(_sum / ++_count);
            }
        }

        public SeriesWindow Window(TimeSpan span)
        {
            if (_last < 0)
            {
                return new SeriesWindow([], []);
            }

            var wanted = (int)Math.Clamp(span.TotalSeconds / tier.Seconds, 1, tier.Points);
            var first = Math.Max(0, _last - wanted + 1);
            var times = new double[_last - first + 1];
            var values = new float[times.Length];
            for (var i = 0; i < times.Length; i++)
            {
                times[i] = (first + i) * (double)tier.Seconds;
                values[i] = _values[(first + i) % tier.Points];
            }

            var start = Array.FindIndex(values, v => !float.IsNaN(v));
            return start <= 0 ? new SeriesWindow(times, values) : new SeriesWindow(times[start..], values[start..]);
        }
    }
}
