namespace Weir.CommitLog;

/// <summary>How a log is kept.</summary>
public sealed record CommitLogOptions
{
    /// <summary>Where the segments lie; created if absent. One process at a time holds it.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes after which a new segment starts, 1 MiB to 1 GiB.</summary>
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>Whether an append completes only after fsync. False trades safety for speed: power loss costs the last entries, though never those in the middle.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>The longest a commit waits for company before its fsync, at most one second; zero commits whatever waits at once.</summary>
    public TimeSpan MaxCommitDelay { get; init; } = TimeSpan.Zero;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 1L << 20);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentBytes, 1L << 30);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCommitDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxCommitDelay, TimeSpan.FromSeconds(1));
    }
}
