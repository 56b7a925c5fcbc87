using Microsoft.Extensions.Logging;
using Weir.CommitLog;
using Weir.LocalKinesis.Storage;

namespace Weir.LocalKinesis.Streams;

/// <summary>Takes records as they are read.</summary>
internal interface IRecordSink
{
    /// <summary>Whether key and data are kept beyond the call that gives them.</summary>
    bool Keeps { get; }

    void Add(in BlockHeader block, ulong index, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> data);
}

/// <summary>What a read came to: where the next one begins, how far behind the tip it is, and whether a closed shard is at its end.</summary>
internal readonly record struct ShardRead(ulong Next, int Records, long Bytes, long MillisBehindLatest, bool AtEnd);

/// <summary>Reads a shard's records in order.</summary>
internal static partial class ShardReader
{
    /// <summary>Gives the sink up to <paramref name="limit"/> records from the index on, of at most <paramref name="maxBytes"/> together but at least one.</summary>
    public static ShardRead Read(Engine engine, LocalStream stream, LocalShard shard, ulong from, int limit, int maxBytes, IRecordSink sink)
    {
        var horizon = engine.Horizon(stream);
        from = Math.Max(from, shard.IndexAt(horizon));
        var closed = !shard.Document.IsOpen;
        var blocks = new List<BlockRef>();
        var (tip, tipArrived) = shard.Collect(from, limit, maxBytes, blocks);
        var next = from;
        long? lastArrived = null;
        var (records, bytes, full) = (0, 0L, false);
        using var scratch = new LogReadBuffer();
        foreach (var block in blocks)
        {
            if (TryLoad(engine, block, sink.Keeps ? null : scratch) is not { } payload)
            {
                // Damaged: set aside by the log, and told of there.
                next = block.End;
                continue;
            }

            var header = Block.ReadHeader(payload.Span);
            var at = Block.HeaderBytes;
            for (var i = 0; i < header.Count; i++)
            {
                var (key, keyBytes, data, dataBytes, following) = Block.ReadRecord(payload.Span, at);
                at = following;
                var index = header.FirstIndex + (ulong)i;
                if (index < from)
                    continue;
                if (records == limit || (records > 0 && bytes + keyBytes + dataBytes > maxBytes))
                {
                    full = true;
                    break;
                }

                sink.Add(header, index, payload.Slice(key, keyBytes), payload.Slice(data, dataBytes));
                records++;
                bytes += keyBytes + dataBytes;
                next = index + 1;
                lastArrived = header.ArrivedMs;
            }

            if (full)
                break;
        }

        if (!full && blocks.Count == 0)
            next = Math.Max(from, tip);
        var atTip = next >= tip;
        var behind = atTip ? 0 : Math.Max(0, (tipArrived ?? 0) - (lastArrived ?? blocks[0].ArrivedMs));
        return new ShardRead(next, records, bytes, behind, closed && atTip);
    }

    private static ReadOnlyMemory<byte>? TryLoad(Engine engine, BlockRef block, LogReadBuffer? scratch)
    {
        try
        {
            return engine.Log.Log.Read(new LogPosition(block.Position), scratch).Payload;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            LogUnreadable(engine.Logger, e, block.Count, block.Position);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Records} records at position {Position} of the log cannot be read and are skipped.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, int records, long position);
}
