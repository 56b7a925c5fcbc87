namespace Weir.Pipeline.Telemetry;

/// <summary>Percentiles over the last 4,096 durations. Writers only store; a reader sorts a copy.</summary>
internal sealed class LatencyWindow
{
    private const int Size = 4096;
    private readonly long[] _ticks = new long[Size];
    private long _written;

    public void Record(TimeSpan took)
    {
        var slot = Interlocked.Increment(ref _written) - 1;
        Volatile.Write(ref _ticks[slot & (Size - 1)], took.Ticks);
    }

    /// <summary>The duration that <paramref name="fraction"/> (0 to 1) of the window does not exceed; null when nothing was recorded.</summary>
    public TimeSpan? Percentile(double fraction)
    {
        var count = (int)Math.Min(Interlocked.Read(ref _written), Size);
        if (count == 0)
        {
            return null;
        }

        var copy = _ticks[..count];
        Array.Sort(copy);
        return TimeSpan.FromTicks(copy[Math.Min(count - 1, (int)(fraction * count))]);
    }
}
