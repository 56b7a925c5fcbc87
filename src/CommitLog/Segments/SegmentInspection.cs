using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>
/// A walk through a whole segment, checking every byte.
/// <see cref="Holes"/> are the ranges in which no valid frame stands. <see cref="ProvenDurable"/> is the last point up to which a later frame (or a clean
/// shutdown) proves everything had been flushed. <see cref="WholeUntil"/> is where the whole batches after that point end.
/// </summary>
internal sealed record SegmentInspection(IReadOnlyList<(long From, long To)> Holes, long ProvenDurable, long WholeUntil)
{
    /// <param name="segment">What to read.</param>
    /// <param name="end">Where the file, or what may be read of it, ends.</param>
    /// <param name="knownDurable">A point up to which everything had been flushed, known from elsewhere.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static SegmentInspection Of(Segment segment, long end, long knownDurable, CancellationToken cancellationToken = default)
    {
        var holes = new List<(long From, long To)>();
        var durable = Math.Max(segment.Start, knownDurable);
        using var reader = new FrameReader(1 << 20);
        for (var position = segment.Start; position < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.TryRead(segment, position, end, out var frame, out _))
            {
                durable = Math.Max(durable, frame.ProvenDurable);
                position = frame.Next;
                continue;
            }

            // A good header knows where the next frame is even if its payload is damaged.
            var next = frame.PayloadLength > 0 ? frame.Next : reader.FindFrameAfter(segment, position, end);
            if (holes is [.., var last] && last.To == position)
                holes[^1] = (last.From, next);
            else
                holes.Add((position, next));
            position = next;
        }

        return new SegmentInspection(holes, durable, EndOfWholeBatches(reader, segment, durable, end));
    }

    private static long EndOfWholeBatches(FrameReader reader, Segment segment, long from, long end)
    {
        var whole = from;
        for (var position = from; position < end && reader.TryRead(segment, position, end, out var frame, out _); position = frame.Next)
        {
            if (frame.EndsBatch)
                whole = frame.Next;
        }

        return whole;
    }
}
