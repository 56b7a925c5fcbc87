namespace Weir.Pipeline.Publishing;

/// <summary>
/// Two token buckets of one shard, bytes and records, each filled at the shard's rate and never holding more than one second of it.
/// A call may begin while both are positive; one too large for what is there leaves a debt to wait for. Not thread-safe.
/// </summary>
internal sealed class ShardPace(double bytesPerSecond, double recordsPerSecond, TimeProvider time)
{
    private long _filledAt = time.GetTimestamp();

    // A new lane starts without savings: the stream may just have been filled by an earlier run.
    private double _bytes, _records;

    /// <summary>How long until a call may begin; zero when it may now.</summary>
    public TimeSpan Wait(int records, long bytes)
    {
        Fill();
        // Wait for the whole call when it fits in a second's worth, else for a full bucket.
        var needRecords = Math.Min(records, recordsPerSecond) - _records;
        var needBytes = Math.Min(bytes, bytesPerSecond) - _bytes;
        var seconds = Math.Max(needRecords / recordsPerSecond, needBytes / bytesPerSecond);
        return seconds <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds);
    }

    /// <summary>How many records may go now; at least one whenever anything may.</summary>
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

    private void Fill()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_filledAt, now).TotalSeconds;
        _filledAt = now;
        _records = Math.Min(recordsPerSecond, _records + (seconds * recordsPerSecond));
        _bytes = Math.Min(bytesPerSecond, _bytes + (seconds * bytesPerSecond));
    }
}
