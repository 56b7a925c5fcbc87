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

    /// <summary>
    /// Bytes of zeros, at most 64 MiB, written ahead of small commits and flushed with one of them; zero writes none. Blocks that already have their place
    /// flush in a third of the time: worth it where commits of some kilobytes are many, and of no use to commits that are larger than a quarter of it.
    /// </summary>
    public int WriteAheadBytes { get; init; }

    /// <summary>
    /// Files of released segments, 1 to 64, kept to be written over rather than deleted. More than one where segments are released several at a time under load:
    /// deleting holds up commits. A full disk takes them back.
    /// </summary>
    public int SpareSegments { get; init; } = 1;

    /// <summary>
    /// A position up to which everything is known to have been flushed, from whatever the caller keeps beside the log: what is missing before it is told as
    /// lost and not taken for an unfinished write, and no position before it is given again. Zero when nothing is known.
    /// </summary>
    public long KnownEnd { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 1L << 20);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentBytes, 1L << 30);
        ArgumentOutOfRangeException.ThrowIfNegative(KnownEnd);
        ArgumentOutOfRangeException.ThrowIfNegative(WriteAheadBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WriteAheadBytes, 64 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(SpareSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SpareSegments, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCommitDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxCommitDelay, TimeSpan.FromSeconds(1));
    }
}
