using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Weir.CommitLog;

namespace Weir.Pipeline.Spool;

/// <summary>The spool has no room for more; nothing of the request was kept.</summary>
public sealed class SpoolFullException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// What has been accepted and is not yet in the stream. One log per node for all streams, so that every waiting request shares one fsync:
/// <code>
/// requests ──► queue ──► one writer: one append, one fsync ──► index (stream → lane → place) ──► 202
/// </code>
/// The records stay on disk; in memory is only where each waits. Opening reads what earlier runs left, in the background, before new records are indexed,
/// because a lane's places must grow.
/// </summary>
internal sealed partial class Spool : IAsyncDisposable
{
    private readonly SpoolOptions _options;
    private readonly ILogger _logger;
    private readonly CommitLog.CommitLog _log;
    private readonly PublishJournal _journal;
    private readonly CommitLog.CommitLog _refused;
    private readonly JournalState _left;
    private readonly ConcurrentDictionary<long, StreamAck> _acks = new();
    private readonly ConcurrentDictionary<string, StreamBacklog> _streams = new(StringComparer.Ordinal);
    private readonly Channel<SpoolBatch> _incoming = Channel.CreateUnbounded<SpoolBatch>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _indexed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _checkpointing = new(1, 1);
    private readonly Task _writer;
    private readonly SpoolSeal _seal;
    private readonly DedupeWindow _dedupe;
    private long _nextNumber;
    private long _indexedEnd;

    private Spool(SpoolOptions options, CommitLog.CommitLog log, CommitLog.CommitLog refused, PublishJournal journal, JournalState left, DedupeWindow dedupe, SpoolSeal seal, string nodeId, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _log = log;
        _refused = refused;
        _journal = journal;
        _left = left;
        _seal = seal;
        _dedupe = dedupe;
        NodeId = nodeId;
        _nextNumber = time.GetUtcNow().ToUnixTimeMilliseconds() << 20;
        foreach (var progress in left.Streams.Values)
        {
            _streams[progress.Stream] = new StreamBacklog(progress.Stream, progress.Floors, HashKeyAt);
        }

        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Eight hex digits that tell this node's records from those of others.</summary>
    public string NodeId { get; }

    public PublishJournal Journal => _journal;

    /// <summary>Every stream with records now or before.</summary>
    public IEnumerable<StreamBacklog> Streams => _streams.Values;

    /// <summary>Told of each stream when its first record arrives or is found at opening.</summary>
    public event Action<StreamBacklog>? StreamAppeared;

    /// <summary>Completes when what earlier runs left has been indexed. Appending is possible before.</summary>
    public Task Indexed => _indexed.Task;

    /// <summary>Encrypts records when a key is configured.</summary>
    public SpoolSeal Seal => _seal;

    /// <summary>Bytes between the oldest record that waits and the newest, released a segment at a time.</summary>
    public long SizeBytes => _log.End.Offset - _log.Start.Offset;

    public bool IsAboveHighWater => SizeBytes >= _options.MaxBytes / 100 * _options.HighWaterPercent;

    /// <summary>Why the disk takes no more records, null while it does.</summary>
    public Exception? Failure => _log.Failure;

    /// <summary>Intents that the last run left open, of one stream.</summary>
    public IReadOnlyList<SendIntent> InDoubt(string stream) => [.. _left.InDoubt.Where(i => i.Stream == stream)];

    /// <summary>Opens or creates the spool under <paramref name="directory"/>. Throws <see cref="IOException"/> when another process holds it.</summary>
    public static async Task<Spool> OpenAsync(string directory, SpoolOptions options, DedupeOptions dedupe, TimeProvider time, ILogger<Spool> logger, CancellationToken cancellationToken)
    {
        var seal = new SpoolSeal(options);
        Directory.CreateDirectory(directory);
        var log = await CommitLog.CommitLog.OpenAsync(
            new CommitLogOptions
            {
                Directory = Path.Combine(directory, "log"),
                SegmentBytes = SegmentBytes(options),
                MaxCommitDelay = TimeSpan.FromMilliseconds(options.CommitDelayMilliseconds),
            },
            logger,
            cancellationToken);
        var (journal, left) = await PublishJournal.OpenAsync(Path.Combine(directory, "journal"), logger, cancellationToken);
        var refused = await CommitLog.CommitLog.OpenAsync(new CommitLogOptions { Directory = Path.Combine(directory, "refused"), SegmentBytes = 1L << 20 }, logger, cancellationToken);
        if (log.OpenReport.TornTailBytes > 0)
        {
            LogTornTail(logger, log.OpenReport.TornTailBytes);
        }

        foreach (var range in log.OpenReport.Quarantined)
        {
            LogQuarantined(logger, range.Length, range.From.Offset, range.File);
        }

        var window = await DedupeWindow.OpenAsync(Path.Combine(directory, "dedupe"), dedupe, time, logger, cancellationToken);
        return new Spool(options, log, refused, journal, left, window, seal, await NodeIdAsync(Path.Combine(directory, "node"), cancellationToken), time, logger);
    }

    /// <summary>Makes the batch durable; completes when it is. Throws <see cref="SpoolFullException"/> when there is no room.</summary>
    public ValueTask AppendAsync(SpoolBatch batch)
    {
        if (SizeBytes + batch.Bytes > _options.MaxBytes)
        {
            return ValueTask.FromException(new SpoolFullException(string.Create(CultureInfo.InvariantCulture, $"The spool holds {SizeBytes} of {_options.MaxBytes} bytes.")));
        }

        batch.FirstNumber = Interlocked.Add(ref _nextNumber, batch.Count) - batch.Count;
        return _incoming.Writer.TryWrite(batch) ? batch.Durable : ValueTask.FromException(new ObjectDisposedException(nameof(Spool)));
    }

    /// <summary>Reads a record back. Throws <see cref="InvalidDataException"/> when the disk no longer has what was written.</summary>
    public (SpooledRecord Record, int EntryBytes) Read(string stream, long position)
    {
        var entry = _log.Read(new LogPosition(position));
        return (SpooledRecord.Read(stream, entry.Payload, _seal), entry.Payload.Length);
    }

    /// <summary>Writes down how far publishing has come and gives disk space back. Called every few seconds and at the end.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        if (!_indexed.Task.IsCompletedSuccessfully)
        {
            return;
        }

        await _checkpointing.WaitAsync(cancellationToken);
        try
        {
            var release = long.MaxValue;
            await _dedupe.FlushAsync();
            await _journal.CheckpointAsync(
                () =>
                {
                    var end = Volatile.Read(ref _indexedEnd);
                    release = end;
                    var streams = new List<(string, IReadOnlyList<FloorPiece>, IReadOnlyList<long>)>();
                    foreach (var backlog in _streams.Values)
                    {
                        var (floors, ahead) = backlog.Progress(end);
                        release = Math.Min(release, floors.Min(p => p.Floor));
                        streams.Add((backlog.Stream, floors, ahead));
                    }

                    return streams;
                },
                cancellationToken);
            _log.ReleaseBefore(new LogPosition(release));
        }
        finally
        {
            _checkpointing.Release();
        }
    }

    /// <summary>Tells whoever waits for the stream's answer to a record.</summary>
    public void Answer(long position, ShardMark? mark)
    {
        if (!_acks.IsEmpty && _acks.TryRemove(position, out var ack))
        {
            ack.Set(mark);
        }
    }

    /// <summary>The sender stopped waiting for the stream's answer.</summary>
    public void ForgetAck(long position) => _acks.TryRemove(position, out _);

    /// <summary>Keeps a record that the stream refuses for good, with the reason, beside the spool: nothing that got a 202 vanishes.</summary>
    public async Task SetAsideAsync(string stream, long position, string reason)
    {
        var entry = _log.Read(new LogPosition(position)).Payload;
        var note = Encoding.UTF8.GetBytes(reason);
        var kept = new byte[4 + note.Length + entry.Length];
        BitConverter.TryWriteBytes(kept, note.Length);
        note.CopyTo(kept, 4);
        entry.CopyTo(kept.AsMemory(4 + note.Length));
        await _refused.AppendAsync(kept, CancellationToken.None);
        LogSetAside(_logger, position, stream, reason);
    }

    /// <summary>Where the index ends: every record before it is in its lane or published.</summary>
    public long IndexedEnd => Volatile.Read(ref _indexedEnd);

    public async ValueTask DisposeAsync()
    {
        _incoming.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _writer;
        await _journal.DisposeAsync();
        await _dedupe.DisposeAsync();
        await _refused.DisposeAsync();
        await _log.DisposeAsync();
        _seal.Dispose();
        _stopping.Dispose();
        _checkpointing.Dispose();
    }

    /// <summary>Indexes the log from a position on; returns where it ended.</summary>
    private long Scan(LogPosition from, bool skipPublished)
    {
        var ahead = new HashSet<long>(_left.Streams.Values.SelectMany(s => s.Ahead));
        var end = Math.Max(from.Offset, _left.ScanFrom);
        byte[] name = [];
        StreamBacklog? backlog = null;
        foreach (var entry in _log.Scan(from))
        {
            _stopping.Token.ThrowIfCancellationRequested();
            end = entry.Next.Offset;
            if (entry.Payload.Span[0] == SpoolMarker.Kind)
            {
                _dedupe.Restore(entry.Payload.Span);
                continue;
            }

            SpooledRecord.Peek(entry.Payload.Span, _seal, out var stream, out var hashKey);
            if (backlog is null || !stream.SequenceEqual(name))
            {
                name = stream.ToArray();
                backlog = BacklogOf(Encoding.ASCII.GetString(name));
            }

            var position = entry.Position.Offset;
            var place = new Waiting(position, Waiting.PrefixOf(hashKey));
            if (skipPublished && ahead.Contains(position))
            {
                // Still needed: the next restart must know it too.
                backlog.AddPublished(place);
            }
            else if (!skipPublished || !backlog.IsPublished(position, hashKey))
            {
                backlog.Add([place], entry.Payload.Length);
            }
        }

        return end;
    }

    private StreamBacklog BacklogOf(string stream)
    {
        if (_streams.TryGetValue(stream, out var known) && known.Announced)
        {
            return known;
        }

        var backlog = _streams.GetOrAdd(stream, s => new StreamBacklog(s, [], HashKeyAt));
        if (!backlog.Announced)
        {
            backlog.Announced = true;
            StreamAppeared?.Invoke(backlog);
        }

        return backlog;
    }

    private UInt128 HashKeyAt(long position)
    {
        SpooledRecord.Peek(_log.Read(new LogPosition(position)).Payload.Span, _seal, out _, out var hashKey);
        return hashKey;
    }

    /// <summary>Small enough that a quota of a few segments still comes free a part at a time.</summary>
    private static long SegmentBytes(SpoolOptions options) => Math.Clamp(options.MaxBytes / 16, 1L << 20, options.SegmentBytes);

    private static async Task<string> NodeIdAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file) && await File.ReadAllTextAsync(file, cancellationToken) is { Length: 8 } id)
        {
            return id;
        }

        var made = Random.Shared.Next().ToString("x8", CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(file, made, cancellationToken);
        return made;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool ended in {Bytes} bytes of an append that a crash cut off; no 202 was given for them.")]
    private static partial void LogTornTail(ILogger logger, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Bytes} bytes of the spool at {Position} do not match their checksum; they were copied to {File} and records in them are lost to the stream.")]
    private static partial void LogQuarantined(ILogger logger, long bytes, long position, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "The record at {Position} was refused by stream {Stream} for good ({Reason}) and is kept in the folder 'refused' of the spool.")]
    private static partial void LogSetAside(ILogger logger, long position, string stream, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "What earlier runs left in the spool could not be read; nothing is published until it can.")]
    private static partial void LogScanFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Records} records could not be written to the spool; their senders are told to try again.")]
    private static partial void LogAppendFailed(ILogger logger, int records, Exception exception);
}
