using Microsoft.Extensions.Logging;
using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;
using Weir.CommitLog.Segments;
using Weir.CommitLog.Writing;

namespace Weir.CommitLog;

/// <summary>
/// A durable, segmented, checksummed append log with group commit: everything that waits shares one write and one fsync.
/// Written by one thread, read by many; readers see only what is durable.
/// </summary>
public sealed partial class CommitLog : IAsyncDisposable
{
    /// <summary>The most one batch may take, with <see cref="EntryOverheadBytes"/> more for each entry.</summary>
    public const int MaxBatchBytes = 256 << 20;

    /// <summary>What an entry takes on disk beside its payload.</summary>
    public const int EntryOverheadBytes = Frame.HeaderBytes;

    private readonly ILogDisk _disk;
    private readonly IDisposable _lock;
    private readonly SegmentSet _segments;
    private readonly Spares _spares;
    private readonly DurableEnd _end;
    private readonly Committer _committer;
    private readonly ILogger _logger;
    private readonly Lock _inspecting = new();
    private volatile LogOpenReport _report;
    private int _disposed;

    private CommitLog(ILogDisk disk, IDisposable heldLock, IReadOnlyList<Segment> segments, Spares spares, LogOpenReport report, CommitLogOptions options, ILogger logger)
    {
        (_disk, _lock, _report, _logger) = (disk, heldLock, report, logger);
        _spares = spares;
        _segments = new SegmentSet(disk, segments, spares);
        _end = new DurableEnd(segments[^1].End);
        _committer = new Committer(disk, _segments, spares, _end, options, logger);
    }

    /// <summary>Opens or creates the log, cutting off a torn tail. Throws <see cref="IOException"/> when another process holds it.</summary>
    public static Task<CommitLog> OpenAsync(CommitLogOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        options.Validate();
        // Reads the whole last segment: not on the caller's thread.
        return Task.Run(() => Open(new DirectoryDisk(options.Directory), options, logger, cancellationToken), cancellationToken);
    }

    internal static CommitLog Open(ILogDisk disk, CommitLogOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var held = disk.Lock();
        try
        {
            var spares = new Spares(disk, options.SegmentBytes, options.SpareSegments);
            var (segments, report) = new LogOpening(disk, spares, options, logger).Open(cancellationToken);
            return new CommitLog(disk, held, segments, spares, report, options, logger);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>What was found at opening, and damage found since.</summary>
    public LogOpenReport OpenReport => _report;

    /// <summary>The oldest entry still kept.</summary>
    public LogPosition Start => new(_segments.Start);

    /// <summary>One past the last durable entry.</summary>
    public LogPosition End => new(_end.Value);

    /// <summary>Bytes on disk.</summary>
    public long SizeBytes => _segments.SizeBytes;

    /// <summary>Commits made since opening; appends that waited together share one.</summary>
    public long Commits => _committer.Commits;

    /// <summary>Why the log takes no more entries (see <see cref="LogFailedException"/>); null while it does.</summary>
    public Exception? Failure => _committer.Failure;

    /// <summary>
    /// Appends entries, contiguous and in order, as one unit that survives a crash whole or not at all; completes when they are durable.
    /// The memory may be reused afterwards. Cancelling has no effect once the call has returned: the entries are on their way.
    /// </summary>
    /// <returns>The position of each entry, in order.</returns>
    /// <exception cref="LogFullException">No room on the disk.</exception>
    /// <exception cref="LogFailedException">The disk failed; see <see cref="Failure"/>.</exception>
    public ValueTask<LogPosition[]> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (entries.Count == 0)
            return new([]);
        var append = BatchAppend.Of(entries, FramedBytes(entries));
        var task = append.Task;
        _committer.Enqueue(append);
        return task;
    }

    /// <summary>
    /// Appends entries as <see cref="AppendAsync(IReadOnlyList{ReadOnlyMemory{byte}},CancellationToken)"/> does, but writes and flushes on the caller's thread:
    /// for an appender with a thread of its own that gathers what waits by itself, and would only lose time by handing it on.
    /// </summary>
    /// <returns>The position of each entry, in order.</returns>
    /// <exception cref="LogFullException">No room on the disk.</exception>
    /// <exception cref="LogFailedException">The disk failed; see <see cref="Failure"/>.</exception>
    public LogPosition[] Append(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        if (entries.Count == 0)
            return [];
        var append = BatchAppend.Of(entries, FramedBytes(entries));
        var task = append.Task;
        _committer.Commit(append);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Appends one entry; see the other overload.</summary>
    public ValueTask<LogPosition> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (entry.Length > MaxBatchBytes - Frame.HeaderBytes)
            throw new ArgumentException($"An entry of {entry.Length} bytes is more than the {MaxBatchBytes} that a batch may have.", nameof(entry));
        var append = SingleAppend.Of(entry);
        var task = append.Task;
        _committer.Enqueue(append);
        return task;
    }

    /// <summary>Reads the entry at a position that <see cref="AppendAsync(ReadOnlyMemory{byte},CancellationToken)"/> or a scan gave. The payload is the caller's to keep.</summary>
    /// <exception cref="InvalidDataException">The checksum fails, or no entry begins there.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Before <see cref="Start"/> (released) or not before <see cref="End"/>.</exception>
    public LogEntry Read(LogPosition position) => Read(position, null);

    /// <summary>The same into memory that is used again: the payload is valid until the buffer's next use.</summary>
    /// <exception cref="InvalidDataException">The checksum fails, or no entry begins there.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Before <see cref="Start"/> (released) or not before <see cref="End"/>.</exception>
    public LogEntry Read(LogPosition position, LogReadBuffer? buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var at = position.Offset;
        var segment = at < Start.Offset || at >= End.Offset ? null : _segments.Hold(at);
        if (segment is null)
            throw OutOfRange(position);
        try
        {
            if (at < segment.Start)
                throw at < Start.Offset ? OutOfRange(position) : new InvalidDataException($"The entry at {at} is gone: its segment is missing.");
            if (TryRead(segment, at, buffer, out var entry))
                return entry;
            throw Inspect(segment).EndOfDamageAt(at) is null
                ? new InvalidDataException($"No entry begins at {at}.")
                : new InvalidDataException($"The entry at {at} is damaged: its checksum fails.");
        }
        finally
        {
            segment.LetGo();
        }
    }

    /// <summary>
    /// Reads entries from a position on (or <see cref="Start"/> if that is later) until <see cref="End"/> as it was at the call; damaged ranges are skipped.
    /// Payloads are valid until the next step.
    /// </summary>
    /// <exception cref="InvalidDataException">No entry begins at the position.</exception>
    public IEnumerable<LogEntry> Scan(LogPosition from)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return Scan(Math.Max(from.Offset, Start.Offset), End.Offset);
    }

    /// <summary>Completes when <see cref="End"/> has passed the position.</summary>
    public Task WaitBeyondAsync(LogPosition position, CancellationToken cancellationToken) => _end.WaitBeyondAsync(position.Offset, cancellationToken);

    /// <summary>Gives up whole segments that end at or before the position; the one being written to stays. Some files are kept to be written over (see <see cref="CommitLogOptions.SpareSegments"/>), the rest is deleted.</summary>
    public void ReleaseBefore(LogPosition position)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var released = _segments.ReleaseBefore(position.Offset);
        if (released > 0)
            LogReleased(released, Start.Offset);
    }

    /// <summary>Deletes files kept to be written over, all but one: for a log at rest, since whoever commits at the same time would wait for it.</summary>
    public void GiveBackSpares()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        while (_spares.TryGiveBack(beyond: 1))
        {
        }
    }

    /// <summary>Commits what waits, then closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _committer.StopAsync().ConfigureAwait(false);
        try
        {
            if (_committer.Failure is null)
            {
                _segments.Active.Trim();
                _segments.Active.File.Flush();
                CleanEnd.Write(_disk, _end.Value);
            }
        }
        catch (IOException e)
        {
            // Everything acknowledged is durable already; the next opening only knows a little less.
            LogNoCleanEnd(e);
        }
        finally
        {
            _end.Break(new ObjectDisposedException(nameof(CommitLog)));
            _segments.LetGoOfAll();
            _lock.Dispose();
        }
    }

    private static int FramedBytes(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var size = 0L;
        for (var i = 0; i < entries.Count; i++)
            size += Frame.HeaderBytes + entries[i].Length;
        return size <= MaxBatchBytes
            ? (int)size
            : throw new ArgumentException($"A batch of {size} bytes is more than the {MaxBatchBytes} that one may have.", nameof(entries));
    }

    private IEnumerable<LogEntry> Scan(long position, long end)
    {
        using var reader = new FrameReader();
        while (position < end && _segments.Hold(position) is { } segment)
        {
            try
            {
                position = Math.Max(position, segment.Start);
                var limit = Math.Min(segment.End, end);
                while (position < limit)
                {
                    if (reader.TryRead(segment, position, limit, out var frame, out var payload))
                    {
                        yield return new LogEntry(new LogPosition(position), new LogPosition(frame.Next), payload);
                        position = frame.Next;
                    }
                    else
                    {
                        position = segment.EndOfDamageAt(position)
                            ?? Inspect(segment).EndOfDamageAt(position)
                            ?? throw new InvalidDataException($"No entry begins at {position}.");
                    }
                }
            }
            finally
            {
                segment.LetGo();
            }
        }
    }

    private static bool TryRead(Segment segment, long position, LogReadBuffer? buffer, out LogEntry entry)
    {
        entry = default;
        // Most entries are small: one read brings header and payload.
        Span<byte> start = stackalloc byte[2048];
        var available = (int)Math.Min(start.Length, segment.End - position);
        start = start[..segment.Read(start[..available], position)];
        if (!Frame.TryReadHeader(start, position, out var frame) || frame.Next > segment.End)
            return false;
        var memory = buffer?.Take(frame.PayloadLength) ?? GC.AllocateUninitializedArray<byte>(frame.PayloadLength);
        var payload = memory.Span;
        var first = start[Frame.HeaderBytes..];
        first = first[..Math.Min(first.Length, payload.Length)];
        first.CopyTo(payload);
        if (first.Length < payload.Length && segment.Read(payload[first.Length..], position + Frame.HeaderBytes + first.Length) < payload.Length - first.Length)
            return false;
        if (!frame.Accepts(payload))
            return false;
        entry = new LogEntry(new LogPosition(position), new LogPosition(frame.Next), memory);
        return true;
    }

    /// <summary>Goes through a segment in which something could not be read, and sets aside every damaged range not known before.</summary>
    private Segment Inspect(Segment segment)
    {
        lock (_inspecting)
        {
            var end = segment.End;
            var found = SegmentInspection.Of(segment, end, end).Holes;
            var fresh = found
                .Where(h => segment.EndOfDamageAt(h.From) != h.To)
                .Select(h => Quarantine.Set(_disk, segment, h.From, h.To))
                .ToList();
            if (fresh.Count == 0)
                return segment;
            segment.Damage = [.. segment.Damage, .. fresh];
            _report = _report with { Quarantined = [.. _report.Quarantined, .. fresh] };
            foreach (var range in fresh)
                LogDamage(range.From.Offset, range.Length, range.File);
            return segment;
        }
    }

    private ArgumentOutOfRangeException OutOfRange(LogPosition position) =>
        new(nameof(position), position.Offset, $"The log holds positions {Start.Offset} up to {End.Offset}.");

    [LoggerMessage(LogLevel.Error, "{Length} bytes at position {From} of the log are damaged and skipped; a copy is in {File}.")]
    private partial void LogDamage(long from, long length, string file);

    [LoggerMessage(LogLevel.Debug, "Released {Segments} segments; the log now starts at {Start}.")]
    private partial void LogReleased(int segments, long start);

    [LoggerMessage(LogLevel.Warning, "The log's clean end could not be written down; the next opening will check without it.")]
    private partial void LogNoCleanEnd(Exception exception);
}
