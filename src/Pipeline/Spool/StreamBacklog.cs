namespace Weir.Pipeline.Spool;

/// <summary>A part of the hash space of which every record before <see cref="Floor"/> is published.</summary>
internal readonly record struct FloorPiece(UInt128 Start, UInt128 End, long Floor);

/// <summary>A shard's hash range, both ends included.</summary>
internal readonly record struct ShardRange(string ShardId, UInt128 Start, UInt128 End);

/// <summary>
/// What waits for one stream, a lane per open shard. Lanes follow the shards: when those change, what waits is sorted anew.
/// What is published already is known by hash range (<see cref="FloorPiece"/>) plus a short list of single positions, so that it outlives both resharding and restarts.
/// </summary>
internal sealed class StreamBacklog
{
    private readonly Lock _gate = new();
    private readonly Func<long, UInt128> _hashKeyAt;
    private List<FloorPiece> _floors;
    private LaneBacklog[] _lanes;
    private long _records;
    private long _bytes;

    /// <param name="stream">The stream's name.</param>
    /// <param name="floors">What earlier runs published; empty covers nothing.</param>
    /// <param name="hashKeyAt">Reads the whole hash key of the record at a position, for the few whose first 16 bits do not decide.</param>
    public StreamBacklog(string stream, IReadOnlyList<FloorPiece> floors, Func<long, UInt128> hashKeyAt)
    {
        Stream = stream;
        _hashKeyAt = hashKeyAt;
        _floors = floors.Count > 0 ? [.. floors] : [new FloorPiece(UInt128.MinValue, UInt128.MaxValue, 0)];
        _lanes = [new LaneBacklog(null, UInt128.MinValue, UInt128.MaxValue)];
    }

    public string Stream { get; }

    /// <summary>Whether the publisher was told of the stream; set by the spool's writer.</summary>
    public bool Announced { get; set; }

    /// <summary>Held for every look at the lanes' contents.</summary>
    public Lock Gate => _gate;

    public IReadOnlyList<LaneBacklog> Lanes => Volatile.Read(ref _lanes);

    /// <summary>Positions that a crash left in doubt and that turned out to be in the stream; they are passed over when their turn comes. Guarded by the gate.</summary>
    private HashSet<long> AlreadyPublished { get; } = [];

    public long Records => Interlocked.Read(ref _records);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether a record was published in an earlier run.</summary>
    public bool IsPublished(long position, UInt128 hashKey)
    {
        lock (_gate)
        {
            foreach (var piece in _floors)
            {
                if (hashKey >= piece.Start && hashKey <= piece.End)
                {
                    return position < piece.Floor;
                }
            }

            return false;
        }
    }

    /// <summary>Adds records that became durable; positions must grow.</summary>
    public void Add(ReadOnlySpan<Waiting> places, long entryBytes)
    {
        lock (_gate)
        {
            foreach (var place in places)
            {
                var lane = LaneOf(place, _lanes);
                lane.Queue.Enqueue(place);
                lane.Signal();
            }
        }

        Interlocked.Add(ref _records, places.Length);
        Interlocked.Add(ref _bytes, entryBytes);
    }

    /// <summary>Notes a record that an earlier run published ahead of older ones.</summary>
    public void AddPublished(Waiting place)
    {
        lock (_gate)
        {
            LaneOf(place, _lanes).PublishedAhead.Add(place);
        }
    }

    /// <summary>Takes records off their lane's window for good: published, or set aside.</summary>
    public void Remove(LaneBacklog lane, IReadOnlySet<WindowItem> items)
    {
        var bytes = 0L;
        lock (_gate)
        {
            var kept = 0;
            for (var i = 0; i < lane.Window.Count; i++)
            {
                var item = lane.Window[i];
                if (!items.Contains(item))
                {
                    lane.Window[kept++] = item;
                    continue;
                }

                bytes += item.EntryBytes;
                if (kept > 0)
                {
                    lane.PublishedAhead.Add(item.Place);
                }
            }

            lane.Window.RemoveRange(kept, lane.Window.Count - kept);
        }

        Interlocked.Add(ref _records, -items.Count);
        Interlocked.Add(ref _bytes, -bytes);
    }

    /// <summary>Moves the next waiting place to the lane's window, not yet loaded; null when none waits. Places that turned out to be published are passed over.</summary>
    public WindowItem? Next(LaneBacklog lane)
    {
        lock (_gate)
        {
            while (lane.Queue.TryDequeue(out var place))
            {
                if (AlreadyPublished.Remove(place.Position))
                {
                    lane.PublishedAhead.Add(place);
                    Interlocked.Decrement(ref _records);
                    continue;
                }

                var item = new WindowItem(place);
                lane.Window.Add(item);
                return item;
            }

            return null;
        }
    }

    /// <summary>Records that a crash left in doubt turned out to be in the stream.</summary>
    public void Recognized(IEnumerable<long> positions, long bytes)
    {
        lock (_gate)
        {
            AlreadyPublished.UnionWith(positions);
        }

        Interlocked.Add(ref _bytes, -bytes);
    }

    /// <summary>When the oldest record in memory was accepted, null when nothing waits.</summary>
    public DateTimeOffset? Oldest()
    {
        long? oldest = null;
        lock (_gate)
        {
            foreach (var lane in _lanes)
            {
                if (lane.Window.Count > 0 && lane.Window[0].IsLoaded && (oldest is null || lane.Window[0].Record.AcceptedAtMilliseconds < oldest))
                {
                    oldest = lane.Window[0].Record.AcceptedAtMilliseconds;
                }
            }
        }

        return oldest is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    /// <summary>What is published by now, to be written down: pieces of the hash space and single positions beyond them. <paramref name="indexedEnd"/> must have been read before the call.</summary>
    public (IReadOnlyList<FloorPiece> Floors, IReadOnlyList<long> Ahead) Progress(long indexedEnd)
    {
        lock (_gate)
        {
            Fold(indexedEnd);
            var ahead = new List<long>(AlreadyPublished);
            foreach (var lane in _lanes)
            {
                ahead.AddRange(lane.PublishedAhead.Select(p => p.Position));
            }

            return ([.. _floors], ahead);
        }
    }

    /// <summary>Sorts what waits into lanes for these shards, which must cover the hash space once. No lane may be publishing.</summary>
    public void Repartition(IReadOnlyList<ShardRange> shards, long indexedEnd)
    {
        lock (_gate)
        {
            Fold(indexedEnd);
            var lanes = shards.OrderBy(s => s.Start).Select(s => new LaneBacklog(s.ShardId, s.Start, s.End)).ToArray();
            var parts = new Dictionary<LaneBacklog, List<WaitingQueue>>(lanes.Length);
            foreach (var old in _lanes)
            {
                var routed = new Dictionary<LaneBacklog, WaitingQueue>();
                void Route(Waiting place)
                {
                    var lane = LaneOf(place, lanes);
                    if (!routed.TryGetValue(lane, out var queue))
                    {
                        routed[lane] = queue = new WaitingQueue();
                    }

                    queue.Enqueue(place);
                }

                foreach (var item in old.Window)
                {
                    Route(item.Place);
                }

                while (old.Queue.TryDequeue(out var place))
                {
                    Route(place);
                }

                foreach (var place in old.PublishedAhead)
                {
                    LaneOf(place, lanes).PublishedAhead.Add(place);
                }

                foreach (var (lane, queue) in routed)
                {
                    (parts.TryGetValue(lane, out var list) ? list : parts[lane] = []).Add(queue);
                }
            }

            foreach (var (lane, queues) in parts)
            {
                lane.Queue = queues.Count == 1 ? queues[0] : Merge(queues);
                lane.Signal();
            }

            Volatile.Write(ref _lanes, lanes);
        }
    }

    /// <summary>The lane of a place: lanes are sorted and cover the hash space.</summary>
    private LaneBacklog LaneOf(Waiting place, LaneBacklog[] lanes)
    {
        int low = 0, high = lanes.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (StartsAtOrBefore(lanes[middle].Start, place))
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return lanes[low];
    }

    private bool StartsAtOrBefore(UInt128 start, Waiting place)
    {
        var prefix = Waiting.PrefixOf(start);
        if (prefix != place.HashPrefix)
        {
            return prefix < place.HashPrefix;
        }

        return (start << 16) == 0 || start <= _hashKeyAt(place.Position);
    }

    private void Fold(long indexedEnd)
    {
        var folded = new List<FloorPiece>(_lanes.Length);
        foreach (var lane in _lanes)
        {
            var cursor = lane.Cursor(indexedEnd);
            foreach (var piece in _floors)
            {
                var start = UInt128.Max(piece.Start, lane.Start);
                var end = UInt128.Min(piece.End, lane.End);
                if (start > end)
                {
                    continue;
                }

                var floor = Math.Max(piece.Floor, cursor);
                if (folded.Count > 0 && folded[^1].Floor == floor)
                {
                    folded[^1] = folded[^1] with { End = end };
                }
                else
                {
                    folded.Add(new FloorPiece(start, end, floor));
                }
            }

            lane.PublishedAhead.RemoveAll(p => p.Position < cursor);
        }

        _floors = folded;
    }

    private static WaitingQueue Merge(List<WaitingQueue> queues)
    {
        var merged = new WaitingQueue();
        var heads = new PriorityQueue<WaitingQueue, long>();
        foreach (var queue in queues)
        {
            if (queue.TryPeek(out var first))
            {
                heads.Enqueue(queue, first.Position);
            }
        }

        while (heads.TryDequeue(out var queue, out _))
        {
            queue.TryDequeue(out var place);
            merged.Enqueue(place);
            if (queue.TryPeek(out var next))
            {
                heads.Enqueue(queue, next.Position);
            }
        }

        return merged;
    }
}
