namespace Weir.Pipeline.Publishing;

/// <summary>
/// Two token buckets of one shard, bytes and records, each filled at the shard's rate and never holding more than one second of it.
/// A call may begin while both have enough; one too large for what is there leaves a debt to wait for. When <paramref name="adaptive"/>, a pace that has
/// held calls up for a second without a single refusal grows by half, five times a second, for then the stream takes more than it was said to; the first
/// refusal brings it back. Not thread-safe.
/// </summary>
internal sealed class ShardPace(double bytesPerSecond, double recordsPerSecond, bool adaptive, TimeProvider time)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1), Step = TimeSpan.FromMilliseconds(200);
    private const double Growth = 1.5, MaxFactor = 10_000;

    private long _filledAt = time.GetTimestamp(), _refusedAt = time.GetTimestamp(), _grownAt = time.GetTimestamp();
    private double _factor = 1;

    // A new lane starts without savings: the stream may just have been filled by an earlier run.
    private double _bytes, _records;

    /// <summary>Records a second now.</summary>
    public double RecordsPerSecond => recordsPerSecond * _factor;

    /// <summary>Bytes a second now.</summary>
    public double BytesPerSecond => bytesPerSecond * _factor;

    /// <summary>How long until a call may begin; zero when it may now.</summary>
    public TimeSpan Wait(double records, double bytes)
    {
        Fill();
        // Wait for the whole call when it fits in a second's worth, else for a full bucket.
        var needRecords = Math.Min(records, RecordsPerSecond) - _records;
        var needBytes = Math.Min(bytes, BytesPerSecond) - _bytes;
        var seconds = Math.Max(needRecords / RecordsPerSecond, needBytes / BytesPerSecond);
        if (seconds <= 0)
        {
            return TimeSpan.Zero;
        }

        if (adaptive && _factor < MaxFactor && time.GetElapsedTime(_refusedAt) > Calm && time.GetElapsedTime(_grownAt) > (_factor > 1 ? Step : Calm))
        {
            _factor *= Growth;
            _grownAt = time.GetTimestamp();
        }

        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>What may go now; less than zero is a debt.</summary>
    public (double Records, double Bytes) Available()
    {
        Fill();
        return (_records, _bytes);
    }

    public void Spend(int records, long bytes)
    {
        _records -= records;
        _bytes -= bytes;
    }

    /// <summary>The stream refused a record for its rate.</summary>
    public void Refused()
    {
        _refusedAt = time.GetTimestamp();
        _factor = 1;
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_filledAt, now).TotalSeconds;
        if (seconds > Calm.TotalSeconds)
        {
            // Nothing held anybody up for a while: what the stream took then says nothing about now.
            _grownAt = now;
        }

        _filledAt = now;
        _records = Math.Min(RecordsPerSecond, _records + (seconds * RecordsPerSecond));
        _bytes = Math.Min(BytesPerSecond, _bytes + (seconds * BytesPerSecond));
    }
}
