namespace Weir.LocalKinesis.Streams;

/// <summary>How shards become other shards. Pure: documents in, changed and new documents out.</summary>
internal sealed class Lineage
{
    private static readonly UInt128 Rounding = UInt128.One << 64;
    private readonly SortedDictionary<UInt128, ShardDocument> _open = [];
    private readonly SortedDictionary<int, ShardDocument> _changed = [];
    private readonly long _now;
    private int _next;

    /// <param name="shards">Every shard of the stream that is still listed.</param>
    /// <param name="nextIndex">The lowest shard index not yet given.</param>
    /// <param name="now">Milliseconds since 1970: when the changes happen.</param>
    public Lineage(IEnumerable<ShardDocument> shards, int nextIndex, long now)
    {
        (_now, _next) = (now, nextIndex);
        foreach (var shard in shards.Where(s => s.IsOpen))
            _open.Add(shard.Start, shard);
    }

    /// <summary>Closed parents and new children, in the order of their indexes.</summary>
    public IReadOnlyList<ShardDocument> Changed => [.. _changed.Values];

    /// <summary>Closes the shard; its children share its range at <paramref name="at"/>, where the second begins.</summary>
    public (ShardDocument Lower, ShardDocument Upper) Split(ShardDocument shard, UInt128 at)
    {
        Close(shard);
        return (Add(shard.Start, at - 1, shard, null), Add(at, shard.End, shard, null));
    }

    /// <summary>Closes two neighbours; their child has both ranges.</summary>
    public ShardDocument Merge(ShardDocument lower, ShardDocument upper, bool upperIsParent = false)
    {
        Close(lower);
        Close(upper);
        return upperIsParent ? Add(lower.Start, upper.End, upper, lower) : Add(lower.Start, upper.End, lower, upper);
    }

    /// <summary>Splits and merges until the space is in so many even parts. Shards that already have the right range stay.</summary>
    public void ScaleTo(int count)
    {
        var waiting = new Stack<ShardDocument>(_open.Values.Reverse());
        var ends = _open.Values.Select(s => s.End).ToArray();
        foreach (var even in HashRange.Even(count))
        {
            var range = even with { End = Snap(even.End, ends) };
            var pieces = new List<ShardDocument>();
            while (waiting.TryPop(out var shard))
            {
                if (shard.End > range.End)
                {
                    var (lower, upper) = Split(shard, range.End + 1);
                    waiting.Push(upper);
                    shard = lower;
                }

                pieces.Add(shard);
                if (shard.End == range.End)
                    break;
            }

            while (pieces.Count > 1)
            {
                // Neighbours in pairs, so that the lineage stays shallow.
                var merged = new List<ShardDocument>();
                for (var i = 0; i < pieces.Count; i += 2)
                    merged.Add(i + 1 < pieces.Count ? Merge(pieces[i], pieces[i + 1]) : pieces[i]);
                pieces = merged;
            }
        }
    }

    /// <summary>
    /// An end that is already there when it is next to the one wanted: the even parts of different counts end a few hashes apart because of rounding,
    /// and nobody wants a shard for those few.
    /// </summary>
    private static UInt128 Snap(UInt128 end, UInt128[] ends)
    {
        var next = Array.BinarySearch(ends, end);
        if (next >= 0)
            return end;
        next = ~next;
        if (next < ends.Length && ends[next] - end <= Rounding)
            return ends[next];
        return next > 0 && end - ends[next - 1] <= Rounding ? ends[next - 1] : end;
    }

    private void Close(ShardDocument shard)
    {
        _open.Remove(shard.Start);
        _changed[shard.Index] = shard with { ClosedMs = _now };
    }

    private ShardDocument Add(UInt128 start, UInt128 end, ShardDocument parent, ShardDocument? adjacent)
    {
        var created = Math.Max(_now / 1000, Math.Max(parent.CreatedSeconds, adjacent?.CreatedSeconds ?? 0)) + 1;
        var child = new ShardDocument
        {
            Index = _next++,
            Start = start,
            End = end,
            CreatedSeconds = created,
            CreatedMs = _now,
            Parent = parent.Index,
            AdjacentParent = adjacent?.Index,
        };
        _open.Add(start, child);
        _changed[child.Index] = child;
        return child;
    }
}
