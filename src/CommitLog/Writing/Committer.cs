using Microsoft.Extensions.Logging;
using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;
using Weir.CommitLog.Segments;

namespace Weir.CommitLog.Writing;

/// <summary>
/// The one writer. Appenders queue; the writer's thread takes everything that waits and makes one commit of it:
/// <code>
/// idle ──append──► gather (up to MaxCommitDelay) ──► encode ──► write ──► fsync ──► publish End, wake appenders ──► idle
///                                                                │          │
///                                                    no room: cut back,   failed: nobody knows what is on disk;
///                                                    LogFullException     LogFailedException, now and from then on
/// </code>
/// While one commit is in fsync, the appends of the next gather: the slower the disk, the larger the commits.
/// An appender that gathers its own company may also commit on its own thread, see <see cref="Commit(PendingAppend)"/>; commits are one at a time all the same.
/// </summary>
internal sealed partial class Committer
{
    /// <summary>A commit takes no further batch once it has this much: larger writes gain nothing and delay everyone in them.</summary>
    private const int MaxCommitBytes = 4 << 20;

    private readonly object _gate = new();
    private readonly Lock _committing = new();
    private readonly ILogDisk _disk;
    private readonly SegmentSet _segments;
    private readonly Spares _spares;
    private readonly DurableEnd _end;
    private readonly CommitLogOptions _options;
    private readonly ILogger _logger;
    private readonly CommitBuffer _buffer = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<PendingAppend> _incoming = [];
    private List<PendingAppend> _taken = [];
    private long _incomingBytes;
    private byte[]? _zeros;
    private Segment? _aheadIn;
    private long _ahead;
    private long _flushed;
    private long _commits;
    private bool _idle;
    private bool _closing;
    private bool _full;
    private Exception? _failure;

    public Committer(ILogDisk disk, SegmentSet segments, Spares spares, DurableEnd end, CommitLogOptions options, ILogger logger)
    {
        (_disk, _segments, _spares, _end, _options, _logger) = (disk, segments, spares, end, options, logger);
        _flushed = end.Value;
        new Thread(Run) { IsBackground = true, Name = "Commit log " + options.Directory }.Start();
    }

    /// <summary>Why the log takes no more entries; null while it does.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Commits made.</summary>
    public long Commits => Volatile.Read(ref _commits);

    public void Enqueue(PendingAppend append)
    {
        lock (_gate)
        {
            if (!_closing && _failure is null)
            {
                _incoming.Add(append);
                _incomingBytes += append.FramedBytes;
                if (_idle)
                    Monitor.Pulse(_gate);
                return;
            }
        }

        append.Fail(_failure is { } failure ? Failed(failure) : new ObjectDisposedException(nameof(CommitLog)));
    }

    /// <summary>Commits one append on the caller's thread; it is complete or failed when the call returns.</summary>
    public void Commit(PendingAppend append)
    {
        if (Volatile.Read(ref _closing))
        {
            append.Fail(new ObjectDisposedException(nameof(CommitLog)));
            return;
        }

        CommitFrom([append], 0);
    }

    /// <summary>Commits what waits, takes nothing more, and completes when the thread is done.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }

        return _stopped.Task;
    }

    private void Run()
    {
        while (Take() is { } appends)
        {
            for (var next = 0; next < appends.Count;)
                next = CommitFrom(appends, next);
            appends.Clear();
        }

        _stopped.SetResult();
    }

    /// <summary>Everything that waits, in order; null when closing and nothing is left.</summary>
    private List<PendingAppend>? Take()
    {
        lock (_gate)
        {
            while (_incoming.Count == 0)
            {
                if (_closing)
                    return null;
                Wait(Timeout.InfiniteTimeSpan);
            }

            if (_options.MaxCommitDelay > TimeSpan.Zero)
                WaitForCompany();
            (_incoming, _taken) = (_taken, _incoming);
            _incomingBytes = 0;
            return _taken;
        }
    }

    private void WaitForCompany()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!_closing && _incomingBytes < MaxCommitBytes)
        {
            var left = _options.MaxCommitDelay - TimeProvider.System.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
                return;
            Wait(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        }
    }

    private void Wait(TimeSpan timeout)
    {
        _idle = true;
        Monitor.Wait(_gate, timeout);
        _idle = false;
    }

    /// <summary>Makes one commit of as many appends as it takes; returns the index after them.</summary>
    private int CommitFrom(List<PendingAppend> appends, int first)
    {
        var (next, size) = (first, 0);
        while (next < appends.Count && (next == first || size + appends[next].FramedBytes <= MaxCommitBytes))
            size += appends[next++].FramedBytes;

        Exception? failure;
        lock (_committing)
            failure = _failure is { } before ? before : Commit(appends, first, next, size);
        for (var i = first; i < next; i++)
        {
            switch (failure)
            {
                case null:
                    appends[i].Complete();
                    break;
                case LogFullException full:
                    appends[i].Fail(new LogFullException(full.Message, full.InnerException));
                    break;
                default:
                    appends[i].Fail(Failed(failure));
                    break;
            }
        }

        return next;
    }

    private Exception? Commit(List<PendingAppend> appends, int first, int next, int size)
    {
        try
        {
            var segment = SegmentFor(size);
            _buffer.Begin(segment.End, _flushed, size);
            for (var i = first; i < next; i++)
                appends[i].Encode(_buffer);
            Write(segment, _buffer.Bytes);
            WriteAhead(segment, segment.End + size, size);
            if (_options.Durable)
                segment.File.Flush();
            segment.End += size;
            if (_options.Durable)
                _flushed = segment.End;
            Volatile.Write(ref _commits, _commits + 1);
            _end.Advance(segment.End);
            if (_full)
                LogRoomAgain(_options.Directory);
            _full = false;
            return null;
        }
        catch (LogFullException full)
        {
            if (!_full)
                LogDiskFull(_options.Directory, full.InnerException?.Message ?? full.Message);
            _full = true;
            return full;
        }
#pragma warning disable CA1031 // Whatever went wrong, what the disk holds is unknown from here on, and the appenders must hear of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate)
                Volatile.Write(ref _failure, e);
            LogFailed(e, _options.Directory);
            _end.Break(Failed(e));
            return e;
        }
    }

    private void Write(Segment segment, ReadOnlySpan<byte> bytes)
    {
        var offset = segment.OffsetOf(segment.End);
        while (true)
        {
            try
            {
                segment.File.Write(bytes, offset);
                return;
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                // Part of it may have found room. Were this to fail too, the log would be broken, not full.
                segment.File.SetLength(offset);
                if (!_spares.TryGiveBack(beyond: 0))
                    throw Full(e);
            }
        }
    }

    /// <summary>Writes zeros where the next small commits will stand, within the segment; see <see cref="CommitLogOptions.WriteAheadBytes"/>.</summary>
    private void WriteAhead(Segment segment, long end, int size)
    {
        if (size > _options.WriteAheadBytes / 4 || !_options.Durable)
            return;
        if (segment != _aheadIn)
            (_aheadIn, _ahead) = (segment, segment.File.Length);
        var from = segment.OffsetOf(end);
        if (_ahead > from + size)
            return;
        var until = Math.Min(from + _options.WriteAheadBytes, _options.SegmentBytes);
        from = Math.Max(from, _ahead);
        if (until <= from)
            return;
        try
        {
            _zeros ??= new byte[Math.Min(_options.WriteAheadBytes, 1 << 20)];
            for (; from < until; from += _zeros.Length)
                segment.File.Write(_zeros.AsSpan(0, (int)Math.Min(_zeros.Length, until - from)), from);
            _ahead = until;
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            // The commit itself has found room; what may be left of the zeros is cut off with the rest behind the end.
            _ahead = long.MaxValue;
        }
    }

    /// <summary>The segment written to, or a fresh one when the commit does not fit. A commit larger than a segment gets one of its own.</summary>
    private Segment SegmentFor(int size)
    {
        var active = _segments.Active;
        if (active.End == active.Start || active.OffsetOf(active.End) + size <= _options.SegmentBytes)
            return active;

        // Only the last segment may have a torn tail, so this one must be whole before there is another.
        active.Trim();
        active.File.Flush();
        var fresh = NewSegment(_disk, active.End, _spares, _options);
        _flushed = fresh.Start;
        _segments.Add(fresh);
        return fresh;
    }

    /// <summary>Creates a segment whose header and name are durable.</summary>
    public static Segment NewSegment(ILogDisk disk, long start, Spares spares, CommitLogOptions options)
    {
        var name = SegmentHeader.FileName(start);
        ILogFile? file = null;
        try
        {
            file = spares.TryTake(start);
            var recycled = file is not null;
            file ??= disk.Create(name);
            file.Write(SegmentHeader.For(start, recycled || options.WriteAheadBytes > 0), 0);
            file.Flush();
            disk.Sync();
            return new Segment(disk, start, start, file);
        }
        catch (IOException e)
        {
            file?.Dispose();
            if (!DiskErrors.IsFull(e))
                throw;
            if (file is not null)
                disk.Delete(name);
            throw Full(e);
        }
    }

    private static LogFullException Full(IOException inner) => new("The disk is full: nothing of this was written. Free some room; the log goes on by itself.", inner);

    private static LogFailedException Failed(Exception inner) =>
        new($"The log's disk failed ({inner.Message}). It takes no entries until it is opened again.", inner);

    [LoggerMessage(LogLevel.Error, "Commit log {Directory} takes no more entries: its disk failed.")]
    private partial void LogFailed(Exception exception, string directory);

    [LoggerMessage(LogLevel.Error, "Commit log {Directory}: the disk is full, appends are refused until there is room ({Reason}).")]
    private partial void LogDiskFull(string directory, string reason);

    [LoggerMessage(LogLevel.Information, "Commit log {Directory}: there is room again.")]
    private partial void LogRoomAgain(string directory);
}
