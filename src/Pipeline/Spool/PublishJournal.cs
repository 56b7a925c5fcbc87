using System.Text;
using Microsoft.Extensions.Logging;
using Weir.CommitLog;

namespace Weir.Pipeline.Spool;

/// <summary>Records that were about to be sent: until the outcome is written down, a crash leaves them in doubt.</summary>
internal sealed record SendIntent(long Id, string Stream, DateTimeOffset At, IReadOnlyList<long> Positions);

/// <summary>The last record of ours that a shard is known to hold.</summary>
internal readonly record struct ShardMark(string ShardId, string SequenceNumber);

/// <summary>How far publishing of one stream has come; see <see cref="StreamBacklog.Progress"/>.</summary>
internal sealed record StreamProgress(string Stream, IReadOnlyList<FloorPiece> Floors, IReadOnlyList<long> Ahead, IReadOnlyList<ShardMark> Marks);

/// <summary>What the journal told at opening: progress by stream, and intents whose outcome is unknown.</summary>
internal sealed record JournalState(IReadOnlyDictionary<string, StreamProgress> Streams, IReadOnlyList<SendIntent> InDoubt)
{
    /// <summary>Where reading the spool must begin: everything before is published.</summary>
    public long ScanFrom => Streams.Count == 0 ? 0 : Streams.Values.SelectMany(s => s.Floors).Min(p => p.Floor);
}

/// <summary>
/// The publisher's diary, on a commit log of its own, so that a crash in the middle of a call neither loses nor doubles a record:
/// <code>
/// intent  (durable before the call)  stream, positions about to be sent
/// done    (after the call)           positions that the stream took, and the shards' last sequence numbers
/// checkpoint (every few seconds)     everything above in full, so that older entries can go
/// </code>
/// After a crash an intent without its <c>done</c> is looked up in the stream, from the shard's last known sequence number on, before it is sent again.
/// Every entry carries a number given under one lock together with the state it describes, because appends may land in another order.
/// </summary>
internal sealed class PublishJournal : IAsyncDisposable
{
    private const byte IntentKind = 1, DoneKind = 2, CheckpointKind = 3;

    private readonly CommitLog.CommitLog _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, SendIntent> _open = [];
    private readonly Dictionary<(string Stream, string ShardId), string> _marks = [];
    private LogPosition? _previousCheckpoint;
    private long _number;

    private PublishJournal(CommitLog.CommitLog log) => _log = log;

    public static async Task<(PublishJournal Journal, JournalState State)> OpenAsync(string directory, ILogger logger, CancellationToken cancellationToken)
    {
        var log = await CommitLog.CommitLog.OpenAsync(new CommitLogOptions { Directory = directory, SegmentBytes = 16L << 20 }, logger, cancellationToken);
        var journal = new PublishJournal(log);
        return (journal, journal.Recover());
    }

    /// <summary>Grows with every entry.</summary>
    public long Number
    {
        get
        {
            lock (_gate)
            {
                return _number;
            }
        }
    }

    /// <summary>Writes down that these records are about to be sent; durable when it completes.</summary>
    public async ValueTask<SendIntent> BeginAsync(string stream, DateTimeOffset at, IReadOnlyList<long> positions, CancellationToken cancellationToken)
    {
        SendIntent intent;
        byte[] entry;
        lock (_gate)
        {
            intent = new SendIntent(++_number, stream, at, positions);
            _open.Add(intent.Id, intent);
            entry = Write(IntentKind, intent.Id, writer => WriteIntent(writer, intent));
        }

        try
        {
            await _log.AppendAsync(entry, cancellationToken);
        }
        catch
        {
            // Nothing was sent, and a stray entry would only cause a search that finds nothing.
            lock (_gate)
            {
                _open.Remove(intent.Id);
            }

            throw;
        }

        return intent;
    }

    /// <summary>
    /// Writes down what became of an intent, in the background; lost in a crash, it is found out again. <paramref name="applied"/> runs under the journal's lock,
    /// so that a checkpoint sees either the open intent or the backlog without its records.
    /// </summary>
    public void Done(SendIntent intent, IReadOnlyCollection<long> published, IReadOnlyCollection<ShardMark> marks, Action applied)
    {
        lock (_gate)
        {
            applied();
            _open.Remove(intent.Id);
            foreach (var mark in marks)
            {
                _marks[(intent.Stream, mark.ShardId)] = mark.SequenceNumber;
            }

            var entry = Write(DoneKind, ++_number, writer =>
            {
                writer.Write(intent.Id);
                writer.Write(intent.Stream);
                WritePositions(writer, published);
                WriteMarks(writer, marks);
            });
            _ = AppendQuietly(entry);
        }
    }

    /// <summary>The last sequence number of ours in a shard, null when there is none.</summary>
    public string? Mark(string stream, string shardId)
    {
        lock (_gate)
        {
            return _marks.GetValueOrDefault((stream, shardId));
        }
    }

    /// <summary>Writes everything down in full and gives up what it replaces. <paramref name="progress"/> runs under the journal's lock.</summary>
    public async Task CheckpointAsync(Func<IReadOnlyList<(string Stream, IReadOnlyList<FloorPiece> Floors, IReadOnlyList<long> Ahead)>> progress, CancellationToken cancellationToken)
    {
        byte[] entry;
        lock (_gate)
        {
            var streams = progress();
            entry = Write(CheckpointKind, ++_number, writer =>
            {
                writer.Write(streams.Count);
                foreach (var (stream, floors, ahead) in streams)
                {
                    writer.Write(stream);
                    writer.Write(floors.Count);
                    foreach (var piece in floors)
                    {
                        WriteHash(writer, piece.Start);
                        WriteHash(writer, piece.End);
                        writer.Write(piece.Floor);
                    }

                    WritePositions(writer, ahead);
                    WriteMarks(writer, [.. _marks.Where(m => m.Key.Stream == stream).Select(m => new ShardMark(m.Key.ShardId, m.Value))]);
                }

                writer.Write(_open.Count);
                foreach (var intent in _open.Values)
                {
                    writer.Write(intent.Id);
                    WriteIntent(writer, intent);
                }
            });
        }

        var position = await _log.AppendAsync(entry, cancellationToken);

        // An entry numbered after this checkpoint may stand before it in the log, but not before the one that was durable when it was numbered.
        if (_previousCheckpoint is { } previous)
        {
            _log.ReleaseBefore(previous);
        }

        _previousCheckpoint = position;
    }

    /// <summary>Closes the journal once what was written down in the background is on disk.</summary>
    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private async Task AppendQuietly(byte[] entry)
    {
        try
        {
            await _log.AppendAsync(entry, CancellationToken.None);
        }
        catch (IOException)
        {
            // The next intent fails on the same disk and stops the lane; what this entry said is found out from the stream.
            return;
        }
        catch (ObjectDisposedException)
        {
            return;
        }
    }

    private JournalState Recover()
    {
        var entries = new List<(long Number, byte Kind, byte[] Body, LogPosition Position)>();
        foreach (var entry in _log.Scan(_log.Start))
        {
            var span = entry.Payload.Span;
            var number = BitConverter.ToInt64(span[1..]);
            if (span[0] == CheckpointKind)
            {
                entries.RemoveAll(e => e.Number < number);
                _previousCheckpoint = entry.Position;
            }

            entries.Add((number, span[0], span[9..].ToArray(), entry.Position));
        }

        var checkpoint = entries.Where(e => e.Kind == CheckpointKind).Select(e => e.Number).DefaultIfEmpty(0).Max();
        var streams = new Dictionary<string, (List<FloorPiece> Floors, List<long> Ahead)>(StringComparer.Ordinal);
        foreach (var (number, kind, body, _) in entries.Where(e => e.Number >= checkpoint).OrderBy(e => e.Number))
        {
            _number = Math.Max(_number, number);
            using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
            switch (kind)
            {
                case CheckpointKind:
                    ReadCheckpoint(reader, streams);
                    break;
                case IntentKind:
                    _open[number] = ReadIntent(reader, number);
                    break;
                default:
                    _open.Remove(reader.ReadInt64());
                    var stream = reader.ReadString();
                    if (!streams.TryGetValue(stream, out var state))
                    {
                        streams[stream] = state = ([], []);
                    }

                    state.Ahead.AddRange(ReadPositions(reader));
                    ReadMarks(reader, stream);
                    break;
            }
        }

        return new JournalState(
            streams.ToDictionary(
                s => s.Key,
                s => new StreamProgress(
                    s.Key,
                    s.Value.Floors.Count > 0 ? s.Value.Floors : [new FloorPiece(UInt128.MinValue, UInt128.MaxValue, 0)],
                    s.Value.Ahead,
                    [.. _marks.Where(m => m.Key.Stream == s.Key).Select(m => new ShardMark(m.Key.ShardId, m.Value))]),
                StringComparer.Ordinal),
            [.. _open.Values]);
    }

    private void ReadCheckpoint(BinaryReader reader, Dictionary<string, (List<FloorPiece> Floors, List<long> Ahead)> streams)
    {
        streams.Clear();
        _open.Clear();
        for (var i = reader.ReadInt32(); i > 0; i--)
        {
            var stream = reader.ReadString();
            var floors = new List<FloorPiece>();
            for (var j = reader.ReadInt32(); j > 0; j--)
            {
                floors.Add(new FloorPiece(ReadHash(reader), ReadHash(reader), reader.ReadInt64()));
            }

            streams[stream] = (floors, ReadPositions(reader));
            ReadMarks(reader, stream);
        }

        for (var i = reader.ReadInt32(); i > 0; i--)
        {
            var id = reader.ReadInt64();
            _open[id] = ReadIntent(reader, id);
        }
    }

    private static byte[] Write(byte kind, long number, Action<BinaryWriter> body)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write(kind);
            writer.Write(number);
            body(writer);
        }

        return stream.ToArray();
    }

    private static void WriteIntent(BinaryWriter writer, SendIntent intent)
    {
        writer.Write(intent.Stream);
        writer.Write(intent.At.ToUnixTimeMilliseconds());
        WritePositions(writer, intent.Positions);
    }

    private static SendIntent ReadIntent(BinaryReader reader, long id)
    {
        var stream = reader.ReadString();
        return new SendIntent(id, stream, DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()), ReadPositions(reader));
    }

    private static void WritePositions(BinaryWriter writer, IReadOnlyCollection<long> positions)
    {
        writer.Write(positions.Count);
        var last = 0L;
        foreach (var position in positions)
        {
            writer.Write7BitEncodedInt64(position - last);
            last = position;
        }
    }

    private static List<long> ReadPositions(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        var positions = new List<long>(count);
        for (var last = 0L; count > 0; count--)
        {
            positions.Add(last += reader.Read7BitEncodedInt64());
        }

        return positions;
    }

    private static void WriteMarks(BinaryWriter writer, IReadOnlyCollection<ShardMark> marks)
    {
        writer.Write(marks.Count);
        foreach (var mark in marks)
        {
            writer.Write(mark.ShardId);
            writer.Write(mark.SequenceNumber);
        }
    }

    private void ReadMarks(BinaryReader reader, string stream)
    {
        for (var i = reader.ReadInt32(); i > 0; i--)
        {
            _marks[(stream, reader.ReadString())] = reader.ReadString();
        }
    }

    private static void WriteHash(BinaryWriter writer, UInt128 hash)
    {
        writer.Write((ulong)(hash >> 64));
        writer.Write((ulong)hash);
    }

    private static UInt128 ReadHash(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
