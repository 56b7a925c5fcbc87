namespace Weir.ControlPlane.Metrics;

/// <summary>How fast the spools of streams grow or drain: over the last ten seconds, so that a single batch does not show. One caller at a time.</summary>
internal sealed class SpoolTrend(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, Queue<(long At, long Records)>> _seen = new(StringComparer.Ordinal);

    /// <summary>Notes a depth and returns records a second of growth, negative while it drains; null on the first look. A depth that is not whole grows by what is found, which is no growth: null too.</summary>
    public double? Read(string stream, long records, bool isWhole)
    {
        if (!isWhole)
        {
            _seen.Remove(stream);
            return null;
        }

        var now = time.GetTimestamp();
        if (!_seen.TryGetValue(stream, out var seen))
        {
            _seen[stream] = seen = new();
        }

        while (seen.Count > 1 && time.GetElapsedTime(seen.Peek().At, now) > Window)
        {
            seen.Dequeue();
        }

        var growth = seen.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At, now).TotalSeconds is > 0 and var seconds ? (records - oldest.Records) / seconds : (double?)null;
        seen.Enqueue((now, records));
        return growth;
    }
}
