using Microsoft.Extensions.Logging;

namespace Weir.CommitLog;

/// <summary>A place in the log: the number of bytes that stand before the entry, counted from the log's first ever byte. Positions only grow and survive restarts and released segments.</summary>
public readonly record struct LogPosition(long Offset) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) => Offset.CompareTo(other.Offset);
    public static bool operator <(LogPosition a, LogPosition b) => a.Offset < b.Offset;
    public static bool operator >(LogPosition a, LogPosition b) => a.Offset > b.Offset;
    public static bool operator <=(LogPosition a, LogPosition b) => a.Offset <= b.Offset;
    public static bool operator >=(LogPosition a, LogPosition b) => a.Offset >= b.Offset;
}

/// <summary>How a log is kept.</summary>
public sealed record CommitLogOptions
{
    /// <summary>Where the segments lie; created if absent. One process at a time holds it.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes after which a new segment starts, 1 MiB to 1 GiB.</summary>
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>Whether an append completes only after fsync. False trades safety against power loss for speed.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>The longest a commit waits for company before its fsync; zero commits whatever waits at once.</summary>
    public TimeSpan MaxCommitDelay { get; init; } = TimeSpan.Zero;
}

/// <summary>What opening the log found: bytes cut off as a torn tail, and ranges set aside because their checksum failed.</summary>
public sealed record LogOpenReport(long TornTailBytes, IReadOnlyList<QuarantinedRange> Quarantined);

/// <summary>Bytes whose checksum failed in the middle of the log, copied to <see cref="File"/> and skipped by readers.</summary>
public sealed record QuarantinedRange(LogPosition From, long Length, string File);

/// <summary>One entry as read back.</summary>
public readonly record struct LogEntry(LogPosition Position, LogPosition Next, ReadOnlyMemory<byte> Payload);

/// <summary>The disk is full: nothing of the batch was written, and the log goes on as soon as there is room.</summary>
public sealed class LogFullException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// A durable, segmented, checksummed append log with group commit: everything that waits shares one write and one fsync.
/// Written by one thread, read by many; readers see only what is durable.
/// </summary>
public sealed class CommitLog : IAsyncDisposable
{
    /// <summary>Opens or creates the log, cutting off a torn tail. Throws <see cref="IOException"/> when another process holds it.</summary>
    public static Task<CommitLog> OpenAsync(CommitLogOptions options, ILogger logger, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>What was found at opening.</summary>
    public LogOpenReport OpenReport => throw new NotImplementedException();

    /// <summary>The oldest entry still kept.</summary>
    public LogPosition Start => throw new NotImplementedException();

    /// <summary>One past the last durable entry.</summary>
    public LogPosition End => throw new NotImplementedException();

    /// <summary>Bytes on disk.</summary>
    public long SizeBytes => throw new NotImplementedException();

    /// <summary>Appends entries, contiguous and in order, as one unit that survives a crash whole or not at all; completes when they are durable. The memory may be reused afterwards.</summary>
    /// <returns>The position of each entry, in order.</returns>
    /// <exception cref="LogFullException">No room on the disk.</exception>
    public ValueTask<LogPosition[]> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Appends one entry; see the other overload.</summary>
    public ValueTask<LogPosition> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads the entry at a position that <see cref="AppendAsync(ReadOnlyMemory{byte},CancellationToken)"/> or a scan gave. Throws <see cref="InvalidDataException"/> when the checksum fails.</summary>
    public LogEntry Read(LogPosition position) => throw new NotImplementedException();

    /// <summary>Reads entries from a position on (or <see cref="Start"/> if that is later) until <see cref="End"/> as it was at the call. Payloads are valid until the next step.</summary>
    public IEnumerable<LogEntry> Scan(LogPosition from) => throw new NotImplementedException();

    /// <summary>Completes when <see cref="End"/> has passed the position.</summary>
    public Task WaitBeyondAsync(LogPosition position, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Gives up whole segments that end at or before the position; their files are recycled.</summary>
    public void ReleaseBefore(LogPosition position) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
